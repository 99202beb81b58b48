/**
 * `hybrid`: what Linux runs since 5.7. Small folios carry the bias in _refcount, large ones an
 * exact _pincount in their second cache line. The fast path takes one reference first and the
 * rest of the bias after it, as 6.13 does: for a moment the page has a reference but no pin.
 */
import { FOLIO_PINCOUNT } from "../shared/layout.ts";
import { MAYBE_PINNED, NOT_PINNED } from "../shared/codes.ts";
import { addVoid32, loadAcquire32, smpMbAfterAtomic, subVoid32 } from "../memory/cell";
import { isLarge } from "../memory/page";
import { getFolio, putFolio } from "../mm/folio";
import { biasFits, biasTest } from "./bias";

@inline
export function hybridCount(cpu: usize, folio: usize, pins: u32, bias: u32): void {
  if (isLarge(folio)) addVoid32(folio + FOLIO_PINCOUNT, pins);
  else getFolio(cpu, folio, pins * (bias - 1));
  // Pairs with the side that shares an exclusive anonymous page (folio_try_share_anon_rmap).
  smpMbAfterAtomic(cpu);
}

@inline
export function hybridGrabHeld(cpu: usize, folio: usize, pins: u32, bias: u32): bool {
  if (isLarge(folio)) {
    getFolio(cpu, folio, pins);
    addVoid32(folio + FOLIO_PINCOUNT, pins);
    return true;
  }
  const fits = biasFits(pins, bias);
  if (fits) getFolio(cpu, folio, pins * bias);
  return fits;
}

@inline
export function hybridLower(cpu: usize, folio: usize, pins: u32, bias: u32): void {
  if (isLarge(folio)) subVoid32(folio + FOLIO_PINCOUNT, pins);
  else putFolio(cpu, folio, pins * (bias - 1));
}

@inline
export function hybridRelease(cpu: usize, folio: usize, pins: u32, bias: u32): void {
  if (isLarge(folio)) {
    subVoid32(folio + FOLIO_PINCOUNT, pins);
    putFolio(cpu, folio, pins);
  } else {
    putFolio(cpu, folio, pins * bias);
  }
}

@inline
export function hybridTest(folio: usize, bias: u32): u32 {
  if (!isLarge(folio)) return biasTest(folio, bias);
  return loadAcquire32(folio + FOLIO_PINCOUNT) ? MAYBE_PINNED : NOT_PINNED;
}
