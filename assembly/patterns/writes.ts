/**
 * Pages on their way to the disk: what writeback and reclaim have submitted, and its completion. As
 * an interrupt would, it ends whatever the actor is about to do: before it sleeps on a lock or a
 * page it waits for its own writes, lest others wait for them for ever.
 */
import {
  ACTOR_PAGES, ACTOR_PATTERN, ACTOR_WRITES, WRITES_MAX, WRITE_BEGAN_NS, WRITE_BYTES, WRITE_CONTENT,
  WRITE_DUE_NS, WRITE_IS_COPY, WRITE_PAGE,
} from "../shared/actor_layout.ts";
import { CPU_HEARTBEAT, CPU_OPS, PARAM_SERVICE, PARAM_SERVICE_COUNT } from "../shared/layout.ts";
import { OP_WRITEBACK_PAGE, PATTERN_RECLAIM, STATUS_DONE } from "../shared/codes.ts";
import { clockNs } from "../memory/cell";
import {
  quietAdd32, quietAdd64, quietCopy, quietLoad32, quietLoadF64, quietSleep, quietStore32,
  quietStoreF64,
} from "../memory/quiet";
import { fileOf } from "../filemap/address_space";
import { putBack } from "../filemap/vmscan";
import { completeWrite, submittedContent } from "../filemap/writepage";
import { putFolio } from "../mm/folio";
import { countOps, recordLatency } from "../observe/latency";
import { endPass } from "./passes";
import { randomBelow } from "./random";

const LONGEST_SLEEP_NS: f64 = 1000000;

@inline
function writeAt(actor: usize, index: u32): usize {
  return quietLoad32(actor + ACTOR_PAGES) + <usize>index * WRITE_BYTES;
}

@inline
function writesInFlight(actor: usize): u32 {
  return quietLoad32(actor + ACTOR_WRITES);
}

/** The page's bytes go to the device; a place must be free. `began` is 0 if it is not timed. */
export function submitWrite(
  cpu: usize, actor: usize, page: usize, isCopy: bool, began: f64,
): void {
  const count = writesInFlight(actor);
  const write = writeAt(actor, count);
  const service = <usize>quietLoad32(PARAM_SERVICE);
  let due: f64 = 0;
  if (service) {
    const draw = randomBelow(actor, quietLoad32(PARAM_SERVICE_COUNT));
    due = clockNs() + quietLoadF64(service + (<usize>draw << 3));
  }
  quietStoreF64(write + WRITE_BEGAN_NS, began);
  quietStoreF64(write + WRITE_DUE_NS, due);
  quietStore32(write + WRITE_PAGE, page);
  quietStore32(write + WRITE_CONTENT, submittedContent(cpu));
  quietStore32(write + WRITE_IS_COPY, isCopy);
  quietStore32(actor + ACTOR_WRITES, count + 1);
  countOps(cpu, OP_WRITEBACK_PAGE, 1);
  quietAdd64(cpu + CPU_OPS, 1);
  if (count + 1 == WRITES_MAX) completeDownTo(cpu, actor, count);
}

/** Completes what is due; returns when the next one is, or Infinity. */
export function completeDue(cpu: usize, actor: usize): f64 {
  if (!writesInFlight(actor)) return Infinity;
  const now = quietLoad32(PARAM_SERVICE) ? clockNs() : 0;
  let earliest: f64 = Infinity;
  let index: u32 = 0;
  while (index < writesInFlight(actor)) {
    const due = quietLoadF64(writeAt(actor, index) + WRITE_DUE_NS);
    if (due <= now) completeAt(cpu, actor, index);
    else {
      earliest = min(earliest, due);
      index++;
    }
  }
  return earliest;
}

function completeAt(cpu: usize, actor: usize, index: u32): void {
  const write = writeAt(actor, index);
  const page = <usize>quietLoad32(write + WRITE_PAGE);
  const isCopy = quietLoad32(write + WRITE_IS_COPY) != 0;
  // Truncation waits for writeback: the page has its file.
  completeWrite(cpu, fileOf(page), page, quietLoad32(write + WRITE_CONTENT), isCopy);
  const began = quietLoadF64(write + WRITE_BEGAN_NS);
  if (began) recordLatency(cpu, OP_WRITEBACK_PAGE, clockNs() - began);
  if (quietLoad32(actor + ACTOR_PATTERN) == <u32>PATTERN_RECLAIM) putBack(cpu, page);
  else putFolio(cpu, page, 1);
  const last = writesInFlight(actor) - 1;
  quietStore32(actor + ACTOR_WRITES, last);
  if (index != last) quietCopy(write, writeAt(actor, last), WRITE_BYTES);
}

/** Waits until at most `most` writes are in flight. */
function completeDownTo(cpu: usize, actor: usize, most: u32): void {
  while (writesInFlight(actor) > most) {
    const next = completeDue(cpu, actor);
    if (writesInFlight(actor) > most) pause(cpu, next);
  }
}

/** Waits until every write is done. */
export function completeAll(cpu: usize, actor: usize): void {
  completeDownTo(cpu, actor, 0);
}

/** The end of an actor that writes pages. */
export function drainWrites(cpu: usize, actor: usize): u32 {
  completeAll(cpu, actor);
  endPass(actor);
  return STATUS_DONE;
}

/** Sleeps until the device is done, or a while less; shows that it lives. */
function pause(cpu: usize, until: f64): void {
  quietAdd32(cpu + CPU_HEARTBEAT, 1);
  const wait = min(until - clockNs(), LONGEST_SLEEP_NS);
  if (wait > 0) quietSleep(cpu + CPU_HEARTBEAT, quietLoad32(cpu + CPU_HEARTBEAT), <i64>wait);
}
