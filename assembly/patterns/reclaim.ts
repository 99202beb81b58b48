/**
 * `reclaim`: kswapd over the LRU, a batch a pass; what it has written is freed in a later round.
 */
import { ACTOR_PASS_INDEX } from "../shared/actor_layout.ts";
import { CONTROL_STOP, CPU_OPS } from "../shared/layout.ts";
import { STATUS_RUNNING } from "../shared/codes.ts";
import { clockNs } from "../memory/cell";
import { quietAdd64, quietLoad32, quietPoll32, quietStore32 } from "../memory/quiet";
import {
  RECLAIM_BOUNCED, RECLAIM_FREED, RECLAIM_SUBMITTED, putBack, shrinkPage,
} from "../filemap/vmscan";
import { lruIsolateOldest } from "../mm/lru";
import { batchOf, beginPass, endPass, isInPass, isTimed } from "./passes";
import { completeDue, submitWrite } from "./writes";

export function runReclaim(cpu: usize, actor: usize, budget: u32): u32 {
  let left = budget;
  while (left && !quietPoll32(CONTROL_STOP)) {
    const due = completeDue(cpu, actor);
    if (!isInPass(actor) && !beginPass(actor, due)) return STATUS_RUNNING;
    const seen = quietLoad32(actor + ACTOR_PASS_INDEX);
    const page = seen < batchOf(actor) ? lruIsolateOldest(cpu) : 0;
    if (page) {
      shrinkOne(cpu, actor, page);
      quietStore32(actor + ACTOR_PASS_INDEX, seen + 1);
    } else endPass(actor);
    left--;
  }
  return STATUS_RUNNING;
}

function shrinkOne(cpu: usize, actor: usize, page: usize): void {
  const timed = isTimed(actor);
  const began = timed ? clockNs() : 0;
  const result = shrinkPage(cpu, page, timed);
  quietAdd64(cpu + CPU_OPS, 1);
  if (result == RECLAIM_SUBMITTED || result == RECLAIM_BOUNCED) {
    submitWrite(cpu, actor, page, result == RECLAIM_BOUNCED, began);
  } else if (result != RECLAIM_FREED) putBack(cpu, page);
}
