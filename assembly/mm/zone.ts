/**
 * The zone: free page frames as buddies of order 0 to 10, on lists through struct page's lru, all
 * under zone->lock. A free block's head has mapcount −128 (PAGE_BUDDY) and its order in private.
 */
import {
  MAX_PAGE_ORDER, PAGE_FLAGS, PAGE_LRU_NEXT, PAGE_LRU_PREV, PAGE_MAPCOUNT, PAGE_PRIVATE,
  PAGE_REFCOUNT, PAGE_STRUCT_SHIFT, PARAM_NR_PAGES, ZONE_FREE_HEADS, ZONE_LOCK, ZONE_NR_FREE,
} from "../shared/layout.ts";
import { MUST_BUDDY_FREE, MUST_REFCOUNT } from "../shared/codes.ts";
import { loadPlain32, storePlain32 } from "../memory/cell";
import { quietLoad32 } from "../memory/quiet";
import { lock, unlock } from "../memory/lock";
import { pageToPfn, pfnToPage } from "../memory/page";
import { must } from "../observe/faults";

const PAGE_BUDDY: u32 = <u32>-128;

@inline
function freeHead(order: u32): usize {
  return ZONE_FREE_HEADS + (<usize>order << 2);
}

function addFree(page: usize, order: u32): void {
  const head = freeHead(order);
  const next = <usize>loadPlain32(head);
  storePlain32(page + PAGE_LRU_NEXT, next);
  storePlain32(page + PAGE_LRU_PREV, 0);
  storePlain32(page + PAGE_MAPCOUNT, PAGE_BUDDY);
  storePlain32(page + PAGE_PRIVATE, order);
  if (next) storePlain32(next + PAGE_LRU_PREV, page);
  storePlain32(head, page);
}

function removeFree(page: usize, order: u32): void {
  const next = <usize>loadPlain32(page + PAGE_LRU_NEXT);
  const prev = <usize>loadPlain32(page + PAGE_LRU_PREV);
  if (next) storePlain32(next + PAGE_LRU_PREV, prev);
  if (prev) storePlain32(prev + PAGE_LRU_NEXT, next);
  else storePlain32(freeHead(order), next);
  storePlain32(page + PAGE_MAPCOUNT, <u32>-1);
  storePlain32(page + PAGE_LRU_NEXT, 0);
  storePlain32(page + PAGE_LRU_PREV, 0);
  storePlain32(page + PAGE_PRIVATE, 0);
}

/** Hands all frames to the zone. Once, before any actor runs; memory is zero. */
export function bootZone(): void {
  const pages = quietLoad32(PARAM_NR_PAGES);
  let pfn: u32 = 0;
  while (pfn < pages) {
    let order: u32 = MAX_PAGE_ORDER;
    while (pfn & ((1 << order) - 1) || pfn + (1 << order) > pages) order--;
    addFree(pfnToPage(pfn), order);
    pfn += 1 << order;
  }
  storePlain32(ZONE_NR_FREE, pages);
}

/** A block of 2^order frames, refcount 0, not yet a folio; 0 when none is left. */
export function takeBlock(cpu: usize, order: u32): usize {
  lock(cpu, ZONE_LOCK);
  let from = order;
  let page: usize = 0;
  while (from <= <u32>MAX_PAGE_ORDER) {
    page = loadPlain32(freeHead(from));
    if (page) break;
    from++;
  }
  if (page) {
    removeFree(page, from);
    while (from > order) {
      from--;
      addFree(page + (<usize>1 << (from + PAGE_STRUCT_SHIFT)), from);
    }
    storePlain32(ZONE_NR_FREE, loadPlain32(ZONE_NR_FREE) - (1 << order));
  }
  unlock(ZONE_LOCK);
  return page;
}

/** Takes a block back and merges it with its free buddies. */
export function giveBlock(cpu: usize, page: usize, order: u32): void {
  const pages = quietLoad32(PARAM_NR_PAGES);
  lock(cpu, ZONE_LOCK);
  must(cpu, loadPlain32(page + PAGE_MAPCOUNT) != PAGE_BUDDY, MUST_BUDDY_FREE);
  must(cpu, loadPlain32(page + PAGE_REFCOUNT) == 0, MUST_REFCOUNT);
  storePlain32(ZONE_NR_FREE, loadPlain32(ZONE_NR_FREE) + (1 << order));
  storePlain32(page + PAGE_FLAGS, 0);
  let pfn = pageToPfn(page);
  while (order < <u32>MAX_PAGE_ORDER) {
    const buddy = pfn ^ (1 << order);
    if (buddy + (1 << order) > pages) break;
    const other = pfnToPage(buddy);
    if (loadPlain32(other + PAGE_MAPCOUNT) != PAGE_BUDDY) break;
    if (loadPlain32(other + PAGE_PRIVATE) != order) break;
    removeFree(other, order);
    pfn &= ~(1 << order);
    order++;
  }
  addFree(pfnToPage(pfn), order);
  unlock(ZONE_LOCK);
}
