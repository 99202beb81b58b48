/**
 * `exact`: the price of certainty. A count of its own in struct page, where memcg_data is (free
 * only without memcg): one more read-modify-write on a line that the reference has just fetched.
 */
import { PAGE_EXACT_PINS } from "../shared/layout.ts";
import { MAYBE_PINNED, NOT_PINNED } from "../shared/codes.ts";
import { addVoid32, loadAcquire32, smpMbAfterAtomic, subVoid32 } from "../memory/cell";
import { getFolio, putFolio } from "../mm/folio";

@inline
export function exactCount(cpu: usize, folio: usize, pins: u32): void {
  addVoid32(folio + PAGE_EXACT_PINS, pins);
  smpMbAfterAtomic(cpu);
}

@inline
export function exactGrabHeld(cpu: usize, folio: usize, pins: u32): void {
  getFolio(cpu, folio, pins);
  addVoid32(folio + PAGE_EXACT_PINS, pins);
}

@inline
export function exactLower(folio: usize, pins: u32): void {
  subVoid32(folio + PAGE_EXACT_PINS, pins);
}

@inline
export function exactRelease(cpu: usize, folio: usize, pins: u32): void {
  exactLower(folio, pins);
  putFolio(cpu, folio, pins);
}

@inline
export function exactTest(folio: usize): u32 {
  return loadAcquire32(folio + PAGE_EXACT_PINS) ? MAYBE_PINNED : NOT_PINNED;
}
