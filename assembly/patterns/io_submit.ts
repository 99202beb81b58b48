/** The submitting half of an I/O loop: choose, pin in bios, hand to the device. */
import {
  ACTOR_IN_FLIGHT, ACTOR_MM, ACTOR_PATTERN, SLOT_BUSY, SLOT_CREATED_NS, SLOT_DMA_NS, SLOT_DUE_NS,
  SLOT_IS_READ, SLOT_LENGTH, SLOT_NR_PAGES, SLOT_PAGES, SLOT_SUBMITTED_NS, SLOT_TIMED,
} from "../shared/actor_layout.ts";
import { PARAM_SERVICE, PARAM_SERVICE_COUNT } from "../shared/layout.ts";
import {
  EFAULT, OP_PIN_FAST, PATTERN_BUFFERED_IO, PATTERN_DIRECT_IO, PATTERN_XSK_UMEM,
} from "../shared/codes.ts";
import { TRACE_IO_SUBMIT } from "../shared/trace_layout.ts";
import { clockNs } from "../memory/cell";
import {
  quietAdd32, quietLoad32, quietLoadF64, quietStore32, quietStoreF64,
} from "../memory/quiet";
import { countOps, recordBatch } from "../observe/latency";
import { traceIo } from "../observe/trace";
import { doBuffered } from "./buffered_io";
import { DMA_AT_THE_END, bufferFile, scheduleDma } from "./file_buffers";
import { isFinished, nextIo } from "./generator";
import { pin, pinFlags, pinTimed, unpin } from "./pinning";
import { randomBelow } from "./random";
import { lendFrames } from "./umem";
import { acquireUnconverted, giveBackUnconverted, isUnconverted } from "./unconverted";
import { bufferVpn, freeSlotAt, freeSlots, pagesSpanned, slotIndex } from "./slots";

/** A bio takes at most this many pages (BIO_MAX_VECS). */
export const BIO_PAGES: u32 = 256;

export const TIMED_NONE: u32 = 0;
/** The round's first operation alone. */
export const TIMED_ONE: u32 = 1;
/** The round's pins together, its unpins together. */
export const TIMED_BATCH: u32 = 2;
/** Every operation of the round alone. */
export const TIMED_EACH: u32 = 3;

/** Up to `most` I/Os: how many were submitted, or the errno of the one that failed. */
export function submit(cpu: usize, actor: usize, most: u32, timing: u32): i32 {
  const free = freeSlots(actor);
  const wanted = min(free, most);
  let count: u32 = 0;
  while (count < wanted && !isFinished(actor)) {
    count++;
    nextIo(actor, quietLoad32(freeSlotAt(actor, free - count)));
  }
  return count ? start(cpu, actor, free, count, timing) : 0;
}

/** Starts the I/Os chosen for the `count` slots below `free`: how many, or an errno. */
@inline
export function start(cpu: usize, actor: usize, free: u32, count: u32, timing: u32): i32 {
  const alone: u32 = timing == TIMED_EACH ? count : timing == TIMED_ONE ? 1 : 0;
  for (let i: u32 = 1; i <= alone; i++) {
    quietStore32(<usize>quietLoad32(freeSlotAt(actor, free - i)) + SLOT_TIMED, 1);
  }
  let error: i32 = 0;
  if (quietLoad32(actor + ACTOR_PATTERN) == PATTERN_DIRECT_IO) {
    error = pinAll(cpu, actor, free, count, timing);
  } else {
    if (quietLoad32(actor + ACTOR_PATTERN) == PATTERN_XSK_UMEM) lendFrames(actor, free, count);
    stampTimed(actor, free, alone);
    if (quietLoad32(actor + ACTOR_PATTERN) == PATTERN_BUFFERED_IO) {
      error = doBuffered(cpu, actor, free, count);
    }
  }
  if (error) return error;
  toDevice(cpu, actor, free, count);
  quietAdd32(actor + ACTOR_IN_FLIGHT, count);
  return <i32>count;
}

/** Pins the buffers of the `count` slots below `free`; all of them or none. */
function pinAll(cpu: usize, actor: usize, free: u32, count: u32, timing: u32): i32 {
  const begin = timing == TIMED_BATCH ? clockNs() : 0;
  let calls: u32 = 0;
  for (let i: u32 = 1; i <= count; i++) {
    const slot = <usize>quietLoad32(freeSlotAt(actor, free - i));
    const made = pinSlot(cpu, actor, slot);
    if (made < 0) {
      for (let j: u32 = 1; j < i; j++) {
        unpinSlot(cpu, actor, quietLoad32(freeSlotAt(actor, free - j)));
      }
      return made;
    }
    calls += <u32>made;
  }
  if (timing == TIMED_BATCH) recordBatch(cpu, OP_PIN_FAST, calls, clockNs() - begin);
  countOps(cpu, OP_PIN_FAST, calls);
  return 0;
}

