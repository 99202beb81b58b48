/**
 * The LRU: allocated pages through struct page's lru, oldest last, under a lock of its own. Pages
 * of files are on it (PG_lru) from their insertion into the page cache until reclaim isolates them
 * or they are freed; anonymous pages under `lru-count` alone, where pinning takes pages off it.
 */
import {
  PAGE_FLAGS, PAGE_LRU_NEXT, PAGE_LRU_PREV, ZONE_LRU_COUNT, ZONE_LRU_FIRST, ZONE_LRU_LAST,
  ZONE_LRU_LOCK,
} from "../shared/layout.ts";
import { PG_ACTIVE, PG_LRU } from "../shared/codes.ts";
import { fetchAnd32, loadPlain32, loadRelaxed32, orVoid32, storePlain32 } from "../memory/cell";
import { lock, unlock } from "../memory/lock";
import { tryGetFolio } from "./folio";

const LOOKS_MAX: u32 = 64;

/** lru_cache_add(): to the front; the caller holds a reference. */
export function lruAdd(cpu: usize, page: usize): void {
  lock(cpu, ZONE_LRU_LOCK);
  link(page);
  unlock(ZONE_LRU_LOCK);
}

function link(page: usize): void {
  const first = <usize>loadPlain32(ZONE_LRU_FIRST);
  storePlain32(page + PAGE_LRU_NEXT, first);
  storePlain32(page + PAGE_LRU_PREV, 0);
  if (first) storePlain32(first + PAGE_LRU_PREV, page);
  else storePlain32(ZONE_LRU_LAST, page);
  storePlain32(ZONE_LRU_FIRST, page);
  storePlain32(ZONE_LRU_COUNT, loadPlain32(ZONE_LRU_COUNT) + 1);
  orVoid32(page + PAGE_FLAGS, PG_LRU);
}

function cut(page: usize): void {
  const next = <usize>loadPlain32(page + PAGE_LRU_NEXT);
  const prev = <usize>loadPlain32(page + PAGE_LRU_PREV);
  if (next) storePlain32(next + PAGE_LRU_PREV, prev);
  else storePlain32(ZONE_LRU_LAST, prev);
  if (prev) storePlain32(prev + PAGE_LRU_NEXT, next);
  else storePlain32(ZONE_LRU_FIRST, next);
  storePlain32(page + PAGE_LRU_NEXT, 0);
  storePlain32(page + PAGE_LRU_PREV, 0);
  storePlain32(ZONE_LRU_COUNT, loadPlain32(ZONE_LRU_COUNT) - 1);
}

/** Off the list, for good; the flag goes after the page has. */
function takeOff(page: usize): void {
  cut(page);
  fetchAnd32(page + PAGE_FLAGS, ~(PG_LRU | PG_ACTIVE));
}

/** isolate_lru_page(): takes the page off; false: it was not on it. */
export function lruIsolate(cpu: usize, page: usize): bool {
  lock(cpu, ZONE_LRU_LOCK);
  const isOn = (loadRelaxed32(page + PAGE_FLAGS) & PG_LRU) != 0;
  if (isOn) takeOff(page);
  unlock(ZONE_LRU_LOCK);
  return isOn;
}

/**
 * The oldest page, off the list and with a reference, or 0. Active ones get a second round at the
 * front, and so does what is about to be freed; after a few of them the list is taken for empty.
 */
export function lruIsolateOldest(cpu: usize): usize {
  lock(cpu, ZONE_LRU_LOCK);
  let found: usize = 0;
  let page = <usize>loadPlain32(ZONE_LRU_LAST);
  for (let looks = min(loadPlain32(ZONE_LRU_COUNT), LOOKS_MAX); page && looks; looks--) {
    const before = <usize>loadPlain32(page + PAGE_LRU_PREV);
    const active = (loadRelaxed32(page + PAGE_FLAGS) & PG_ACTIVE) != 0;
    if (!active && tryGetFolio(cpu, page, 1)) {
      found = page;
      break;
    }
    // PG_lru stays: who is freeing the page must see it and wait for the lock.
    cut(page);
    fetchAnd32(page + PAGE_FLAGS, ~PG_ACTIVE);
    link(page);
    page = before;
  }
  if (found) takeOff(found);
  unlock(ZONE_LRU_LOCK);
  return found;
}
