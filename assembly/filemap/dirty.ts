/**
 * PG_dirty and buffers. A file system writes a page by its buffers (PG_private); who makes a page
 * dirty whose buffers were dropped meanwhile has the crash of 2018 (ext4:
 * BUG_ON(!page_has_buffers)).
 */
import { FILE_DIRTY, FILE_LOCK } from "../shared/file_layout.ts";
import { PAGE_FLAGS, PAGE_PRIVATE } from "../shared/layout.ts";
import {
  BUG_DIRTY_WITHOUT_BUFFERS, BUG_DIRTY_WITHOUT_MKWRITE, NR_DIRTIED, PG_DIRTY, PG_PRIVATE,
  PG_WRITEBACK, WORK_BUFFERS_DROPPED,
} from "../shared/codes.ts";
import { fetchAnd32, fetchOr32, loadRelaxed32, orVoid32, storePlain32 } from "../memory/cell";
import { lock, unlock } from "../memory/lock";
import { pageToPfn } from "../memory/page";
import { getFolio, putFolio } from "../mm/folio";
import { recordFault } from "../observe/faults";
import { countVmstat, countWork } from "../observe/vmstat";
import { fileOf, isRegular, pageIndex } from "./address_space";
import { waitForStablePage } from "./page_writeback";
import { setTag } from "./tags";

const BUFFERS: u32 = 1;

@inline
export function hasBuffers(page: usize): bool {
  return (loadRelaxed32(page + PAGE_FLAGS) & PG_PRIVATE) != 0;
}

/** create_empty_buffers(): with a reference of their own; the caller holds the page lock. */
export function attachBuffers(cpu: usize, page: usize): void {
  if (hasBuffers(page)) return;
  getFolio(cpu, page, 1);
  storePlain32(page + PAGE_PRIVATE, BUFFERS);
  orVoid32(page + PAGE_FLAGS, PG_PRIVATE);
}

/** What a file system does before a locked page of its is written to: stable, and with buffers. */
export function prepareWrite(cpu: usize, file: usize, page: usize): void {
  if (!isRegular(file)) return;
  waitForStablePage(cpu, page);
  attachBuffers(cpu, page);
}

/** try_to_free_buffers(): the caller holds the page lock; a dirty page keeps them. */
export function dropBuffers(cpu: usize, page: usize): bool {
  if (!hasBuffers(page)) return true;
  if (loadRelaxed32(page + PAGE_FLAGS) & (PG_DIRTY | PG_WRITEBACK)) return false;
  detachBuffers(cpu, page);
  countWork(cpu, WORK_BUFFERS_DROPPED, 1);
  return true;
}

/** What truncation does to them, whatever state they are in. */
export function detachBuffers(cpu: usize, page: usize): void {
  if (!hasBuffers(page)) return;
  storePlain32(page + PAGE_PRIVATE, 0);
  fetchAnd32(page + PAGE_FLAGS, ~PG_PRIVATE);
  putFolio(cpu, page, 1);
}

/** set_page_dirty(), for anonymous and truncated pages as well. True: it was clean. */
export function setPageDirty(cpu: usize, page: usize): bool {
  const file = fileOf(page);
  if (fetchOr32(page + PAGE_FLAGS, PG_DIRTY) & PG_DIRTY) return false;
  if (!file || !isRegular(file)) return true;
  if (!hasBuffers(page) && fileOf(page) == file) {
    recordFault(cpu, BUG_DIRTY_WITHOUT_BUFFERS, pageToPfn(page), pageIndex(page), 0);
  }
  lock(cpu, file + FILE_LOCK);
  // Truncated meanwhile: nothing of the file.
  if (fileOf(page) == file) setTag(file, FILE_DIRTY, pageIndex(page));
  unlock(file + FILE_LOCK);
  countVmstat(cpu, NR_DIRTIED, 1);
  return true;
}

/** As setPageDirty(), by a call site that has asked no file system: unpin. */
export function setPageDirtyUnasked(cpu: usize, page: usize): void {
  if (!setPageDirty(cpu, page)) return;
  const file = fileOf(page);
  if (file && isRegular(file)) {
    recordFault(cpu, BUG_DIRTY_WITHOUT_MKWRITE, pageToPfn(page), pageIndex(page), 0);
  }
}
