/**
 * `bias`: a pin adds GUP_PIN_COUNTING_BIAS to _refcount; pinned is `refcount >= bias`, so that
 * many ordinary references look like a pin (Kara, January 2019; Hubbard's RFC v2, February 2019).
 * On a large folio bias × pages on the head, as v11 did; a product of 2^31 or more is refused.
 */
import { PAGE_MAPCOUNT, PAGE_REFCOUNT } from "../shared/layout.ts";
import { MAYBE_PINNED, NOT_PINNED, VARIANT_TEST_LESS_MAPCOUNT } from "../shared/codes.ts";
import { loadAcquire32 } from "../memory/cell";
import { getFolio, putFolio } from "../mm/folio";

const REFERENCES_MAX: u64 = 0x7fffffff;

@inline
export function biasFits(pins: u32, bias: u32): bool {
  return <u64>pins * <u64>bias <= REFERENCES_MAX;
}

@inline
export function biasGrabHeld(cpu: usize, folio: usize, pins: u32, bias: u32): bool {
  const fits = biasFits(pins, bias);
  if (fits) getFolio(cpu, folio, pins * bias);
  return fits;
}

@inline
export function biasRelease(cpu: usize, folio: usize, pins: u32, bias: u32): void {
  putFolio(cpu, folio, pins * bias);
}

/** Unsigned, so that a count which has gone negative still says "maybe". */
@inline
export function biasTest(folio: usize, bias: u32): u32 {
  return loadAcquire32(folio + PAGE_REFCOUNT) >= bias ? MAYBE_PINNED : NOT_PINNED;
}

/** The test of RFC v2 (`>`), and Kara's first one, which takes the mappings off. */
export function biasTestVariant(folio: usize, bias: u32, variant: u32): u32 {
  let references = loadAcquire32(folio + PAGE_REFCOUNT);
  if (variant & VARIANT_TEST_LESS_MAPCOUNT) references -= loadAcquire32(folio + PAGE_MAPCOUNT) + 1;
  return references > bias ? MAYBE_PINNED : NOT_PINNED;
}
