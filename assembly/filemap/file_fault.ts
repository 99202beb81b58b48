/**
 * Faults on mappings of a file: filemap_fault(), page_mkwrite() and what installs the entry. They
 * run under the file's invalidate lock, so that truncation finds no fault half way.
 */
import { FILE_INVALIDATE } from "../shared/file_layout.ts";
import { EFAULT, ENOMEM, OP_LOCK_WAIT } from "../shared/codes.ts";
import { pfnToPage } from "../memory/page";
import { entryPfn } from "../memory/page_table";
import { putFolio } from "../mm/folio";
import { lockPage, unlockPage } from "../mm/page_lock";
import { readLock, readUnlock } from "../mm/rwlock";
import { fileOf, fileSize, findGetPage, isRegular, lockCachePage } from "./address_space";
import { attachBuffers, setPageDirty } from "./dirty";
import { waitForStablePage } from "./page_writeback";
import { installPage, upgradeEntry } from "../mm/fault";

/**
 * do_read_fault(), do_shared_fault(): maps page `index` of the file at `pte` with `bits`; a write
 * to a regular file asks the file system first. 0, -ENOMEM, or -EFAULT behind the end of the file.
 */
export function faultFilePage(
  cpu: usize, file: usize, index: u32, pte: usize, bits: u64, write: bool,
): i32 {
  readLock(cpu, file + FILE_INVALIDATE, OP_LOCK_WAIT);
  const page = lockCachePage(cpu, file, index);
  let error: i32 = 0;
  if (page) {
    if (write && isRegular(file)) mkwriteLocked(cpu, page);
    else if (write) setPageDirty(cpu, page);
    // Under the page lock: truncation unmaps under it what it removes.
    installPage(cpu, pte, 0, page, bits);
    unlockPage(cpu, page);
    putFolio(cpu, page, 1);
  } else error = index < fileSize(file) ? -ENOMEM : -EFAULT;
  readUnlock(cpu, file + FILE_INVALIDATE);
  return error;
}

/** wp_page_shared(): the write fault on a page that is mapped read-only. */
export function faultWriteShared(
  cpu: usize, file: usize, index: u32, pte: usize, seen: u64, bits: u64,
): i32 {
  readLock(cpu, file + FILE_INVALIDATE, OP_LOCK_WAIT);
  const page = findGetPage(cpu, file, index);
  if (page && page == pfnToPage(entryPfn(seen))) {
    lockPage(cpu, page);
    if (fileOf(page) == file) {
      if (isRegular(file)) mkwriteLocked(cpu, page);
      else setPageDirty(cpu, page);
      upgradeEntry(cpu, pte, seen, seen | bits);
    }
    unlockPage(cpu, page);
  }
  if (page) putFolio(cpu, page, 1);
  readUnlock(cpu, file + FILE_INVALIDATE);
  return 0;
}

/** page_mkwrite(): waits until the page may change, gives it buffers, makes it dirty. */
function mkwriteLocked(cpu: usize, page: usize): void {
  waitForStablePage(cpu, page);
  attachBuffers(cpu, page);
  setPageDirty(cpu, page);
}
