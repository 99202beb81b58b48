/** Folios: made from a block, referenced, mapped, and freed with their last reference. */
import {
  FOLIO_ENTIRE_MAPCOUNT, FOLIO_LARGE_MAPCOUNT, FOLIO_ORDER, FOLIO_PINCOUNT, LEDGER_READ,
  LEDGER_WRITE, PAGE_COMPOUND_HEAD, PAGE_EXACT_PINS, PAGE_FLAGS, PAGE_INDEX, PAGE_MAPCOUNT,
  PAGE_MAPPING, PAGE_REFCOUNT, PAGE_STRUCT_BYTES, PARAM_SCHEME,
} from "../shared/layout.ts";
import {
  BUG_FREE_OF_PINNED, BUG_PINCOUNT_LEFT, BUG_REFCOUNT_UNDERFLOW, NR_GUP_PAGE_COUNT_OVERFLOWS,
  PAGE_MAPPING_ANON, PG_ANON_EXCLUSIVE, PGALLOC, PGFREE, PG_HEAD, PG_LRU, PG_SWAPBACKED,
  PG_UPTODATE, SCHEME_LRU_COUNT,
} from "../shared/codes.ts";
import {
  TRACE_REF_MOD, TRACE_REF_MOD_AND_TEST, TRACE_REF_MOD_UNLESS, TRACE_REF_SET,
} from "../shared/trace_layout.ts";
import {
  addVoid32, compareExchange32, fetchAdd32, fetchSub32, loadPlain32, loadRelaxed32, storePlain32,
  storeRelease32, subVoid32,
} from "../memory/cell";
import { quietLoad32 } from "../memory/quiet";
import { compoundHead, compoundWord, folioOrder, headOf, isLarge, pageToPfn } from "../memory/page";
import { recordFault } from "../observe/faults";
import { ledgerSum } from "../observe/ledger";
import { traceRef } from "../observe/trace";
import { countVmstat } from "../observe/vmstat";
import { lruAdd, lruIsolate } from "./lru";
import { giveBlock, takeBlock } from "./zone";

/** An anonymous folio with refcount 1, mapped nowhere; 0: no memory. */
export function allocAnonFolio(cpu: usize, order: u32, mm: usize, vpn: u32): usize {
  const folio = takeBlock(cpu, order);
  if (!folio) return 0;
  countVmstat(cpu, PGALLOC, 1 << order);
  const tails = (<usize>1 << order) * PAGE_STRUCT_BYTES;
  for (let at: usize = PAGE_STRUCT_BYTES; at < tails; at += PAGE_STRUCT_BYTES) {
    storePlain32(folio + at + PAGE_MAPCOUNT, <u32>-1);
    storePlain32(folio + at + PAGE_COMPOUND_HEAD, folio | 1);
    storePlain32(folio + at + PAGE_FLAGS, PG_ANON_EXCLUSIVE);
  }
  if (order) {
    // The second page's flags word: the order in its low byte, its own flags above.
    storePlain32(folio + FOLIO_ORDER, order | PG_ANON_EXCLUSIVE);
    storePlain32(folio + FOLIO_LARGE_MAPCOUNT, <u32>-1);
    storePlain32(folio + FOLIO_ENTIRE_MAPCOUNT, <u32>-1);
    storePlain32(folio + FOLIO_PINCOUNT, 0);
  }
  storePlain32(folio + PAGE_EXACT_PINS, 0);
  storePlain32(folio + PAGE_MAPCOUNT, <u32>-1);
  storePlain32(folio + PAGE_MAPPING, mm | PAGE_MAPPING_ANON);
  storePlain32(folio + PAGE_INDEX, vpn);
  const kind: u32 = PG_UPTODATE | PG_SWAPBACKED | PG_ANON_EXCLUSIVE;
  storePlain32(folio + PAGE_FLAGS, order ? kind | PG_HEAD : kind);
  storeRelease32(folio + PAGE_REFCOUNT, 1);
  if (isDefined(RECORDED)) traceRef(cpu, folio, TRACE_REF_SET, 1, 1, 0);
  if (quietLoad32(PARAM_SCHEME) == <u32>SCHEME_LRU_COUNT) lruAdd(cpu, folio);
  return folio;
}

