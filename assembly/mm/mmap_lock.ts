/** mmap_lock, of an address space: held for reading by faults and gup, for writing by mmap. */
import { MM_MMAP_LOCK } from "../shared/layout.ts";
import { OP_MMAP_LOCK_WAIT } from "../shared/codes.ts";
import { readLock, readUnlock, writeLock, writeUnlock } from "./rwlock";

export function mmapReadLock(cpu: usize, mm: usize): void {
  readLock(cpu, mm + MM_MMAP_LOCK, OP_MMAP_LOCK_WAIT);
}

export function mmapReadUnlock(cpu: usize, mm: usize): void {
  readUnlock(cpu, mm + MM_MMAP_LOCK);
}

export function mmapWriteLock(cpu: usize, mm: usize): void {
  writeLock(cpu, mm + MM_MMAP_LOCK, OP_MMAP_LOCK_WAIT);
}

export function mmapWriteUnlock(cpu: usize, mm: usize): void {
  writeUnlock(cpu, mm + MM_MMAP_LOCK);
}
