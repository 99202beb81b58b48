/** The completing half of an I/O loop: what the device has done, DMA, unpin, count. */
import {
  ACTOR_FLAGS, ACTOR_GENERATION, ACTOR_IN_FLIGHT, ACTOR_IODEPTH, ACTOR_PATTERN, ACTOR_READ_BYTES,
  ACTOR_READ_IOS, ACTOR_WRITE_BYTES, ACTOR_WRITE_IOS, SLOT_BUSY, SLOT_CREATED_NS, SLOT_DUE_NS,
  SLOT_IS_READ, SLOT_LENGTH, SLOT_NR_PAGES, SLOT_PAGES, SLOT_SUBMITTED_NS, SLOT_TIMED,
} from "../shared/actor_layout.ts";
import { CONTROL_STOP, CPU_OPS, PARAM_SERVICE } from "../shared/layout.ts";
import {
  ACTOR_PACED, OP_READ_CLAT, OP_UNPIN, OP_WRITE_CLAT, PATTERN_DIRECT_IO,
} from "../shared/codes.ts";
import { TRACE_IO_COMPLETE } from "../shared/trace_layout.ts";
import { clockNs } from "../memory/cell";
import {
  quietAdd32, quietAdd64, quietLoad32, quietLoadF64, quietSleep, quietStore32,
} from "../memory/quiet";
import { dmaFromMemory, dmaToMemory } from "../device/dma";
import { countOps, recordBatch, recordLatency } from "../observe/latency";
import { traceIo } from "../observe/trace";
import { BIO_PAGES, TIMED_BATCH } from "./io_submit";
import { accountPaced } from "./pacing";
import { bufferFile, endFileRead, runDueDma } from "./file_buffers";
import { pinFlags, unpin, unpinTimed } from "./pinning";
import { freeSlotAt, freeSlots, ioPages, slotAt } from "./slots";
import { giveBackUnconverted, isUnconverted } from "./unconverted";

/** Below this it is not worth going to sleep; above it, others look for a sign of life. */
const SPIN_NS: f64 = 60000;
const LONGEST_SLEEP_NS: f64 = 100000000;

/** Completes what the device has done; `force` does not wait for it. Returns how many. */
export function complete(cpu: usize, actor: usize, timing: u32, force: bool): u32 {
  if (!quietLoad32(actor + ACTOR_IN_FLIGHT)) return 0;
  const file = bufferFile(actor);
  if (file) runDueDma(cpu, actor, file);
  const count = gatherDone(actor, force);
  if (!count) return 0;
  const first = freeSlots(actor);
  const pinned = quietLoad32(actor + ACTOR_PATTERN) == PATTERN_DIRECT_IO;
  for (let i: u32 = 0; i < count; i++) {
    const slot = <usize>quietLoad32(freeSlotAt(actor, first + i));
    if (file && quietLoad32(slot + SLOT_IS_READ)) endFileRead(cpu, actor, file, slot, pinned);
    else runDma(cpu, actor, slot);
  }
  const begin = timing == TIMED_BATCH ? clockNs() : 0;
  if (pinned) {
    let calls: u32 = 0;
    for (let i: u32 = 0; i < count; i++) {
      calls += releaseSlot(cpu, actor, quietLoad32(freeSlotAt(actor, first + i)));
    }
    if (timing == TIMED_BATCH) recordBatch(cpu, OP_UNPIN, calls, clockNs() - begin);
    countOps(cpu, OP_UNPIN, calls);
  }
  for (let i: u32 = 0; i < count; i++) {
    account(cpu, actor, quietLoad32(freeSlotAt(actor, first + i)));
  }
  quietAdd32(actor + ACTOR_IN_FLIGHT, -<i32>count);
  quietAdd64(cpu + CPU_OPS, count);
  return count;
}