/** A small page with refcount 1, in no page cache yet, mapped nowhere; 0: no memory. */
export function allocPage(cpu: usize, flags: u32): usize {
  const page = takeBlock(cpu, 0);
  if (!page) return 0;
  countVmstat(cpu, PGALLOC, 1);
  storePlain32(page + PAGE_EXACT_PINS, 0);
  storePlain32(page + PAGE_MAPCOUNT, <u32>-1);
  storePlain32(page + PAGE_FLAGS, flags);
  storeRelease32(page + PAGE_REFCOUNT, 1);
  if (isDefined(RECORDED)) traceRef(cpu, page, TRACE_REF_SET, 1, 1, 0);
  return page;
}

/**
 * try_get_folio(): `references` more on the page's folio, unless it is free or its count has
 * overflowed. The page may be freed, reused or split meanwhile. 0: refused.
 */
@inline
export function tryGetFolio(cpu: usize, page: usize, references: u32): usize {
  const head = compoundWord(page);
  const folio = headOf(page, head);
  const seen = loadRelaxed32(folio + PAGE_REFCOUNT);
  if (<i32>seen > 0) {
    if (compareExchange32(folio + PAGE_REFCOUNT, seen, seen + references) == seen) {
      if (isDefined(RECORDED)) {
        traceRef(cpu, folio, TRACE_REF_MOD_UNLESS, seen + references, references, 1);
      }
      // The folio may have been split or freed and reused between the look and the reference.
      if (compoundWord(page) == head) return folio;
      putFolio(cpu, folio, references);
    }
  }
  return tryGetFolioAgain(cpu, page, references);
}

/** As often as it takes. */
function tryGetFolioAgain(cpu: usize, page: usize, references: u32): usize {
  let folio: usize = 0;
  while (true) {
    folio = compoundHead(page);
    if (!addUnlessNotPositive(cpu, folio, references)) {
      folio = 0;
      break;
    }
    if (compoundHead(page) == folio) break;
    putFolio(cpu, folio, references);
  }
  return folio;
}

/** page_ref_add_unless(…, 0) with try_get_page()'s refusal of a negative count. */
@inline
function addUnlessNotPositive(cpu: usize, folio: usize, references: u32): bool {
  const word = folio + PAGE_REFCOUNT;
  let seen = loadRelaxed32(word);
  let granted = false;
  while (<i32>seen > 0) {
    const found = compareExchange32(word, seen, seen + references);
    if (found == seen) {
      granted = true;
      if (isDefined(RECORDED)) {
        traceRef(cpu, folio, TRACE_REF_MOD_UNLESS, seen + references, references, 1);
      }
      break;
    }
    seen = found;
  }
  // A negative count is refused before the tracepoint, a free page at it.
  if (isDefined(RECORDED)) {
    if (seen == 0) traceRef(cpu, folio, TRACE_REF_MOD_UNLESS, 0, references, 0);
  }
  if (<i32>seen < 0) countVmstat(cpu, NR_GUP_PAGE_COUNT_OVERFLOWS, 1);
  return granted;
}

/**
 * get_page_unless_zero(): what the page cache asks; a count that has overflowed is gup's concern.
 */
export function getUnlessZero(cpu: usize, page: usize): bool {
  const word = page + PAGE_REFCOUNT;
  let seen = loadRelaxed32(word);
  while (seen) {
    const found = compareExchange32(word, seen, seen + 1);
    if (found == seen) {
      if (isDefined(RECORDED)) traceRef(cpu, page, TRACE_REF_MOD_UNLESS, seen + 1, 1, 1);
      return true;
    }
    seen = found;
  }
  return false;
}

/** get_page() by somebody who already holds a reference. */
@inline
export function getFolio(cpu: usize, folio: usize, references: u32): void {
  if (isDefined(RECORDED)) {
    const count = fetchAdd32(folio + PAGE_REFCOUNT, references) + references;
    traceRef(cpu, folio, TRACE_REF_MOD, count, references, 0);
  } else {
    addVoid32(folio + PAGE_REFCOUNT, references);
  }
}

