/**
 * The functions that the host may call, nothing else. `cpu`, `mm`, `page`, `pages` are addresses,
 * `vpn` virtual page numbers; what returns i32 returns a negative errno on failure.
 */
import "./memory/layout_fits";
import { PAGE_FLAGS, PARAM_ZERO_PAGE } from "./shared/layout.ts";
import { PG_RESERVED } from "./shared/codes.ts";
import { clockNs, orVoid32 } from "./memory/cell";
import { quietStore32 } from "./memory/quiet";
import { allocAnonFolio } from "./mm/folio";
import { bootZone } from "./mm/zone";
import { bootLedgers } from "./observe/ledger";

export { runActor } from "./patterns/actor";
export { joinMm, leaveMm, mmapRegion, munmapRegion, populate } from "./mm/mm";
export { lockPage, tryLockPage, unlockPage } from "./mm/page_lock";
export {
  mmapReadLock, mmapReadUnlock, mmapWriteLock, mmapWriteUnlock,
} from "./mm/mmap_lock";
export {
  getUserPages, getUserPagesFast, getUserPagesFastOnly, pinUserPages, pinUserPagesFast,
  pinUserPagesFastOnly,
} from "./gup/api";
export {
  putPages, putUserPagesDirty, unpinUserPage, unpinUserPageRangeDirtyLock, unpinUserPages,
  unpinUserPagesDirtyLock,
} from "./gup/unpin";
// The names of 2018 to 5.5 for the same three.
export {
  unpinUserPage as putUserPage, unpinUserPages as putUserPages,
  unpinUserPagesDirtyLock as putUserPagesDirtyLock,
} from "./gup/unpin";
export { closeFile, lastSync, syncFile } from "./filemap/final_sync";
export { readPage, writeToPage } from "./filemap/buffered";
export { pageMkclean } from "./filemap/mkclean";
export { makeRoom, shrinkOldest } from "./filemap/vmscan";
export { waitForUnpin } from "./filemap/writepage";
export { setPageDirty } from "./filemap/dirty";
export { beginFsync, markCompleted } from "./filemap/durability";
export { finishFsync } from "./filemap/fsync";
export { completeOnePage, submitOnePage, writeOnePage } from "./filemap/single_steps";
export { clearTag, nextTagged, setTag } from "./filemap/tags";
export { punchHole, truncateAndGrow } from "./filemap/truncate";
export { dmaToFile as deviceWrites } from "./device/dma";
export { lruAdd, lruIsolate, lruIsolateOldest } from "./mm/lru";
export { pageMaybeDmaPinned } from "./pins/scheme";
export { testPinned } from "./observe/verdict";
export { ledgerCount } from "./observe/ledger";
export { allocAnonFolio, getFolio, putFolio, tryGetFolio } from "./mm/folio";

/** Hands all frames to the zone and makes the zero page. Once, before anything else. */
export function boot(cpu: usize): void {
  bootZone();
  bootLedgers();
  const zero = allocAnonFolio(cpu, 0, 0, 0);
  orVoid32(zero + PAGE_FLAGS, PG_RESERVED);
  quietStore32(PARAM_ZERO_PAGE, zero);
}

/** Reads the clock `times` times from inside the core, for calibration: ns in all. */
export function readClock(times: u32): f64 {
  const begin = clockNs();
  let last = begin;
  for (let i: u32 = 0; i < times; i++) last = clockNs();
  return last - begin;
}
