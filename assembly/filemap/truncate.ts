/**
 * truncate() and hole punching: pages of a range leave the page cache, whoever still holds them;
 * what a device writes to them from then on belongs to no file.
 */
import {
  FILE_INVALIDATE, FILE_LOCK, FILE_MMAP_FIRST, FILE_MMAP_LOCK, FILE_SIZE,
} from "../shared/file_layout.ts";
import {
  PAGE_FLAGS, VMA_END, VMA_MM, VMA_NEXT_OF_FILE, VMA_ORIGIN, VMA_START,
} from "../shared/layout.ts";
import { OP_LOCK_WAIT, PG_DIRTY, VM_SHARED, WORK_TRUNCATED } from "../shared/codes.ts";
import { fetchAnd32, loadPlain32, storeRelease32 } from "../memory/cell";
import { lock, unlock } from "../memory/lock";
import { quietStore32 } from "../memory/quiet";
import { putFolio } from "../mm/folio";
import { lockPage, unlockPage } from "../mm/page_lock";
import { writeLock, writeUnlock } from "../mm/rwlock";
import { vmaFlags } from "../mm/vma";
import { zapRange } from "../mm/zap";
import { countWork } from "../observe/vmstat";
import { deleteLocked, diskWord, fileOf, fileSize, findGetPage } from "./address_space";
import { detachBuffers } from "./dirty";
import { waitOnPageWriteback } from "./page_writeback";
import { isMapped, tryToUnmap } from "./rmap";

/**
 * Cuts the file off at `size` pages and lets it grow to what it was, zeros from there on; faults
 * wait meanwhile, so that nobody meets the end of the file.
 */
export function truncateAndGrow(cpu: usize, file: usize, size: u32): void {
  writeLock(cpu, file + FILE_INVALIDATE, OP_LOCK_WAIT);
  const before = fileSize(file);
  storeRelease32(file + FILE_SIZE, size);
  dropPages(cpu, file, size, before);
  storeRelease32(file + FILE_SIZE, before);
  writeUnlock(cpu, file + FILE_INVALIDATE);
}

/** fallocate(PUNCH_HOLE): [start, end) reads as zeros from now on. */
export function punchHole(cpu: usize, file: usize, start: u32, end: u32): void {
  writeLock(cpu, file + FILE_INVALIDATE, OP_LOCK_WAIT);
  dropPages(cpu, file, start, min(end, fileSize(file)));
  writeUnlock(cpu, file + FILE_INVALIDATE);
}

/** truncate_pagecache_range(): unmaps the range first, then takes page by page. */
function dropPages(cpu: usize, file: usize, start: u32, end: u32): void {
  unmapMappingRange(cpu, file, start, end);
  for (let index = start; index < end; index++) {
    const page = findGetPage(cpu, file, index);
    if (page) {
      dropPage(cpu, file, page);
      putFolio(cpu, page, 1);
      countWork(cpu, WORK_TRUNCATED, 1);
    }
    quietStore32(diskWord(file, index), 0);
  }
}

function dropPage(cpu: usize, file: usize, page: usize): void {
  lockPage(cpu, page);
  if (fileOf(page) == file) {
    waitOnPageWriteback(cpu, page);
    // Mapped again since the range was unmapped: faults that were under way.
    if (isMapped(page)) tryToUnmap(cpu, page);
    fetchAnd32(page + PAGE_FLAGS, ~PG_DIRTY);
    lock(cpu, file + FILE_LOCK);
    deleteLocked(file, page);
    unlock(file + FILE_LOCK);
    detachBuffers(cpu, page);
    // The page cache's reference.
    putFolio(cpu, page, 1);
  }
  unlockPage(cpu, page);
}

/**
 * unmap_mapping_range(): the pages [start, end) of the file, in every address space that shares
 * them; entries of private mappings go page by page, and private copies stay.
 */
function unmapMappingRange(cpu: usize, file: usize, start: u32, end: u32): void {
  lock(cpu, file + FILE_MMAP_LOCK);
  let vma = <usize>loadPlain32(file + FILE_MMAP_FIRST);
  while (vma) {
    const origin = loadPlain32(vma + VMA_ORIGIN);
    const first = max(<i64>loadPlain32(vma + VMA_START), <i64><i32>origin + start);
    const last = min(<i64>loadPlain32(vma + VMA_END), <i64><i32>origin + end);
    const shared = (vmaFlags(vma) & VM_SHARED) != 0;
    if (shared && first < last) zapRange(cpu, loadPlain32(vma + VMA_MM), <u32>first, <u32>last);
    vma = loadPlain32(vma + VMA_NEXT_OF_FILE);
  }
  unlock(file + FILE_MMAP_LOCK);
}

/** Everything of the file leaves memory, after a last sync: nobody maps it any more. */
export function dropCache(cpu: usize, file: usize): void {
  for (let index: u32 = 0; index < fileSize(file); index++) {
    const page = findGetPage(cpu, file, index);
    if (!page) continue;
    dropPage(cpu, file, page);
    putFolio(cpu, page, 1);
  }
}
