/** The end of a file, with nobody at work on it any more: a last sync, a look at the disk, no cache. */
import { FILE_DIRTY } from "../shared/file_layout.ts";
import { lockPage } from "../mm/page_lock";
import { putFolio } from "../mm/folio";
import { findGetPage } from "./address_space";
import { checkNothingLost } from "./durability";
import { NO_INDEX, nextTagged } from "./tags";
import { dropCache } from "./truncate";
import {
  WRITE_BOUNCED, WRITE_SUBMITTED, completeWrite, submittedContent, writePage,
} from "./writepage";

/** sync: writes every dirty page; how many. */
export function syncFile(cpu: usize, file: usize): u32 {
  let written: u32 = 0;
  let index = nextTagged(file, FILE_DIRTY, 0);
  while (index != NO_INDEX) {
    const page = findGetPage(cpu, file, index);
    if (page) {
      lockPage(cpu, page);
      const result = writePage(cpu, file, page, true, false);
      if (result == WRITE_SUBMITTED || result == WRITE_BOUNCED) {
        completeWrite(cpu, file, page, submittedContent(page), result == WRITE_BOUNCED);
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
  syncFile(cpu, file);
  checkNothingLost(cpu, file);
  dropCache(cpu, file);
}
