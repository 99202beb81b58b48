/** sync, and the end of a file with nobody at work on it any more. */
import { FILE_DIRTY } from "../shared/file_layout.ts";
import { POLICY_IGNORE } from "../shared/codes.ts";
import { putFolio } from "../mm/folio";
import { lockPage } from "../mm/page_lock";
import { findGetPage } from "./address_space";
import { checkNothingLost } from "./durability";
import { NO_INDEX, nextTagged } from "./tags";
import { dropCache } from "./truncate";
import {
  WRITE_BOUNCED, WRITE_SUBMITTED, completeWrite, policyOf, submittedContent, writePage,
} from "./writepage";

/** Writes every dirty page, one after the other, as an fsync does; how many. */
export function syncFile(cpu: usize, file: usize): u32 {
  return syncPages(cpu, file, policyOf(true));
}

/** The last sync: nothing is pinned any more, whatever a fuzzy count says. */
export function lastSync(cpu: usize, file: usize): u32 {
  return syncPages(cpu, file, POLICY_IGNORE);
}

function syncPages(cpu: usize, file: usize, policy: u32): u32 {
  let written: u32 = 0;
  let index = nextTagged(file, FILE_DIRTY, 0);
  while (index != NO_INDEX) {
    const page = findGetPage(cpu, file, index);
    if (page) {
      lockPage(cpu, page);
      const result = writePage(cpu, file, page, policy, false);
      if (result == WRITE_SUBMITTED || result == WRITE_BOUNCED) {
        completeWrite(cpu, file, page, submittedContent(cpu), result == WRITE_BOUNCED);
        written++;
      }
      putFolio(cpu, page, 1);
    }
    index = nextTagged(file, FILE_DIRTY, index + 1);
  }
  return written;
}

/** After the last sync the disk must have every write; then the file leaves memory. */
export function closeFile(cpu: usize, file: usize): void {
  lastSync(cpu, file);
  checkNothingLost(cpu, file);
  dropCache(cpu, file);
}