/** Puts the slots whose I/O is done behind the free ones; sleeps or spins until one is due. */
function gatherDone(actor: usize, force: bool): u32 {
  const instant = force || !quietLoad32(PARAM_SERVICE);
  const depth = quietLoad32(actor + ACTOR_IODEPTH);
  const first = freeSlots(actor);
  const now = instant ? 0 : clockNs();
  let earliest: f64 = Infinity;
  let count: u32 = 0;
  for (let i: u32 = 0; i < depth; i++) {
    const slot = slotAt(actor, i);
    if (!quietLoad32(slot + SLOT_BUSY)) continue;
    const due = instant ? 0 : quietLoadF64(slot + SLOT_DUE_NS);
    if (due <= now) {
      quietStore32(slot + SLOT_BUSY, 0);
      quietStore32(freeSlotAt(actor, first + count), slot);
      count++;
    } else if (due < earliest) earliest = due;
  }
  const wait = earliest - now;
  if (!count && !first && wait > SPIN_NS) {
    quietSleep(CONTROL_STOP, 0, <i64>min(wait - SPIN_NS, LONGEST_SLEEP_NS));
  }
  return count;
}

/** A read from the file stores a generation in each page; a write to it loads them. */
@inline
function runDma(cpu: usize, actor: usize, slot: usize): void {
  const count = ioPages(actor, slot);
  if (!count) return;
  if (quietLoad32(slot + SLOT_IS_READ)) {
    quietAdd32(actor + ACTOR_GENERATION, 1);
    dmaToMemory(cpu, slot + SLOT_PAGES, count, quietLoad32(actor + ACTOR_GENERATION));
  } else {
    dmaFromMemory(cpu, slot + SLOT_PAGES, count);
  }
}

/** bio_release_pages(): unpins a bio at a time, dirtied after a read. Returns how many calls. */
@inline
function releaseSlot(cpu: usize, actor: usize, slot: usize): u32 {
  const count = quietLoad32(slot + SLOT_NR_PAGES);
  const isRead = quietLoad32(slot + SLOT_IS_READ) != 0;
  const timed = quietLoad32(slot + SLOT_TIMED) != 0;
  let pages = slot + SLOT_PAGES;
  let left = count;
  let calls: u32 = 0;
  while (left) {
    const bio = min(left, BIO_PAGES);
    if (isUnconverted(actor)) giveBackUnconverted(cpu, actor, pages, bio, pinFlags(isRead), isRead);
    else if (timed) unpinTimed(cpu, pages, bio, pinFlags(isRead), isRead);
    else unpin(cpu, pages, bio, pinFlags(isRead), isRead);
    pages += <usize>bio << 2;
    left -= bio;
    calls++;
  }
  quietStore32(slot + SLOT_NR_PAGES, 0);
  return calls;
}

function account(cpu: usize, actor: usize, slot: usize): void {
  if (isDefined(RECORDED)) traceIo(cpu, TRACE_IO_COMPLETE, slot);
  const isRead = quietLoad32(slot + SLOT_IS_READ) != 0;
  const length = quietLoad32(slot + SLOT_LENGTH);
  quietAdd64(actor + (isRead ? ACTOR_READ_IOS : ACTOR_WRITE_IOS), 1);
  quietAdd64(actor + (isRead ? ACTOR_READ_BYTES : ACTOR_WRITE_BYTES), length);
  if (!quietLoad32(slot + SLOT_TIMED)) return;
  quietStore32(slot + SLOT_TIMED, 0);
  const end = clockNs();
  const created = quietLoadF64(slot + SLOT_CREATED_NS);
  const submitted = quietLoadF64(slot + SLOT_SUBMITTED_NS);
  // clat, slat and lat of one direction stand next to each other in shared/codes.ts.
  const clat: u32 = isRead ? OP_READ_CLAT : OP_WRITE_CLAT;
  recordLatency(cpu, clat - 1, submitted - created);
  recordLatency(cpu, clat, end - submitted);
  recordLatency(cpu, clat + 1, end - created);
  if (quietLoad32(actor + ACTOR_FLAGS) & ACTOR_PACED) {
    accountPaced(cpu, actor, slot, isRead, created, end);
  }
}
