import { PG_HEAD, PG_PRIVATE, PG_RESERVED } from "../../assembly/shared/codes.ts";
import {
  FOLIO_LARGE_MAPCOUNT,
  FOLIO_PINCOUNT,
  PAGE_COMPOUND_HEAD,
  PAGE_EXACT_PINS,
  PAGE_FLAGS,
  PAGE_MAPCOUNT,
  PAGE_MAPPING,
  PAGE_REFCOUNT,
  PAGE_STRUCT_BYTES,
} from "../../assembly/shared/layout.ts";
import type { Machine } from "./machine.ts";
import { checkLedger } from "./quiescence.ts";

/** More sentences say no more. */
const MOST_BREACHES = 8;

/**
 * What must hold in the middle of a run while nobody holds a pin or a reference: every count is
 * that of the mappings, the page cache and its buffers. One sentence a breach; none: the way of
 * counting may change.
 */
export function checkAtRest(machine: Machine): string[] {
  const { plan, words } = machine;
  const breaches = checkLedger(machine);
  for (let pfn = 0; pfn < plan.pages && breaches.length < MOST_BREACHES; pfn++) {
    const page = plan.memMapAt + pfn * PAGE_STRUCT_BYTES;
    const of = (offset: number): number => words[(page + offset) >>> 2] ?? 0;
    const exact = of(PAGE_EXACT_PINS) || (words[(plan.sideTableAt >>> 2) + pfn] ?? 0);
    if (exact) breaches.push(`page ${pfn} has an exact count of ${exact}, not 0`);
    const references = of(PAGE_REFCOUNT);
    const isTail = (of(PAGE_COMPOUND_HEAD) & 1) !== 0;
    if (references === 0 || isTail || of(PAGE_FLAGS) & PG_RESERVED) continue;
    const isHead = (of(PAGE_FLAGS) & PG_HEAD) !== 0;
    const expected = isHead ? of(FOLIO_LARGE_MAPCOUNT) + 1 : referencesOf(of);
    if (references !== expected) {
      breaches.push(`page ${pfn} has refcount ${references}, its users make up ${expected}`);
    }
    const pins = isHead ? of(FOLIO_PINCOUNT) : 0;
    if (pins) breaches.push(`page ${pfn} has a _pincount of ${pins}, not 0`);
  }
  return breaches;
}

/** Of a small page: its mappings, the page cache, its buffers. */
function referencesOf(of: (offset: number) => number): number {
  const mapped = of(PAGE_MAPCOUNT) + 1;
  const isCached = of(PAGE_MAPPING) !== 0 && (of(PAGE_MAPPING) & 1) === 0;
  return mapped + (isCached ? 1 : 0) + (of(PAGE_FLAGS) & PG_PRIVATE ? 1 : 0);
}
