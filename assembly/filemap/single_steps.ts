/**
 * The file side step by step, for whoever is no actor: one page written back, one page of reclaim.
 * Submission and completion can be had apart, so that others come in between.
 */
import { putFolio } from "../mm/folio";
import { lruIsolateOldest } from "../mm/lru";
import { lockPage, unlockPage } from "../mm/page_lock";
import { fileOf, findGetPage } from "./address_space";
import { isUnderWriteback, waitOnPageWriteback } from "./page_writeback";
import { RECLAIM_BOUNCED, RECLAIM_FREED, RECLAIM_SUBMITTED, putBack, shrinkPage } from "./vmscan";
import {
  WRITE_BOUNCED, WRITE_NOT_NEEDED, WRITE_SUBMITTED, completeWrite, policyOf, submittedContent,
  writePage,
} from "./writepage";

/**
 * Takes a page of the file to the device, as the flusher or (`sync`) an fsync does: WRITE_*. With
 * WRITE_SUBMITTED and WRITE_BOUNCED a reference is held until completeOnePage().
 */
export function submitOnePage(cpu: usize, file: usize, index: u32, sync: bool): u32 {
  const page = findGetPage(cpu, file, index);
  if (!page) return WRITE_NOT_NEEDED;
  lockPage(cpu, page);
  while (sync && isUnderWriteback(page)) {
    unlockPage(cpu, page);
    waitOnPageWriteback(cpu, page);
    lockPage(cpu, page);
  }
  let result = WRITE_NOT_NEEDED;
  if (fileOf(page) == file && !isUnderWriteback(page)) {
    result = writePage(cpu, file, page, policyOf(sync), false);
  } else unlockPage(cpu, page);
  if (result != WRITE_SUBMITTED && result != WRITE_BOUNCED) putFolio(cpu, page, 1);
  return result;
}

/** The device is done with the page, of which it fetched `content`; `bounced`: from a copy. */
export function completeOnePage(cpu: usize, page: usize, content: u32, bounced: bool): void {
  completeWrite(cpu, fileOf(page), page, content, bounced);
  putFolio(cpu, page, 1);
}

/** Both at once: WRITE_*. */
export function writeOnePage(cpu: usize, file: usize, index: u32, sync: bool): u32 {
  const result = submitOnePage(cpu, file, index, sync);
  if (result == WRITE_SUBMITTED || result == WRITE_BOUNCED) {
    // Truncation waits for writeback: it is still there.
    const page = findGetPage(cpu, file, index);
    completeOnePage(cpu, page, submittedContent(cpu), result == WRITE_BOUNCED);
    putFolio(cpu, page, 1);
  }
  return result;
}

/** Reclaim of the oldest page, its write done at once: RECLAIM_*, or -1 if there is none. */
export function shrinkOldest(cpu: usize): i32 {
  const page = lruIsolateOldest(cpu);
  if (!page) return -1;
  const result = shrinkPage(cpu, page, false);
  if (result == RECLAIM_FREED) return <i32>result;
  if (result == RECLAIM_SUBMITTED || result == RECLAIM_BOUNCED) {
    const content = submittedContent(cpu);
    completeWrite(cpu, fileOf(page), page, content, result == RECLAIM_BOUNCED);
  }
  putBack(cpu, page);
  return <i32>result;
}
