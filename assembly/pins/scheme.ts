/**
 * The seam between gup and the schemes: four questions, one file per scheme behind them.
 * `pins` counts pages pinned at once on one folio. A scheme's own words are in its own file. What
 * takes its references first and counts afterwards (SYNC, `mapcount`, `lru-count`) is in raise.ts.
 */
import {
  PARAM_BIAS, PARAM_FAST_PATH, PARAM_RULES, PARAM_SCHEME, PARAM_VARIANT, PARAM_ZERO_PAGE,
} from "../shared/layout.ts";
import {
  FAST_PATH_POST, NR_GUP_PAGE_COUNT_OVERFLOWS, RULES_6_13, SCHEME_BIAS, SCHEME_EXACT,
  SCHEME_EXACT_SIDE, SCHEME_HYBRID, SCHEME_LRU_COUNT, SCHEME_MAPCOUNT, SCHEME_REFCOUNT,
  VARIANT_TEST_ABOVE, VARIANT_TEST_LESS_MAPCOUNT,
} from "../shared/codes.ts";
import { quietLoad32 } from "../memory/quiet";
import { compoundHead } from "../memory/page";
import { tryGetFolio } from "../mm/folio";
import { countVmstat } from "../observe/vmstat";
import { biasFits, biasGrabHeld, biasRelease, biasTest, biasTestVariant } from "./bias";
import { exactCount, exactGrabHeld, exactRelease, exactTest } from "./exact";
import { sideCount, sideGrabHeld, sideRelease, sideTest } from "./exact_side";
import { hybridCount, hybridGrabHeld, hybridRelease, hybridTest } from "./hybrid";
import { lruCountTest } from "./lru_count";
import { mapcountLower, mapcountTest } from "./mapcount";
import { refcountGrabHeld, refcountRelease, refcountTest } from "./refcount";

@inline
export function currentScheme(): u32 {
  return quietLoad32(PARAM_SCHEME);
}

/** By which scheme the fast path grabs; where a post pass counts, it takes plain references. */
@inline
export function grabScheme(): u32 {
  const path = quietLoad32(PARAM_FAST_PATH);
  return path == <u32>FAST_PATH_POST ? SCHEME_REFCOUNT : path;
}

@inline
export function currentBias(): u32 {
  return quietLoad32(PARAM_BIAS);
}

/** The zero page where a pin of it counts nothing (rules of 2023); 0 otherwise. */
@inline
export function exemptZeroPage(): usize {
  if (quietLoad32(PARAM_RULES) < <u32>RULES_6_13) return 0;
  return quietLoad32(PARAM_ZERO_PAGE);
}

@inline
export function isExemptZeroPage(page: usize): bool {
  return page == exemptZeroPage();
}

/** How many references the fast path takes at first for `pins` pins. */
@inline
export function firstReferences(scheme: u32, bias: u32, pins: u32): u32 {
  return scheme == SCHEME_BIAS ? pins * bias : pins;
}

/** What follows the first references: where the scheme counts pins elsewhere as well. */
@inline
export function countPins(cpu: usize, scheme: u32, bias: u32, folio: usize, pins: u32): void {
  if (scheme == SCHEME_HYBRID) hybridCount(cpu, folio, pins, bias);
  else if (scheme == SCHEME_EXACT) exactCount(cpu, folio, pins);
  else if (scheme == SCHEME_EXACT_SIDE) sideCount(cpu, folio, pins);
}

/** Pins the page's folio without a lock: the folio, or 0 when it is free or full. */
@inline
export function grabFast(cpu: usize, scheme: u32, bias: u32, page: usize, pins: u32): usize {
  let folio: usize = 0;
  // One bias always fits.
  if (scheme != SCHEME_BIAS || pins == 1 || biasFits(pins, bias)) {
    folio = tryGetFolio(cpu, page, firstReferences(scheme, bias, pins));
    if (folio) countPins(cpu, scheme, bias, folio, pins);
  }
  return folio;
}

/** Pins a folio that cannot vanish meanwhile (its page table is locked); false: it is full. */
export function grabHeld(cpu: usize, folio: usize, pins: u32): bool {
  let granted = true;
  const bias = currentBias();
  switch (currentScheme()) {
    case SCHEME_BIAS: granted = biasGrabHeld(cpu, folio, pins, bias); break;
    case SCHEME_HYBRID: granted = hybridGrabHeld(cpu, folio, pins, bias); break;
    case SCHEME_EXACT: exactGrabHeld(cpu, folio, pins); break;
    case SCHEME_EXACT_SIDE: sideGrabHeld(cpu, folio, pins); break;
    default: refcountGrabHeld(cpu, folio, pins);
  }
  if (!granted) countVmstat(cpu, NR_GUP_PAGE_COUNT_OVERFLOWS, 1);
  return granted;
}

/** Takes `pins` pins back from the folio; the last reference frees it. */
@inline
export function release(cpu: usize, scheme: u32, bias: u32, folio: usize, pins: u32): void {
  // P1, then P2 put_page: the last branch.
  if (scheme == SCHEME_MAPCOUNT) mapcountLower(folio, pins);
  if (scheme == SCHEME_BIAS) biasRelease(cpu, folio, pins, bias);
  else if (scheme == SCHEME_HYBRID) hybridRelease(cpu, folio, pins, bias);
  else if (scheme == SCHEME_EXACT) exactRelease(cpu, folio, pins);
  else if (scheme == SCHEME_EXACT_SIDE) sideRelease(cpu, folio, pins);
  else refcountRelease(cpu, folio, pins);
}

/** page_maybe_dma_pinned(): what the scheme says of the page's folio. */
export function pageMaybeDmaPinned(page: usize): u32 {
  return maybePinned(compoundHead(page));
}

/** The same for a folio: NOT_PINNED, MAYBE_PINNED or PIN_UNKNOWN. */
export function maybePinned(folio: usize): u32 {
  switch (currentScheme()) {
    case SCHEME_BIAS: {
      const variant = quietLoad32(PARAM_VARIANT);
      if (variant & (VARIANT_TEST_ABOVE | VARIANT_TEST_LESS_MAPCOUNT)) {
        return biasTestVariant(folio, currentBias(), variant);
      }
      return biasTest(folio, currentBias());
    }
    case SCHEME_HYBRID: return hybridTest(folio, currentBias());
    case SCHEME_EXACT: return exactTest(folio);
    case SCHEME_EXACT_SIDE: return sideTest(folio);
    case SCHEME_MAPCOUNT: return mapcountTest(folio);
    case SCHEME_LRU_COUNT: return lruCountTest(folio);
    default: return refcountTest();
  }
}
