/** PG_writeback: set while a page is on its way to the disk; who needs it stable waits. */
import { FILE_DIRTY, FILE_LOCK, FILE_WRITEBACK } from "../shared/file_layout.ts";
import { PAGE_FLAGS, PARAM_STABLE_PAGES } from "../shared/layout.ts";
import {
  MUST_LOCK_HOLDER_ALIVE, OP_LOCK_WAIT, PG_DIRTY, PG_WAITERS, PG_WRITEBACK,
} from "../shared/codes.ts";
import {
  clockNs, fetchAnd32, fetchOr32, loadAcquire32, notify, orVoid32, wait32,
} from "../memory/cell";
import { lock, unlock } from "../memory/lock";
import { quietLoad32 } from "../memory/quiet";
import { mightSleep } from "../mm/page_lock";
import { must } from "../observe/faults";
import { recordLatency } from "../observe/latency";
import { pageIndex } from "./address_space";
import { clearTag, setTag } from "./tags";

@inline
export function isUnderWriteback(page: usize): bool {
  return (loadAcquire32(page + PAGE_FLAGS) & PG_WRITEBACK) != 0;
}

/** TestSetPageWriteback with its tag; the dirty tag goes unless the page has become dirty again. */
export function setPageWriteback(cpu: usize, file: usize, page: usize): void {
  lock(cpu, file + FILE_LOCK);
  const index = pageIndex(page);
  const before = fetchOr32(page + PAGE_FLAGS, PG_WRITEBACK);
  setTag(file, FILE_WRITEBACK, index);
  if (!(before & PG_DIRTY)) clearTag(file, FILE_DIRTY, index);
  unlock(file + FILE_LOCK);
}

/** end_page_writeback(): wakes whoever waits for it. */
export function endPageWriteback(cpu: usize, file: usize, page: usize): void {
  lock(cpu, file + FILE_LOCK);
  clearTag(file, FILE_WRITEBACK, pageIndex(page));
  const before = fetchAnd32(page + PAGE_FLAGS, ~(PG_WRITEBACK | PG_WAITERS));
  unlock(file + FILE_LOCK);
  // Waiters for the page lock sleep on the same word and set PG_waiters again.
  if (before & PG_WAITERS) notify(page + PAGE_FLAGS, true);
}

/** wait_on_page_writeback(): the caller holds a reference. */
export function waitOnPageWriteback(cpu: usize, page: usize): void {
  if (!isUnderWriteback(page)) return;
  mightSleep(cpu);
  const start = clockNs();
  const flags = page + PAGE_FLAGS;
  while (isUnderWriteback(page)) {
    orVoid32(flags, PG_WAITERS);
    const seen = loadAcquire32(flags);
    if ((seen & (PG_WRITEBACK | PG_WAITERS)) != (PG_WRITEBACK | PG_WAITERS)) continue;
    must(cpu, wait32(flags, seen), MUST_LOCK_HOLDER_ALIVE);
  }
  recordLatency(cpu, OP_LOCK_WAIT, clockNs() - start);
}

/** Is the page to stay as it is until its writeback ends? */
@inline
export function mustStayStable(page: usize): bool {
  return quietLoad32(PARAM_STABLE_PAGES) != 0 && isUnderWriteback(page);
}

/** wait_for_stable_page(). */
export function waitForStablePage(cpu: usize, page: usize): void {
  if (quietLoad32(PARAM_STABLE_PAGES)) waitOnPageWriteback(cpu, page);
}
