/**
 * Giving pins back. `unpin_user_page*` (5.6 and later) and `put_user_page*` (2018 to 5.5) are two
 * names of one thing: index.ts exports it under both. put_user_pages_dirty(), which dirties
 * without the page lock, has no later name.
 */
import { FOLIO_ORDER, PAGE_FLAGS, PAGE_STRUCT_BYTES, PARAM_RELEASE } from "../shared/layout.ts";
import {
  FOLL_GET, FOLL_PIN, NR_FOLL_PIN_RELEASED, NR_GUP_PAGES_RETURNED, OP_UNPIN, PG_DIRTY,
  RELEASE_BY_PUT, SCHEME_BIAS, SCHEME_EXACT, SCHEME_EXACT_SIDE, SCHEME_HYBRID, SCHEME_LRU_COUNT,
  SCHEME_MAPCOUNT, SCHEME_REFCOUNT,
} from "../shared/codes.ts";
import { loadRelaxed32 } from "../memory/cell";
import { quietLoad32 } from "../memory/quiet";
import { compoundHead, folioOrder, isLarge } from "../memory/page";
import { setPageDirtyUnasked } from "../filemap/dirty";
import { lockPage, unlockPage } from "../mm/page_lock";
import { putFolio } from "../mm/folio";
import { traceBegin, traceOp } from "../observe/trace";
import { countVmstat } from "../observe/vmstat";
import { lruCountLower } from "../pins/lru_count";
import { currentBias, currentScheme, exemptZeroPage, release } from "../pins/scheme";

const DIRTY_NO: u32 = 0;
/** set_page_dirty() without the page lock: put_user_pages_dirty(). */
const DIRTY_UNLOCKED: u32 = 1;
/** The caller is no file system and must lock the page: put_user_pages_dirty_lock(). */
const DIRTY_LOCKED: u32 = 2;

/** Gives back the pins of `count` pages (addresses at `pages`); runs of one folio go together. */
export function unpinUserPages(cpu: usize, pages: usize, count: u32): void {
  unpinInline(cpu, pages, count);
}

/** As unpinUserPages(), in its caller. */
@inline
export function unpinInline(cpu: usize, pages: usize, count: u32): void {
  switch (quietLoad32(PARAM_RELEASE)) {
    case SCHEME_BIAS: unpinBias(cpu, pages, count); break;
    case SCHEME_HYBRID: unpinHybrid(cpu, pages, count); break;
    case SCHEME_EXACT: unpinExact(cpu, pages, count); break;
    case SCHEME_EXACT_SIDE: unpinSide(cpu, pages, count); break;
    case SCHEME_MAPCOUNT:
    case SCHEME_LRU_COUNT: unpinOther(cpu, pages, count); break;
    case RELEASE_BY_PUT: putPages(cpu, pages, count); break;
    default: unpinRefcount(cpu, pages, count);
  }
}

function unpinRefcount(cpu: usize, pages: usize, count: u32): void {
  giveBack(cpu, pages, count, DIRTY_NO, SCHEME_REFCOUNT);
}

function unpinBias(cpu: usize, pages: usize, count: u32): void {
  giveBack(cpu, pages, count, DIRTY_NO, SCHEME_BIAS);
}

function unpinHybrid(cpu: usize, pages: usize, count: u32): void {
  giveBack(cpu, pages, count, DIRTY_NO, SCHEME_HYBRID);
}

function unpinExact(cpu: usize, pages: usize, count: u32): void {
  giveBack(cpu, pages, count, DIRTY_NO, SCHEME_EXACT);
}

function unpinSide(cpu: usize, pages: usize, count: u32): void {
  giveBack(cpu, pages, count, DIRTY_NO, SCHEME_EXACT_SIDE);
}

function unpinOther(cpu: usize, pages: usize, count: u32): void {
  giveBack(cpu, pages, count, DIRTY_NO, currentScheme());
}

export function putUserPagesDirty(cpu: usize, pages: usize, count: u32): void {
  giveBackDirty(cpu, pages, count, DIRTY_UNLOCKED);
}

export function unpinUserPagesDirtyLock(cpu: usize, pages: usize, count: u32): void {
  giveBackDirty(cpu, pages, count, DIRTY_LOCKED);
}

function giveBackDirty(cpu: usize, pages: usize, count: u32, dirty: u32): void {
  if (quietLoad32(PARAM_RELEASE) == <u32>RELEASE_BY_PUT) {
    dirtyPages(cpu, pages, count, dirty);
    putPages(cpu, pages, count);
  } else giveBack(cpu, pages, count, dirty, currentScheme());
}

/** set_page_dirty_lock() of each page, which stays held. */
export function setPagesDirtyLock(cpu: usize, pages: usize, count: u32): void {
  dirtyPages(cpu, pages, count, DIRTY_LOCKED);
}

function dirtyPages(cpu: usize, pages: usize, count: u32, dirty: u32): void {
  const end = pages + (<usize>count << 2);
  for (let at = pages; at < end; at += 4) dirtyFolio(cpu, compoundHead(quietLoad32(at)), dirty);
}