/** folio_put_refs(): the last reference frees the folio. */
@inline
export function putFolio(cpu: usize, folio: usize, references: u32): void {
  const before = fetchSub32(folio + PAGE_REFCOUNT, references);
  if (isDefined(RECORDED)) {
    const left = before - references;
    traceRef(cpu, folio, TRACE_REF_MOD_AND_TEST, left, -references, left == 0);
  }
  if (before <= references) lastPut(cpu, folio, before, references);
}

function lastPut(cpu: usize, folio: usize, before: u32, references: u32): void {
  if (before < references) {
    recordFault(cpu, BUG_REFCOUNT_UNDERFLOW, pageToPfn(folio), before, references);
    return;
  }
  freeFolio(cpu, folio);
}

/** page_ref_freeze(): from exactly `references` to 0; false: there are others. */
export function freezeFolio(folio: usize, references: u32): bool {
  return compareExchange32(folio + PAGE_REFCOUNT, references, 0) == references;
}

/** page_ref_unfreeze(). */
export function unfreezeFolio(folio: usize, references: u32): void {
  storeRelease32(folio + PAGE_REFCOUNT, references);
}

/** Hands a folio without references back to the zone. */
export function freeFolio(cpu: usize, folio: usize): void {
  const order = folioOrder(folio);
  const bytes = (<usize>1 << order) * PAGE_STRUCT_BYTES;
  for (let at: usize = 0; at < bytes; at += PAGE_STRUCT_BYTES) {
    const page = folio + at;
    const pins = ledgerSum(page, LEDGER_READ) + ledgerSum(page, LEDGER_WRITE);
    if (pins) recordFault(cpu, BUG_FREE_OF_PINNED, pageToPfn(page), pins, 0);
    if (at) {
      storePlain32(page + PAGE_COMPOUND_HEAD, 0);
      storePlain32(page + PAGE_FLAGS, 0);
    }
  }
  if (order) {
    const pins = loadPlain32(folio + FOLIO_PINCOUNT);
    if (pins) recordFault(cpu, BUG_PINCOUNT_LEFT, pageToPfn(folio), pins, 0);
    storePlain32(folio + FOLIO_ORDER, 0);
  }
  if (loadRelaxed32(folio + PAGE_FLAGS) & PG_LRU) lruIsolate(cpu, folio);
  storePlain32(folio + PAGE_MAPPING, 0);
  countVmstat(cpu, PGFREE, 1 << order);
  giveBlock(cpu, folio, order);
}

/** A reference and a mapping for each of `count` pages of the folio, by page-table entries. */
export function mapPages(cpu: usize, page: usize, count: u32): void {
  const folio = compoundHead(page);
  getFolio(cpu, folio, count);
  if (isLarge(folio)) addVoid32(folio + FOLIO_LARGE_MAPCOUNT, count);
  for (let i: u32 = 0; i < count; i++) {
    addVoid32(page + <usize>i * PAGE_STRUCT_BYTES + PAGE_MAPCOUNT, 1);
  }
}

/** Takes one page-table mapping and its reference back. */
export function unmapPage(cpu: usize, page: usize): void {
  pageRemoveRmap(page);
  putFolio(cpu, compoundHead(page), 1);
}

/** Its mapping alone: its reference is still to be dropped. */
export function pageRemoveRmap(page: usize): void {
  const folio = compoundHead(page);
  subVoid32(page + PAGE_MAPCOUNT, 1);
  if (isLarge(folio)) subVoid32(folio + FOLIO_LARGE_MAPCOUNT, 1);
}

/** A PMD maps the folio as a whole: one reference, one mapping. */
export function mapEntireFolio(cpu: usize, folio: usize): void {
  getFolio(cpu, folio, 1);
  addVoid32(folio + FOLIO_LARGE_MAPCOUNT, 1);
  addVoid32(folio + FOLIO_ENTIRE_MAPCOUNT, 1);
}

export function unmapEntireFolio(cpu: usize, folio: usize): void {
  subVoid32(folio + FOLIO_LARGE_MAPCOUNT, 1);
  subVoid32(folio + FOLIO_ENTIRE_MAPCOUNT, 1);
  putFolio(cpu, folio, 1);
}
