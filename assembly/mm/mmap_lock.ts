/**
 * mmap_lock: a reader-writer lock that sleeps. A waiting writer keeps new readers out.
 *
 *   count:  31 writer │ 30 a writer waits │ 29…0 readers        sequence: raised at each wake-up
 *
 * A waiter registers, reads the sequence, looks at the count once more and only then sleeps on the
 * sequence, so that no wake-up is lost.
 */
import { MM_MMAP_LOCK, RWLOCK_COUNT, RWLOCK_SEQUENCE, RWLOCK_WAITERS } from "../shared/layout.ts";
import { MUST_LOCK_HELD, MUST_LOCK_HOLDER_ALIVE, OP_MMAP_LOCK_WAIT } from "../shared/codes.ts";
import {
  clockNs, compareExchange32, fetchAdd32, fetchAnd32, fetchOr32, fetchSub32,
  loadAcquire32, notify, subVoid32, wait32,
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

function sleepUntil(cpu: usize, lock: usize, writing: bool): void {
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
  recordLatency(cpu, OP_MMAP_LOCK_WAIT, clockNs() - start);
  if (isDefined(RECORDED)) traceOp(cpu, OP_MMAP_LOCK_WAIT, start, 0, 0, 0, 0);
}

function wake(lock: usize): void {
  if (loadAcquire32(lock + RWLOCK_WAITERS) == 0) return;
  fetchAdd32(lock + RWLOCK_SEQUENCE, 1);
  notify(lock + RWLOCK_SEQUENCE, true);
}

export function mmapReadLock(cpu: usize, mm: usize): void {
  mightSleep(cpu);
  if (!tryRead(mm + MM_MMAP_LOCK)) sleepUntil(cpu, mm + MM_MMAP_LOCK, false);
}

export function mmapReadUnlock(cpu: usize, mm: usize): void {
  const before = fetchSub32(mm + MM_MMAP_LOCK + RWLOCK_COUNT, 1);
  must(cpu, (before & ~(WRITER | WRITER_WAITS)) != 0, MUST_LOCK_HELD);
  if ((before & ~WRITER_WAITS) == 1) wake(mm + MM_MMAP_LOCK);
}

export function mmapWriteLock(cpu: usize, mm: usize): void {
  mightSleep(cpu);
  if (!tryWrite(mm + MM_MMAP_LOCK)) sleepUntil(cpu, mm + MM_MMAP_LOCK, true);
}

export function mmapWriteUnlock(cpu: usize, mm: usize): void {
  const before = fetchAnd32(mm + MM_MMAP_LOCK + RWLOCK_COUNT, WRITER_WAITS);
  must(cpu, (before & WRITER) != 0, MUST_LOCK_HELD);
  wake(mm + MM_MMAP_LOCK);
}
