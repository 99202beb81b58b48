/**
 * `writeback`: the flusher (WB_SYNC_NONE) or fsync (WB_SYNC_ALL) over one file, pass by pass. A
 * pass visits each page at most once, so that it ends however fast others dirty pages behind it.
 */
import {
  ACTOR_FILE, ACTOR_FLAGS, ACTOR_PASS_EPOCH, ACTOR_PASS_INDEX,
} from "../shared/actor_layout.ts";
import { FILE_DIRTY } from "../shared/file_layout.ts";
import { CONTROL_STOP, CPU_HEARTBEAT, PAGE_REFCOUNT } from "../shared/layout.ts";
import { ACTOR_FSYNC, STATUS_RUNNING } from "../shared/codes.ts";
import { clockNs, loadAcquire32 } from "../memory/cell";
import { quietAdd32, quietLoad32, quietPoll32, quietStore32 } from "../memory/quiet";
import { fileOf, findGetPage } from "../filemap/address_space";
import { beginFsync } from "../filemap/durability";
import { finishFsync } from "../filemap/fsync";
import { isUnderWriteback, waitOnPageWriteback } from "../filemap/page_writeback";
import { NO_INDEX, nextTagged } from "../filemap/tags";
import {
  WRITE_BOUNCED, WRITE_PINNED, WRITE_SUBMITTED, isStuck, policyOf, waitForUnpin, writePage,
} from "../filemap/writepage";
import { putFolio } from "../mm/folio";
import { lockPage, tryLockPage, unlockPage } from "../mm/page_lock";
import { beginPass, endPass, isInPass, isTimed } from "./passes";
import { completeAll, completeDue, submitWrite } from "./writes";

/** Whoever is pinned anew all the time is not waited for for ever. */
const WAITS_MAX: u32 = 64;

/** About `budget` pages, or a pause between two passes. */
export function runWriteback(cpu: usize, actor: usize, budget: u32): u32 {
  const file = <usize>quietLoad32(actor + ACTOR_FILE);
  const sync = (quietLoad32(actor + ACTOR_FLAGS) & ACTOR_FSYNC) != 0;
  let left = budget;
  while (left && !quietPoll32(CONTROL_STOP)) {
    const due = completeDue(cpu, actor);
    if (!isInPass(actor)) {
      if (!beginPass(actor, due)) return STATUS_RUNNING;
      if (sync) quietStore32(actor + ACTOR_PASS_EPOCH, beginFsync(file));
    }
    const index = nextTagged(file, FILE_DIRTY, quietLoad32(actor + ACTOR_PASS_INDEX));
    if (index == NO_INDEX) {
      if (sync) {
        // Own writes first, then those of others.
        completeAll(cpu, actor);
        finishFsync(cpu, file, quietLoad32(actor + ACTOR_PASS_EPOCH));
      }
      endPass(actor);
    } else {
      writeOne(cpu, actor, file, index, sync);
      quietStore32(actor + ACTOR_PASS_INDEX, index + 1);
    }
    left--;
  }
  return STATUS_RUNNING;
}

function writeOne(cpu: usize, actor: usize, file: usize, index: u32, sync: bool): void {
  const page = findGetPage(cpu, file, index);
  if (!page) return;
  const timed = isTimed(actor);
  const began = timed ? clockNs() : 0;
  for (let waits: u32 = 0; waits < WAITS_MAX; waits++) {
    if (!lockForWrite(cpu, actor, file, page, sync)) break;
    const references = loadAcquire32(page + PAGE_REFCOUNT);
    const result = writePage(cpu, file, page, policyOf(sync), timed);
    if (result == WRITE_SUBMITTED || result == WRITE_BOUNCED) {
      submitWrite(cpu, actor, page, result == WRITE_BOUNCED, began);
      return;
    }
    if (result != WRITE_PINNED) break;
    completeAll(cpu, actor);
    quietAdd32(cpu + CPU_HEARTBEAT, 1);
    if (!waitForUnpin(cpu, page, references) || quietPoll32(CONTROL_STOP)) break;
    if (waits + 1 == WAITS_MAX) isStuck(cpu, page);
  }
  putFolio(cpu, page, 1);
}

/** The page locked, the file's, and not under writeback; false: nothing to do, and not locked. */
function lockForWrite(cpu: usize, actor: usize, file: usize, page: usize, sync: bool): bool {
  while (true) {
    if (!tryLockPage(page)) {
      completeAll(cpu, actor);
      lockPage(cpu, page);
    }
    const isOurs = fileOf(page) == file;
    if (isOurs && !isUnderWriteback(page)) return true;
    unlockPage(cpu, page);
    if (!isOurs || !sync) return false;
    completeAll(cpu, actor);
    waitOnPageWriteback(cpu, page);
  }
}
