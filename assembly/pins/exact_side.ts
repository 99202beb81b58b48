/**
 * `exact-side`: the exact count in a table beside mem_map, 4 bytes a page, so that struct page
 * stays as it is. 16 pages share a cache line: neighbours bounce it between CPUs.
 */
import { PAGE_STRUCT_SHIFT, PARAM_MEM_MAP, PARAM_SIDE_TABLE } from "../shared/layout.ts";
import { MAYBE_PINNED, NOT_PINNED } from "../shared/codes.ts";
import { addVoid32, loadAcquire32, smpMbAfterAtomic, subVoid32 } from "../memory/cell";
import { quietLoad32 } from "../memory/quiet";
import { getFolio, putFolio } from "../mm/folio";

@inline
function sideWord(folio: usize): usize {
  const offset = folio - quietLoad32(PARAM_MEM_MAP);
  return quietLoad32(PARAM_SIDE_TABLE) + (offset >> (PAGE_STRUCT_SHIFT - 2));
}

@inline
export function sideCount(cpu: usize, folio: usize, pins: u32): void {
  addVoid32(sideWord(folio), pins);
  smpMbAfterAtomic(cpu);
}

@inline
export function sideGrabHeld(cpu: usize, folio: usize, pins: u32): void {
  getFolio(cpu, folio, pins);
  addVoid32(sideWord(folio), pins);
}

@inline
export function sideLower(folio: usize, pins: u32): void {
  subVoid32(sideWord(folio), pins);
}

@inline
export function sideRelease(cpu: usize, folio: usize, pins: u32): void {
  sideLower(folio, pins);
  putFolio(cpu, folio, pins);
}

@inline
export function sideTest(folio: usize): u32 {
  return loadAcquire32(sideWord(folio)) ? MAYBE_PINNED : NOT_PINNED;
}