/** Pins one I/O's buffer, a bio at a time: how many calls it took, or the errno. */
@inline
function pinSlot(cpu: usize, actor: usize, slot: usize): i32 {
  const index = slotIndex(actor, slot);
  const total = pagesSpanned(actor, index, quietLoad32(slot + SLOT_LENGTH));
  const vpn = bufferVpn(actor, index);
  const mm = <usize>quietLoad32(actor + ACTOR_MM);
  const flags = pinFlags(quietLoad32(slot + SLOT_IS_READ) != 0);
  const timed = quietLoad32(slot + SLOT_TIMED) != 0;
  if (timed) quietStoreF64(slot + SLOT_CREATED_NS, clockNs());
  let done: u32 = 0;
  let calls: i32 = 0;
  while (done < total) {
    const want = min(total - done, BIO_PAGES);
    const into = slot + SLOT_PAGES + (<usize>done << 2);
    const got = isUnconverted(actor)
      ? acquireUnconverted(cpu, actor, mm, vpn + done, want, flags, into)
      : timed
      ? pinTimed(cpu, mm, vpn + done, want, flags, into)
      : pin(cpu, mm, vpn + done, want, flags, into);
    calls++;
    if (got <= 0) {
      quietStore32(slot + SLOT_NR_PAGES, done);
      unpinSlot(cpu, actor, slot);
      return got ? got : -EFAULT;
    }
    done += <u32>got;
  }
  quietStore32(slot + SLOT_NR_PAGES, total);
  if (timed) quietStoreF64(slot + SLOT_SUBMITTED_NS, clockNs());
  return calls;
}

/** Takes back what an I/O that never started had pinned. */
function unpinSlot(cpu: usize, actor: usize, slot: usize): void {
  const flags = pinFlags(quietLoad32(slot + SLOT_IS_READ) != 0);
  const count = quietLoad32(slot + SLOT_NR_PAGES);
  if (isUnconverted(actor)) giveBackUnconverted(cpu, actor, slot + SLOT_PAGES, count, flags, false);
  else unpin(cpu, slot + SLOT_PAGES, count, flags, false);
  quietStore32(slot + SLOT_NR_PAGES, 0);
  quietStore32(slot + SLOT_TIMED, 0);
}

/** Nothing is pinned per I/O: only the stamps of the first `alone` are taken. */
@inline
function stampTimed(actor: usize, free: u32, alone: u32): void {
  for (let i: u32 = 1; i <= alone; i++) {
    stamp(quietLoad32(freeSlotAt(actor, free - i)));
  }
}

@inline
export function stamp(slot: usize): void {
  quietStoreF64(slot + SLOT_CREATED_NS, clockNs());
  quietStoreF64(slot + SLOT_SUBMITTED_NS, clockNs());
}

/** The device takes the I/Os; with service times each is due at a time of its own. */
@inline
function toDevice(cpu: usize, actor: usize, free: u32, count: u32): void {
  // Buffered I/O is done when the page cache is.
  const isBuffered = quietLoad32(actor + ACTOR_PATTERN) == PATTERN_BUFFERED_IO;
  const service: usize = isBuffered ? 0 : quietLoad32(PARAM_SERVICE);
  const now = service ? clockNs() : 0;
  const values = quietLoad32(PARAM_SERVICE_COUNT);
  const file = bufferFile(actor);
  for (let i: u32 = 1; i <= count; i++) {
    const slot = <usize>quietLoad32(freeSlotAt(actor, free - i));
    quietStore32(slot + SLOT_BUSY, 1);
    quietStoreF64(slot + SLOT_DUE_NS, 0);
    quietStoreF64(slot + SLOT_DMA_NS, DMA_AT_THE_END);
    if (isDefined(RECORDED)) traceIo(cpu, TRACE_IO_SUBMIT, slot);
    if (!service) continue;
    const due = now + quietLoadF64(service + (<usize>randomBelow(actor, values) << 3));
    quietStoreF64(slot + SLOT_DUE_NS, due);
    if (file) scheduleDma(actor, slot, now);
  }
}
