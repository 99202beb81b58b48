/**
 * `lru-count`: a pinned page leaves the LRU, and its page->lru holds the count, under one
 * zone_gup_lock that page_mkclean() takes as well (Hubbard, July to November 2018). Tail pages use
 * that word for their head: their pins are plain references.
 */
import { PAGE_FLAGS, PAGE_LRU_PREV, ZONE_GUP_LOCK } from "../shared/layout.ts";
import { MAYBE_PINNED, NOT_PINNED, PG_PIN, PG_PIN_WAS_LRU, PIN_UNKNOWN } from "../shared/codes.ts";
import {
  fetchAnd32, loadAcquire32, loadPlain32, loadRelaxed32, orVoid32, storePlain32,
} from "../memory/cell";
import { lock, unlock } from "../memory/lock";
import { isLarge } from "../memory/page";
import { entriesCleaned, walkToClean } from "../filemap/rmap";
import { lruAdd, lruIsolate } from "../mm/lru";

/** Counts pins of a head page, which leaves the LRU with the first. */
export function lruCountRaise(cpu: usize, page: usize, pins: u32): void {
  lock(cpu, ZONE_GUP_LOCK);
  if (loadRelaxed32(page + PAGE_FLAGS) & PG_PIN) {
    storePlain32(page + PAGE_LRU_PREV, loadPlain32(page + PAGE_LRU_PREV) + pins);
  } else {
    const flags: u32 = lruIsolate(cpu, page) ? PG_PIN | PG_PIN_WAS_LRU : PG_PIN;
    storePlain32(page + PAGE_LRU_PREV, pins);
    orVoid32(page + PAGE_FLAGS, flags);
  }
  unlock(ZONE_GUP_LOCK);
}

/** Takes counts back; with the last one the page returns to the LRU. */
export function lruCountLower(cpu: usize, page: usize, pins: u32): void {
  lock(cpu, ZONE_GUP_LOCK);
  const left = loadPlain32(page + PAGE_LRU_PREV) - pins;
  storePlain32(page + PAGE_LRU_PREV, left);
  if (!left) {
    const before = fetchAnd32(page + PAGE_FLAGS, ~(PG_PIN | PG_PIN_WAS_LRU));
    if (before & PG_PIN_WAS_LRU) lruAdd(cpu, page);
  }
  unlock(ZONE_GUP_LOCK);
}

/** putback_lru_page(): a page that was pinned while it was isolated returns with its last pin. */
export function lruCountPutBack(cpu: usize, page: usize): void {
  lock(cpu, ZONE_GUP_LOCK);
  if (loadRelaxed32(page + PAGE_FLAGS) & PG_PIN) orVoid32(page + PAGE_FLAGS, PG_PIN_WAS_LRU);
  else lruAdd(cpu, page);
  unlock(ZONE_GUP_LOCK);
}

/** Of a large folio whose head is not pinned nobody knows: its tails may be. */
export function lruCountTest(folio: usize): u32 {
  if (loadAcquire32(folio + PAGE_FLAGS) & PG_PIN) return MAYBE_PINNED;
  return isLarge(folio) ? PIN_UNKNOWN : NOT_PINNED;
}

/** page_mkclean() under zone_gup_lock: no page is pinned or given back meanwhile. */
export function lruCountMkclean(cpu: usize, page: usize): bool {
  lock(cpu, ZONE_GUP_LOCK);
  const walk = walkToClean(cpu, page);
  unlock(ZONE_GUP_LOCK);
  return entriesCleaned(walk) != 0;
}
