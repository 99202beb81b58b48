/**
 * Pins on top of references that are there already: how SYNC and the post passes count, step by
 * step, where the schemes without either do it with the reference itself (scheme.ts).
 */
import {
  DROP_G1, DROP_G5, DROP_G6, PG_PIN, PG_WRITEBACK, SCHEME_BIAS, SCHEME_EXACT, SCHEME_EXACT_SIDE,
  SCHEME_HYBRID, SCHEME_LRU_COUNT, SCHEME_MAPCOUNT, VARIANT_NO_BARRIER,
} from "../shared/codes.ts";
import { PAGE_FLAGS, PARAM_STABLE_PAGES, PARAM_VARIANT } from "../shared/layout.ts";
import { loadAcquire32, smpMb, smpRmb, smpWmb } from "../memory/cell";
import { quietLoad32 } from "../memory/quiet";
import { mustStayStable } from "../filemap/page_writeback";
import { getFolio, putFolio } from "../mm/folio";
import { exactCount, exactLower } from "./exact";
import { sideCount, sideLower } from "./exact_side";
import { hybridCount, hybridLower } from "./hybrid";
import { lruCountRaise } from "./lru_count";
import { mapcountLower, mapcountRaise } from "./mapcount";

/** Turns `pins` plain references on the folio into pins. */
export function raise(cpu: usize, scheme: u32, bias: u32, folio: usize, pins: u32): void {
  switch (scheme) {
    case SCHEME_BIAS: getFolio(cpu, folio, pins * (bias - 1)); break;
    case SCHEME_HYBRID: hybridCount(cpu, folio, pins, bias); break;
    case SCHEME_EXACT: exactCount(cpu, folio, pins); break;
    case SCHEME_EXACT_SIDE: sideCount(cpu, folio, pins); break;
    case SCHEME_MAPCOUNT: mapcountRaise(cpu, folio, pins); break;
    case SCHEME_LRU_COUNT: lruCountRaise(cpu, folio, pins); break;
  }
}

/** Turns `pins` pins back into plain references; `lru-count` never has to. */
export function lower(cpu: usize, scheme: u32, bias: u32, folio: usize, pins: u32): void {
  switch (scheme) {
    case SCHEME_BIAS: putFolio(cpu, folio, pins * (bias - 1)); break;
    case SCHEME_HYBRID: hybridLower(cpu, folio, pins, bias); break;
    case SCHEME_EXACT: exactLower(folio, pins); break;
    case SCHEME_EXACT_SIDE: sideLower(folio, pins); break;
    case SCHEME_MAPCOUNT: mapcountLower(folio, pins); break;
  }
}

/**
 * BARRIER: counts, then looks whether the page is under writeback; writeback sets its flag, then
 * looks whether the page is pinned. False: it is to be waited for; references alone are left.
 */
export function raiseWithBarrier(
  cpu: usize, scheme: u32, bias: u32, folio: usize, pins: u32,
): bool {
  if (scheme == SCHEME_MAPCOUNT) return raiseMapcount(cpu, folio, pins);
  // ref += BIAS
  raise(cpu, scheme, bias, folio, pins);
  // smp_mb
  if (!(quietLoad32(PARAM_VARIANT) & VARIANT_NO_BARRIER)) smpMb(cpu);
  // if PageWriteback {ref -= BIAS; wait_stable; retry}
  if (!mustStayStable(folio)) return true;
  lower(cpu, scheme, bias, folio, pins);
  return false;
}

/** GUP of 11 January 2019, its labels beside its steps; G2 to G4 are mapcountRaise(). */
function raiseMapcount(cpu: usize, folio: usize, pins: u32): bool {
  const variant = quietLoad32(PARAM_VARIANT);
  const stable = quietLoad32(PARAM_STABLE_PAGES) != 0;
  const before = loadAcquire32(folio + PAGE_FLAGS);
  // if wb and not pin: wait for writeback, retry
  if (stable && (before & (PG_WRITEBACK | PG_PIN)) == PG_WRITEBACK) return false;
  // G1 rmb
  if (!(variant & DROP_G1)) smpRmb(cpu);
  mapcountRaise(cpu, folio, pins);
  // G5 wmb
  if (!(variant & DROP_G5)) smpWmb(cpu);
  // G6 if not wb, not pin, and now PageWriteback: _mapcount--; wait; retry (the flag is left set)
  if (variant & DROP_G6 || before & (PG_WRITEBACK | PG_PIN) || !mustStayStable(folio)) return true;
  mapcountLower(folio, pins);
  return false;
}
