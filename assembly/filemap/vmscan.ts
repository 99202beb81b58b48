/**
 * Reclaim, as shrink_page_list() did it in 2018: unmap, write, strip the buffers, and only then
 * fail at the refcount freeze because somebody still holds the page. Rules 6.13 keep a page that
 * may be pinned after unmapping it (d824ec2a1546, 2023).
 */
import { FILE_LOCK } from "../shared/file_layout.ts";
import { PAGE_FLAGS, PAGE_MAPPING, PARAM_RULES } from "../shared/layout.ts";
import {
  MAYBE_PINNED, PGSCAN, PGSTEAL, PG_ACTIVE, PG_DIRTY, PG_WRITEBACK, RULES_6_13,
  SCHEME_LRU_COUNT, WORK_FREEZE_FAILED, WORK_KEPT_MAPPED, WORK_KEPT_PINNED,
} from "../shared/codes.ts";
import { loadAcquire32, loadRelaxed32, orVoid32 } from "../memory/cell";
import { lock, unlock } from "../memory/lock";
import { quietLoad32 } from "../memory/quiet";
import { freeFolio, freezeFolio, putFolio, unfreezeFolio } from "../mm/folio";
import { lruAdd, lruIsolateOldest } from "../mm/lru";
import { tryLockPage, unlockPage } from "../mm/page_lock";
import { testPinned } from "../observe/verdict";
import { countVmstat, countWork } from "../observe/vmstat";
import { lruCountPutBack } from "../pins/lru_count";
import { currentScheme } from "../pins/scheme";
import { deleteLocked, fileOf, isRegular, pageIndex } from "./address_space";
import { dropBuffers } from "./dirty";
import { checkSaved } from "./durability";
import { isMapped, tryToUnmap } from "./rmap";
import {
  WRITE_BOUNCED, WRITE_SUBMITTED, completeWrite, policyOf, submittedContent, writePage,
} from "./writepage";

export const RECLAIM_FREED: u32 = 0;
export const RECLAIM_KEPT: u32 = 1;
/** On its way to the disk, to be freed in a later round; the caller owns the writeback. */
export const RECLAIM_SUBMITTED: u32 = 2;
export const RECLAIM_BOUNCED: u32 = 3;
/** The LRU has no page to offer. */
const NONE_LEFT: i32 = -1;

/** The references of a page that nobody uses: the page cache's and the isolation's. */
const REFERENCES_OF_UNUSED: u32 = 2;

/** putback_lru_page(), and the isolation's reference; a truncated page is about to be freed. */
export function putBack(cpu: usize, page: usize): void {
  if (loadRelaxed32(page + PAGE_MAPPING)) {
    if (currentScheme() == SCHEME_LRU_COUNT) lruCountPutBack(cpu, page);
    else lruAdd(cpu, page);
  }
  putFolio(cpu, page, 1);
}

/**
 * Tries to free one isolated page (one reference of the caller's), RECLAIM_*. Unless it was freed
 * the reference is still the caller's, for putBack().
 */
export function shrinkPage(cpu: usize, page: usize, timed: bool): u32 {
  countVmstat(cpu, PGSCAN, 1);
  if (!tryLockPage(page)) return RECLAIM_KEPT;
  const file = fileOf(page);
  const flags = loadRelaxed32(page + PAGE_FLAGS);
  if (!file || !isRegular(file) || flags & PG_WRITEBACK) return keep(cpu, page);
  if (isMapped(page)) {
    tryToUnmap(cpu, page);
    if (isMapped(page)) {
      // With `mapcount` a pin looks like a mapping that cannot be found.
      countWork(cpu, WORK_KEPT_MAPPED, 1);
      return activate(cpu, page);
    }
  }
  if (quietLoad32(PARAM_RULES) >= <u32>RULES_6_13 && testPinned(cpu, page) == MAYBE_PINNED) {
    countWork(cpu, WORK_KEPT_PINNED, 1);
    return activate(cpu, page);
  }
  if (loadAcquire32(page + PAGE_FLAGS) & PG_DIRTY) return pageOut(cpu, file, page, timed);
  if (!dropBuffers(cpu, page)) return keep(cpu, page);
  if (!removeMapping(cpu, file, page)) {
    countWork(cpu, WORK_FREEZE_FAILED, 1);
    return keep(cpu, page);
  }
  unlockPage(cpu, page);
  freeFolio(cpu, page);
  countVmstat(cpu, PGSTEAL, 1);
  return RECLAIM_FREED;
}

function keep(cpu: usize, page: usize): u32 {
  unlockPage(cpu, page);
  return RECLAIM_KEPT;
}

function activate(cpu: usize, page: usize): u32 {
  orVoid32(page + PAGE_FLAGS, PG_ACTIVE);
  return keep(cpu, page);
}

/** pageout(): background writeback of the one page. */
function pageOut(cpu: usize, file: usize, page: usize, timed: bool): u32 {
  const result = writePage(cpu, file, page, policyOf(false), timed);
  if (result == WRITE_SUBMITTED) return RECLAIM_SUBMITTED;
  return result == WRITE_BOUNCED ? RECLAIM_BOUNCED : RECLAIM_KEPT;
}

/** __remove_mapping(): freezes the count; fails if anybody else holds the page. */
function removeMapping(cpu: usize, file: usize, page: usize): bool {
  lock(cpu, file + FILE_LOCK);
  let removed = freezeFolio(page, REFERENCES_OF_UNUSED);
  if (removed && loadAcquire32(page + PAGE_FLAGS) & PG_DIRTY) {
    unfreezeFolio(page, REFERENCES_OF_UNUSED);
    removed = false;
  }
  if (removed) {
    checkSaved(cpu, file, page, pageIndex(page));
    deleteLocked(file, page);
  }
  unlock(file + FILE_LOCK);
  return removed;
}

/** Reclaim of the oldest page, its write done at once: RECLAIM_*, or NONE_LEFT. */
export function shrinkOldest(cpu: usize): i32 {
  const page = lruIsolateOldest(cpu);
  if (!page) return NONE_LEFT;
  const result = shrinkPage(cpu, page, false);
  if (result == RECLAIM_FREED) return <i32>result;
  if (result == RECLAIM_SUBMITTED || result == RECLAIM_BOUNCED) {
    const content = submittedContent(cpu);
    completeWrite(cpu, fileOf(page), page, content, result == RECLAIM_BOUNCED);
  }
  putBack(cpu, page);
  return <i32>result;
}

/** Pages that an allocation without memory looks at before it gives up. */
const DIRECT_RECLAIM_LOOKS: u32 = 1024;

/** Direct reclaim, for whoever needs one page: true if one was freed. Writes are done at once. */
export function makeRoom(cpu: usize): bool {
  for (let looks: u32 = 0; looks < DIRECT_RECLAIM_LOOKS; looks++) {
    const result = shrinkOldest(cpu);
    if (result == NONE_LEFT) return false;
    if (result == <i32>RECLAIM_FREED) return true;
  }
  return false;
}
