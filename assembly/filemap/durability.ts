/**
 * What the laboratory knows of a file's data: every write has a generation, counted up per file,
 * and the disk must have the newest one in the end, and at each fsync those that were complete
 * before.
 */
import { FILE_EPOCH, FILE_GENERATION, FILE_INVALIDATE } from "../shared/file_layout.ts";
import { BUG_FSYNC_NOT_DURABLE, BUG_LOST_DMA_WRITE, OP_LOCK_WAIT } from "../shared/codes.ts";
import { pageToPfn } from "../memory/page";
import {
  quietCompareExchange32, quietFetchAdd32, quietPoll32, quietPoll64, quietStore64,
} from "../memory/quiet";
import { readLock, readUnlock } from "../mm/rwlock";
import { recordFault } from "../observe/faults";
import {
  cachedPage, completedWords, contentWord, diskWord, fileOf, fileSize, isRegular,
} from "./address_space";

/** Generations for `count` pages in a row: the one before the first. */
@inline
export function nextGenerations(file: usize, count: u32): u32 {
  return quietFetchAdd32(file + FILE_GENERATION, count);
}

/**
 * Generations are counted modulo 2^32 and compared as serial numbers are; 0 is what nobody wrote. A
 * page that is left alone for 2^31 writes to its file is no longer watched, which hides a loss and
 * never invents one.
 */
@inline
export function isNewer(generation: u32, than: u32): bool {
  return generation != 0 && (than == 0 || <i32>(generation - than) > 0);
}

/** A device or a CPU writes: of two that meet on a page the newer one stays. */
export function writeContent(page: usize, generation: u32): void {
  const word = contentWord(page);
  let seen = quietPoll32(word);
  while (isNewer(generation, seen)) {
    const found = quietCompareExchange32(word, seen, generation);
    if (found == seen) return;
    seen = found;
  }
}

/**
 * The I/O that wrote `generation` to the page is complete: the page is dirty, or was found so, and
 * is still held. An fsync that begins from now on must bring it to the disk.
 */
export function markCompleted(file: usize, page: usize, generation: u32): void {
  if (fileOf(page) != file) return;
  const epoch = quietPoll32(file + FILE_EPOCH);
  quietStore64(completedWords(page), (<u64>epoch << 32) | <u64>generation);
}

/** An fsync begins: its epoch. */
export function beginFsync(file: usize): u32 {
  return quietFetchAdd32(file + FILE_EPOCH, 1) + 1;
}

/**
 * The fsync of that epoch has done what it does: is everything on disk that was complete before?
 */
export function checkDurable(cpu: usize, file: usize, epoch: u32): void {
  // Nobody truncates meanwhile.
  readLock(cpu, file + FILE_INVALIDATE, OP_LOCK_WAIT);
  const size = fileSize(file);
  for (let index: u32 = 0; index < size; index++) {
    const page = cachedPage(file, index);
    if (!page) continue;
    const completed = quietPoll64(completedWords(page));
    const generation = <u32>completed;
    if (!generation || <u32>(completed >> 32) >= epoch) continue;
    const saved = quietPoll32(diskWord(file, index));
    // Reclaimed and used anew meanwhile?
    if (!isNewer(generation, saved) || cachedPage(file, index) != page) continue;
    recordFault(cpu, BUG_FSYNC_NOT_DURABLE, pageToPfn(page), index, generation);
  }
  readUnlock(cpu, file + FILE_INVALIDATE);
}

/**
 * After the last sync, with nothing pinned: every cached page must be on the disk as it is. Shmem
 * has no disk, and a sync of it does nothing.
 */
export function checkNothingLost(cpu: usize, file: usize): void {
  if (!isRegular(file)) return;
  const size = fileSize(file);
  for (let index: u32 = 0; index < size; index++) {
    const page = cachedPage(file, index);
    if (page) checkSaved(cpu, file, page, index);
  }
}

/** A clean page of a regular file must be on the disk as it is. */
export function checkSaved(cpu: usize, file: usize, page: usize, index: u32): void {
  const content = quietPoll32(contentWord(page));
  if (!isNewer(content, quietPoll32(diskWord(file, index)))) return;
  recordFault(cpu, BUG_LOST_DMA_WRITE, pageToPfn(page), index, content);
}
