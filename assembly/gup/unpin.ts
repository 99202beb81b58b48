/**
 * Giving pins back. `unpin_user_page*` (5.6 and later) and `put_user_page*` (2018 to 5.5) are two
 * names of one thing; index.ts exports both.
 */
import { PAGE_FLAGS } from "../shared/layout.ts";
import {
  NR_FOLL_PIN_RELEASED, NR_GUP_PAGES_RETURNED, PG_DIRTY,
} from "../shared/codes.ts";
import { loadRelaxed32, orVoid32, quietLoad32 } from "../memory/cell";
import { compoundHead } from "../memory/page";
import { lockPage, unlockPage } from "../mm/page_lock";
import { putFolio } from "../mm/folio";
import { countVmstat } from "../observe/vmstat";
import { currentBias, currentScheme, isExemptZeroPage, release } from "../pins/scheme";

export const DIRTY_NO: u32 = 0;
/** set_page_dirty() without the page lock: put_user_pages_dirty(). */
export const DIRTY_UNLOCKED: u32 = 1;
/** The caller is no file system and must lock the page: put_user_pages_dirty_lock(). */
export const DIRTY_LOCKED: u32 = 2;

/** Gives back the pins of `count` pages (addresses at `pages`); runs of one folio go together. */
export function unpinPages(cpu: usize, pages: usize, count: u32): void {
  giveBack(cpu, pages, count, DIRTY_NO);
}

export function unpinPagesDirty(cpu: usize, pages: usize, count: u32): void {
  giveBack(cpu, pages, count, DIRTY_UNLOCKED);
}

export function unpinPagesDirtyLock(cpu: usize, pages: usize, count: u32): void {
  giveBack(cpu, pages, count, DIRTY_LOCKED);
}

@inline
function giveBack(cpu: usize, pages: usize, count: u32, dirty: u32): void {
  const scheme = currentScheme();
  const bias = currentBias();
  const end = pages + (<usize>count << 2);
  let at = pages;
  let returned: u32 = 0;
  while (at < end) {
    const page = <usize>quietLoad32(at);
    const folio = compoundHead(page);
    let run: u32 = 1;
    at += 4;
    // gup_folio_next(): a page follows in the same run if it has the same head.
    while (at < end && compoundHead(quietLoad32(at)) == folio) {
      run++;
      at += 4;
    }
    if (dirty) dirtyFolio(cpu, folio, dirty);
    if (isExemptZeroPage(folio)) continue;
    returned += run;
    release(cpu, scheme, bias, folio, run);
  }
  countVmstat(cpu, NR_FOLL_PIN_RELEASED, returned);
  countVmstat(cpu, NR_GUP_PAGES_RETURNED, count);
}

/**
 * The unlocked look at PG_dirty may race with the page being cleaned; either way is harmless: what
 * was seen dirty will be written, what is cleaned afterwards is dirtied again.
 */
@inline
function dirtyFolio(cpu: usize, folio: usize, dirty: u32): void {
  if (loadRelaxed32(folio + PAGE_FLAGS) & PG_DIRTY) return;
  if (dirty == DIRTY_LOCKED) lockPage(cpu, folio);
  orVoid32(folio + PAGE_FLAGS, PG_DIRTY);
  if (dirty == DIRTY_LOCKED) unlockPage(cpu, folio);
}

/** put_page() for what FOLL_GET returned. */
export function putPages(cpu: usize, pages: usize, count: u32): void {
  const end = pages + (<usize>count << 2);
  for (let at = pages; at < end; at += 4) {
    putFolio(cpu, compoundHead(quietLoad32(at)), 1);
  }
  countVmstat(cpu, NR_GUP_PAGES_RETURNED, count);
}
