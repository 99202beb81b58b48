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
import { fileOf, fileSize, findGetPage, lockCachePage } from "./address_space";
import { prepareWrite, setPageDirty } from "./dirty";
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
    if (write) mkwriteLocked(cpu, file, page);
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
): void {
  readLock(cpu, file + FILE_INVALIDATE, OP_LOCK_WAIT);
  const page = findGetPage(cpu, file, index);
  if (page && page == pfnToPage(entryPfn(seen))) {
    lockPage(cpu, page);
    if (fileOf(page) == file) {
      mkwriteLocked(cpu, file, page);
      upgradeEntry(cpu, pte, seen, seen | bits);
    }
    unlockPage(cpu, page);
  }
  if (page) putFolio(cpu, page, 1);
  readUnlock(cpu, file + FILE_INVALIDATE);
}

/** page_mkwrite(). */
function mkwriteLocked(cpu: usize, file: usize, page: usize): void {
  prepareWrite(cpu, file, page);
  setPageDirty(cpu, page);
}
