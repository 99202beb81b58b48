/**
 * address_space: which page of memory holds which page of the file. Looked up without a lock (the
 * reference is taken, then the slot read once more), changed under i_pages.
 */
import {
  COMPLETED_SHIFT, FILE_DIRTY, FILE_DISK, FILE_INDEX, FILE_KIND, FILE_LOCK, FILE_NR_PAGES,
  FILE_SIZE, FILE_WRITEBACK,
} from "../shared/file_layout.ts";
import {
  PAGE_FLAGS, PAGE_INDEX, PAGE_MAPPING, PAGE_STRUCT_SHIFT, PARAM_COMPLETED, PARAM_CONTENT,
  PARAM_MEM_MAP,
} from "../shared/layout.ts";
import {
  PAGE_MAPPING_ANON, PG_LOCKED, PG_SWAPBACKED, PG_UPTODATE, VMA_REGULAR_FILE, VMA_SHMEM,
} from "../shared/codes.ts";
import {
  loadAcquire32, loadPlain32, loadRelaxed32, orVoid32, storePlain32, storeRelease32,
} from "../memory/cell";
import { lock, unlock } from "../memory/lock";
import { quietLoad32, quietStore32, quietStore64 } from "../memory/quiet";
import { allocPage, getFolio, getUnlessZero, putFolio } from "../mm/folio";
import { lruAdd } from "../mm/lru";
import { lockPage, unlockPage } from "../mm/page_lock";
import { clearTag } from "./tags";
import { makeRoom } from "./vmscan";

/** The file of a page, or 0: anonymous, or truncated. Stable under the page lock. */
@inline
export function fileOf(page: usize): usize {
  const mapping = loadRelaxed32(page + PAGE_MAPPING);
  return mapping & PAGE_MAPPING_ANON ? 0 : mapping;
}

@inline
export function pageIndex(page: usize): u32 {
  return loadRelaxed32(page + PAGE_INDEX);
}

/** Does a file system stand behind it, that must hear of writes? */
@inline
export function isRegular(file: usize): bool {
  return quietLoad32(file + FILE_KIND) == <u32>VMA_REGULAR_FILE;
}

/** i_size, in pages. */
@inline
export function fileSize(file: usize): u32 {
  return loadAcquire32(file + FILE_SIZE);
}

@inline
function slotOf(file: usize, index: u32): usize {
  return quietLoad32(file + FILE_INDEX) + (<usize>index << 2);
}

/** The word that stands for what the disk has of a page: the generation that was written last. */
@inline
export function diskWord(file: usize, index: u32): usize {
  return quietLoad32(file + FILE_DISK) + (<usize>index << 2);
}

/** The word that stands for what a page frame holds: a generation. */
@inline
export function contentWord(page: usize): usize {
  const offset = page - quietLoad32(PARAM_MEM_MAP);
  return quietLoad32(PARAM_CONTENT) + (offset >> (PAGE_STRUCT_SHIFT - 2));
}

/** The newest write to the page whose I/O is complete (COMPLETED_*). */
@inline
export function completedWords(page: usize): usize {
  const offset = page - quietLoad32(PARAM_MEM_MAP);
  return quietLoad32(PARAM_COMPLETED) + (offset >> (PAGE_STRUCT_SHIFT - COMPLETED_SHIFT));
}

/** find_get_page(): the cached page with a reference, or 0. */
export function findGetPage(cpu: usize, file: usize, index: u32): usize {
  const slot = slotOf(file, index);
  while (true) {
    const page = <usize>loadAcquire32(slot);
    if (!page) return 0;
    if (!getUnlessZero(cpu, page)) continue;
    // It may have been removed, freed and used anew between the look and the reference.
    if (loadAcquire32(slot) == <u32>page) return page;
    putFolio(cpu, page, 1);
  }
}

/** The page without a reference, for whoever keeps it from going: 0, none is cached. */
@inline
export function cachedPage(file: usize, index: u32): usize {
  return loadAcquire32(slotOf(file, index));
}

/**
 * find_lock_page() that reads what is not cached: the page, locked, up to date and with a
 * reference. 0: no memory, or `index` is behind the end of the file.
 */
export function lockCachePage(cpu: usize, file: usize, index: u32): usize {
  while (index < fileSize(file)) {
    let page = findGetPage(cpu, file, index);
    if (!page) {
      page = addPage(cpu, file, index);
      if (page == RACE_LOST) continue;
      return page;
    }
    lockPage(cpu, page);
    // Truncated while we waited for its lock?
    if (fileOf(page) == file && index < fileSize(file)) return page;
    unlockPage(cpu, page);
    putFolio(cpu, page, 1);
  }
  return 0;
}

const RACE_LOST: usize = 1;

/** A new page, locked and read from the disk; 0: no memory. */
function addPage(cpu: usize, file: usize, index: u32): usize {
  const shmem = quietLoad32(file + FILE_KIND) == <u32>VMA_SHMEM;
  // It is inserted locked and filled afterwards, so that nobody reads the disk before a writer
  // that was here in between has reached it.
  const flags: u32 = shmem ? PG_LOCKED | PG_SWAPBACKED : PG_LOCKED;
  let page = allocPage(cpu, flags);
  if (!page && makeRoom(cpu)) page = allocPage(cpu, flags);
  if (!page) return 0;
  // What an I/O completed in the frame's former life is nobody's any more.
  quietStore64(completedWords(page), 0);
  if (!insert(cpu, file, index, page)) {
    unlockPage(cpu, page);
    putFolio(cpu, page, 1);
    return RACE_LOST;
  }
  quietStore32(contentWord(page), quietLoad32(diskWord(file, index)));
  orVoid32(page + PAGE_FLAGS, PG_UPTODATE);
  lruAdd(cpu, page);
  return page;
}

/** add_to_page_cache(): the cache's reference, the slot; false: somebody was first. */
function insert(cpu: usize, file: usize, index: u32, page: usize): bool {
  const slot = slotOf(file, index);
  lock(cpu, file + FILE_LOCK);
  const free = loadPlain32(slot) == 0;
  if (free) {
    getFolio(cpu, page, 1);
    storePlain32(page + PAGE_MAPPING, file);
    storePlain32(page + PAGE_INDEX, index);
    storeRelease32(slot, page);
    storePlain32(file + FILE_NR_PAGES, loadPlain32(file + FILE_NR_PAGES) + 1);
  }
  unlock(file + FILE_LOCK);
  return free;
}

/** __delete_from_page_cache(): the caller holds i_pages and the page lock; tags go as well. */
export function deleteLocked(file: usize, page: usize): void {
  const index = pageIndex(page);
  clearTag(file, FILE_DIRTY, index);
  clearTag(file, FILE_WRITEBACK, index);
  storeRelease32(slotOf(file, index), 0);
  storePlain32(page + PAGE_MAPPING, 0);
  storePlain32(file + FILE_NR_PAGES, loadPlain32(file + FILE_NR_PAGES) - 1);
}
