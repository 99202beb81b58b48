/**
 * A reader-writer lock that sleeps (mmap_lock, a file's invalidate lock). A waiting writer keeps
 * new readers out.
 *
 *   count:  31 writer │ 30 a writer waits │ 29…0 readers        sequence: raised at each wake-up
 *
 * A waiter registers, reads the sequence, looks at the count once more and only then sleeps on the
 * sequence, so that no wake-up is lost.
 */
import { RWLOCK_COUNT, RWLOCK_SEQUENCE, RWLOCK_WAITERS } from "../shared/layout.ts";
import { MUST_LOCK_HELD, MUST_LOCK_HOLDER_ALIVE } from "../shared/codes.ts";
import {
  clockNs, compareExchange32, fetchAdd32, fetchAnd32, fetchOr32, fetchSub32, loadAcquire32, notify,
  subVoid32, wait32,
} from "../memory/cell";
import { must } from "../observe/faults";
import { recordLatency } from "../observe/latency";
import { traceOp } from "../observe/trace";
import { mightSleep } from "./page_lock";

const WRITER: u32 = 0x80000000;
const WRITER_WAITS: u32 = 0x40000000;

function tryRead(lock: usize): bool {
  let seen = loadAcquire32(lock + RWLOCK_COUNT);
  while ((seen & (WRITER | WRITER_WAITS)) == 0) {
    const found = compareExchange32(lock + RWLOCK_COUNT, seen, seen + 1);
    if (found == seen) return true;
    seen = found;
  }
  return false;
}

function tryWrite(lock: usize): bool {
  const seen = loadAcquire32(lock + RWLOCK_COUNT);
  if (seen & ~WRITER_WAITS) return false;
  // Other waiting writers announce themselves again when they wake.
  return compareExchange32(lock + RWLOCK_COUNT, seen, WRITER) == seen;
}

function sleepUntil(cpu: usize, lock: usize, writing: bool, op: u32): void {
  const start = clockNs();
  fetchAdd32(lock + RWLOCK_WAITERS, 1);
  while (true) {
    const sequence = loadAcquire32(lock + RWLOCK_SEQUENCE);
    if (writing) {
      fetchOr32(lock + RWLOCK_COUNT, WRITER_WAITS);
      if (tryWrite(lock)) break;
    } else if (tryRead(lock)) break;
    must(cpu, wait32(lock + RWLOCK_SEQUENCE, sequence), MUST_LOCK_HOLDER_ALIVE);
  }
  subVoid32(lock + RWLOCK_WAITERS, 1);
  recordLatency(cpu, op, clockNs() - start);
  if (isDefined(RECORDED)) traceOp(cpu, op, start, 0, 0, 0, 0);
}

function wake(lock: usize): void {
  if (loadAcquire32(lock + RWLOCK_WAITERS) == 0) return;
  fetchAdd32(lock + RWLOCK_SEQUENCE, 1);
  notify(lock + RWLOCK_SEQUENCE, true);
}

/** `op`: the operation that a wait is entered as. */
export function readLock(cpu: usize, lock: usize, op: u32): void {
  mightSleep(cpu);
  if (!tryRead(lock)) sleepUntil(cpu, lock, false, op);
}

export function readUnlock(cpu: usize, lock: usize): void {
  const before = fetchSub32(lock + RWLOCK_COUNT, 1);
  must(cpu, (before & ~(WRITER | WRITER_WAITS)) != 0, MUST_LOCK_HELD);
  if ((before & ~WRITER_WAITS) == 1) wake(lock);
}

export function writeLock(cpu: usize, lock: usize, op: u32): void {
  mightSleep(cpu);
  if (!tryWrite(lock)) sleepUntil(cpu, lock, true, op);
}

export function writeUnlock(cpu: usize, lock: usize): void {
  const before = fetchAnd32(lock + RWLOCK_COUNT, WRITER_WAITS);
  must(cpu, (before & WRITER) != 0, MUST_LOCK_HELD);
  wake(lock);
}
