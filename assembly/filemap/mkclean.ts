/** page_mkclean() and clear_page_dirty_for_io(): how a page becomes clean before it is written. */
import { PAGE_FLAGS } from "../shared/layout.ts";
import {
  OP_PAGE_MKCLEAN, PG_DIRTY, SCHEME_LRU_COUNT, SCHEME_MAPCOUNT, WORK_MKCLEAN,
} from "../shared/codes.ts";
import { clockNs, fetchAnd32 } from "../memory/cell";
import { countOps, recordLatency } from "../observe/latency";
import { countWork } from "../observe/vmstat";
import { lruCountMkclean } from "../pins/lru_count";
import { mapcountMkclean } from "../pins/mapcount";
import { currentScheme } from "../pins/scheme";
import { setPageDirty } from "./dirty";
import { entriesCleaned, walkToClean } from "./rmap";

/**
 * Write-protects every shared mapping of the locked page, so that the next write faults; a mapping
 * that was dirty makes the page dirty. Counts of pins that hide in the walk are settled by it.
 */
export function pageMkclean(cpu: usize, page: usize, timed: bool): void {
  const begin = timed ? clockNs() : 0;
  if (mkclean(cpu, page)) setPageDirty(cpu, page);
  countWork(cpu, WORK_MKCLEAN, 1);
  countOps(cpu, OP_PAGE_MKCLEAN, 1);
  if (timed) recordLatency(cpu, OP_PAGE_MKCLEAN, clockNs() - begin);
}

/** True: an entry was dirty or writable. */
function mkclean(cpu: usize, page: usize): bool {
  switch (currentScheme()) {
    case SCHEME_MAPCOUNT: return mapcountMkclean(cpu, page);
    case SCHEME_LRU_COUNT: return lruCountMkclean(cpu, page);
    default: return entriesCleaned(walkToClean(cpu, page)) != 0;
  }
}

/** TestClearPageDirty. */
@inline
export function testClearPageDirty(page: usize): bool {
  return (fetchAnd32(page + PAGE_FLAGS, ~PG_DIRTY) & PG_DIRTY) != 0;
}
