/**
 * Writeback page by page, for whoever is no actor. Submission and completion can be had apart,
 * so that others come in between.
 */
import { putFolio } from "../mm/folio";
import { lockPage, unlockPage } from "../mm/page_lock";
import { fileOf, findGetPage } from "./address_space";
import { isUnderWriteback, waitOnPageWriteback } from "./page_writeback";
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
