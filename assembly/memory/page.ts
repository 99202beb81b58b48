/** struct page: where it is, what it says. Higher rooms speak of pages, not of offsets. */
import {
  FOLIO_ORDER, PAGE_COMPOUND_HEAD, PAGE_EXACT_PINS, PAGE_FLAGS, PAGE_INDEX, PAGE_LRU_NEXT,
  PAGE_LRU_PREV, PAGE_MAPCOUNT, PAGE_MAPPING, PAGE_PRIVATE, PAGE_REFCOUNT, PAGE_STRUCT_BYTES,
  PAGE_STRUCT_SHIFT, PARAM_MEM_MAP,
} from "../shared/layout.ts";
import { PG_HEAD } from "../shared/codes.ts";
import { loadRelaxed32 } from "./cell";
import { quietLoad32 } from "./quiet";

@unmanaged
class Page {
  flags: u64;
  lruNext: u64;
  lruPrev: u64;
  mapping: u64;
  index: u64;
  private_: u64;
  mapcount: i32;
  refcount: i32;
  exactPins: u64;
}
if (offsetof<Page>("flags") != PAGE_FLAGS) ERROR("layout drift: Page.flags");
if (offsetof<Page>("lruNext") != PAGE_LRU_NEXT) ERROR("layout drift: Page.lruNext");
if (offsetof<Page>("lruPrev") != PAGE_LRU_PREV) ERROR("layout drift: Page.lruPrev");
if (offsetof<Page>("mapping") != PAGE_MAPPING) ERROR("layout drift: Page.mapping");
if (offsetof<Page>("index") != PAGE_INDEX) ERROR("layout drift: Page.index");
if (offsetof<Page>("private_") != PAGE_PRIVATE) ERROR("layout drift: Page.private");
if (offsetof<Page>("mapcount") != PAGE_MAPCOUNT) ERROR("layout drift: Page.mapcount");
if (offsetof<Page>("refcount") != PAGE_REFCOUNT) ERROR("layout drift: Page.refcount");
if (offsetof<Page>("exactPins") != PAGE_EXACT_PINS) ERROR("layout drift: Page.exactPins");
if (offsetof<Page>() != PAGE_STRUCT_BYTES) ERROR("layout drift: sizeof(Page)");

@inline
export function pfnToPage(pfn: u32): usize {
  return quietLoad32(PARAM_MEM_MAP) + (<usize>pfn << PAGE_STRUCT_SHIFT);
}

@inline
export function pageToPfn(page: usize): u32 {
  return <u32>((page - quietLoad32(PARAM_MEM_MAP)) >> PAGE_STRUCT_SHIFT);
}

/** Which folio a page belongs to, and whether it is a tail; see headOf(). */
@inline
export function compoundWord(page: usize): u32 {
  return loadRelaxed32(page + PAGE_COMPOUND_HEAD);
}

@inline
export function headOf(page: usize, word: u32): usize {
  return word & 1 ? <usize>word - 1 : page;
}

/** compound_head(): the head of the page's folio; bit 0 marks a tail. */
@inline
export function compoundHead(page: usize): usize {
  const word = loadRelaxed32(page + PAGE_COMPOUND_HEAD);
  return word & 1 ? word - 1 : page;
}

@inline
export function isLarge(folio: usize): bool {
  return (loadRelaxed32(folio + PAGE_FLAGS) & PG_HEAD) != 0;
}

/** Order of a folio: 0 for a small one. */
@inline
export function folioOrder(folio: usize): u32 {
  return isLarge(folio) ? loadRelaxed32(folio + FOLIO_ORDER) & 0xff : 0;
}
