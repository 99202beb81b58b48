/**
 * `mapcount`: a pin raises _mapcount, and page_mkclean(), which walks every mapping anyway, finds
 * pins = _mapcount − mappings and remembers the answer in a page flag; that flag is all that
 * anybody else sees (Glisse, December 2018). The labels are those of his mail of 11 January 2019;
 * with the page lock it is Hubbard's prototype of 14 January 2019, which counts the entries that it
 * cleans.
 */
import {
  PAGE_FLAGS, PAGE_MAPCOUNT, PAGE_MAPPING, PARAM_SYNC, PARAM_VARIANT,
} from "../shared/layout.ts";
import {
  DROP_C1, DROP_C2, DROP_C5, DROP_G2, DROP_G3, DROP_G4, DROP_P1, MAYBE_PINNED, NOT_PINNED,
  PAGE_MAPPING_ANON, PG_PIN, PIN_UNKNOWN, SYNC_LOCK, SYNC_LOCK_POST, VARIANT_COUNT_FIRST,
  WORK_PINS_UNCOVERED,
} from "../shared/codes.ts";
import {
  addVoid32, fetchAnd32, loadAcquire32, loadRelaxed32, orVoid32, smpMb, smpWmb, subVoid32,
} from "../memory/cell";
import { quietLoad32 } from "../memory/quiet";
import { entriesCleaned, mappingsFound, walkToClean } from "../filemap/rmap";
import { countWork } from "../observe/vmstat";

/** SYNC lock and lock-post: the page lock stands between gup and writeback. */
@inline
export function hasLock(): bool {
  const sync = quietLoad32(PARAM_SYNC);
  return sync == <u32>SYNC_LOCK || sync == <u32>SYNC_LOCK_POST;
}

/** Glisse counts pins of pages of files; Hubbard's prototype those of every page. */
@inline
function covers(folio: usize): bool {
  return hasLock() || (loadRelaxed32(folio + PAGE_MAPPING) & PAGE_MAPPING_ANON) == 0;
}

@inline
function leftOut(step: u32): bool {
  return (quietLoad32(PARAM_VARIANT) & step) != 0;
}

/** The count of a pin whose reference is there already. */
export function mapcountRaise(cpu: usize, folio: usize, pins: u32): void {
  if (!covers(folio)) return;
  // G2 _mapcount++
  if (!leftOut(DROP_G2)) addVoid32(folio + PAGE_MAPCOUNT, pins);
  // G3 wmb
  if (!leftOut(DROP_G3)) smpWmb(cpu);
  // G4 SetPagePin
  if (!leftOut(DROP_G4)) orVoid32(folio + PAGE_FLAGS, PG_PIN);
}

/** Counts pins that have come to stay as plain references. */
export function countUncovered(cpu: usize, folio: usize, pins: u32): void {
  if (!covers(folio)) countWork(cpu, WORK_PINS_UNCOVERED, pins);
}

/** Takes the count back and leaves the reference; the flag stays until the next page_mkclean(). */
export function mapcountLower(folio: usize, pins: u32): void {
  // P1 _mapcount-- (no lock)
  if (covers(folio) && !leftOut(DROP_P1)) subVoid32(folio + PAGE_MAPCOUNT, pins);
}

/** A page that is not covered, or truncated (no mappings that could be walked): nobody knows. */
export function mapcountTest(folio: usize): u32 {
  if (!covers(folio) || !loadRelaxed32(folio + PAGE_MAPPING)) return PIN_UNKNOWN;
  return loadAcquire32(folio + PAGE_FLAGS) & PG_PIN ? MAYBE_PINNED : NOT_PINNED;
}

/** page_mkclean() with the page locked: the walk decides whether the flag stays. True: cleaned. */
export function mapcountMkclean(cpu: usize, page: usize): bool {
  if (hasLock()) {
    const before = <i32>loadAcquire32(page + PAGE_MAPCOUNT) + 1;
    const walk = walkToClean(cpu, page);
    const after = <i32>loadAcquire32(page + PAGE_MAPCOUNT) + 1;
    // As posted the count is read after the walk, and munmap() may have lowered it meanwhile.
    const mapcount = leftOut(VARIANT_COUNT_FIRST) ? before : after;
    if (<i32>entriesCleaned(walk) == mapcount) fetchAnd32(page + PAGE_FLAGS, ~PG_PIN);
    return entriesCleaned(walk) != 0;
  }
  // C1 was = TestClearPagePin
  let was: u32 = PG_PIN;
  if (!leftOut(DROP_C1)) was = fetchAnd32(page + PAGE_FLAGS, ~PG_PIN) & PG_PIN;
  // C2 mb
  if (!leftOut(DROP_C2)) smpMb(cpu);
  // C3 D = _mapcount
  const counted = <i32>loadAcquire32(page + PAGE_MAPCOUNT) + 1;
  // C4 A = count of the rmap walk
  const walk = walkToClean(cpu, page);
  const found = <i32>mappingsFound(walk);
  // C5 if was and A < D: SetPagePin
  if (was && found < counted && !leftOut(DROP_C5)) orVoid32(page + PAGE_FLAGS, PG_PIN);
  return entriesCleaned(walk) != 0;
}