@inline
function giveBack(cpu: usize, pages: usize, count: u32, dirty: u32, scheme: u32): void {
  if (!count) return;
  const start = traceBegin();
  const bias = currentBias();
  const exempt = exemptZeroPage();
  const end = pages + (<usize>count << 2);
  let at = pages;
  let returned: u32 = 0;
  do {
    const folio = compoundHead(quietLoad32(at));
    const begin = at;
    at += 4;
    // gup_folio_next(): pages of one folio go together. A pinned folio cannot be split, so that
    // where it ends is known without a look at its tails.
    if (isLarge(folio)) {
      const bytes = <usize>PAGE_STRUCT_BYTES << (loadRelaxed32(folio + FOLIO_ORDER) & 0xff);
      while (at < end) {
        if (quietLoad32(at) - folio >= bytes) break;
        at += 4;
      }
    } else {
      while (at < end) {
        if (quietLoad32(at) != folio) break;
        at += 4;
      }
    }
    const run = <u32>(at - begin) >> 2;
    if (dirty) dirtyFolio(cpu, folio, dirty);
    if (folio == exempt) continue;
    returned += run;
    if (scheme == SCHEME_LRU_COUNT) uncountHeads(cpu, folio, begin, at);
    release(cpu, scheme, bias, folio, run);
  } while (at < end);
  countVmstat(cpu, NR_FOLL_PIN_RELEASED, returned);
  countVmstat(cpu, NR_GUP_PAGES_RETURNED, count);
  if (isDefined(RECORDED)) traceOp(cpu, OP_UNPIN, start, 0, count, FOLL_PIN, <i32>returned);
}

/** `lru-count` has counted the pins of head pages alone. */
function uncountHeads(cpu: usize, folio: usize, begin: usize, end: usize): void {
  let heads: u32 = 0;
  for (let at = begin; at < end; at += 4) {
    if (quietLoad32(at) == folio) heads++;
  }
  if (heads) lruCountLower(cpu, folio, heads);
}

/**
 * The unlocked look at PG_dirty may race with the page being cleaned; either way is harmless: what
 * was seen dirty will be written, what is cleaned afterwards is dirtied again.
 */
@inline
function dirtyFolio(cpu: usize, folio: usize, dirty: u32): void {
  if (loadRelaxed32(folio + PAGE_FLAGS) & PG_DIRTY) return;
  if (dirty == DIRTY_LOCKED) lockPage(cpu, folio);
  setPageDirtyUnasked(cpu, folio);
  if (dirty == DIRTY_LOCKED) unlockPage(cpu, folio);
}

/** One page: unpin_user_page(), put_user_page(). */
export function unpinUserPage(cpu: usize, page: usize): void {
  const begin = traceBegin();
  const folio = compoundHead(page);
  if (folio != exemptZeroPage()) {
    countVmstat(cpu, NR_FOLL_PIN_RELEASED, 1);
    if (currentScheme() == SCHEME_LRU_COUNT && page == folio) lruCountLower(cpu, folio, 1);
    release(cpu, currentScheme(), currentBias(), folio, 1);
  }
  countVmstat(cpu, NR_GUP_PAGES_RETURNED, 1);
  if (isDefined(RECORDED)) traceOp(cpu, OP_UNPIN, begin, 0, 1, FOLL_PIN, 1);
}

/** unpin_user_page_range_dirty_lock(): `count` pages whose structs stand in a row. */
export function unpinUserPageRangeDirtyLock(
  cpu: usize, page: usize, count: u32, makeDirty: bool,
): void {
  const begin = traceBegin();
  let at = page;
  let left = count;
  while (left) {
    const folio = compoundHead(at);
    const inside = <u32>((at - folio) / PAGE_STRUCT_BYTES);
    const run = min(left, (<u32>1 << folioOrder(folio)) - inside);
    if (makeDirty) dirtyFolio(cpu, folio, DIRTY_LOCKED);
    if (folio != exemptZeroPage()) {
      countVmstat(cpu, NR_FOLL_PIN_RELEASED, run);
      if (currentScheme() == SCHEME_LRU_COUNT && !inside) lruCountLower(cpu, folio, 1);
      release(cpu, currentScheme(), currentBias(), folio, run);
    }
    at += <usize>run * PAGE_STRUCT_BYTES;
    left -= run;
  }
  countVmstat(cpu, NR_GUP_PAGES_RETURNED, count);
  if (isDefined(RECORDED)) traceOp(cpu, OP_UNPIN, begin, 0, count, FOLL_PIN, <i32>count);
}

/** put_page() for what FOLL_GET returned. */
export function putPages(cpu: usize, pages: usize, count: u32): void {
  const begin = traceBegin();
  const end = pages + (<usize>count << 2);
  for (let at = pages; at < end; at += 4) {
    putFolio(cpu, compoundHead(quietLoad32(at)), 1);
  }
  countVmstat(cpu, NR_GUP_PAGES_RETURNED, count);
  if (isDefined(RECORDED)) traceOp(cpu, OP_UNPIN, begin, 0, count, FOLL_GET, <i32>count);
}
