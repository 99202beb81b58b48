/** What an fsync does once its pages are on their way. */
import { FILE_WRITEBACK } from "../shared/file_layout.ts";
import { putFolio } from "../mm/folio";
import { findGetPage, isRegular } from "./address_space";
import { checkDurable } from "./durability";
import { waitOnPageWriteback } from "./page_writeback";
import { NO_INDEX, nextTagged } from "./tags";

/**
 * filemap_fdatawait(): until nothing of the file is under writeback; then the laboratory looks at
 * the disk, for the fsync of that epoch.
 */
export function finishFsync(cpu: usize, file: usize, epoch: u32): void {
  let index = nextTagged(file, FILE_WRITEBACK, 0);
  while (index != NO_INDEX) {
    const page = findGetPage(cpu, file, index);
    if (page) {
      waitOnPageWriteback(cpu, page);
      putFolio(cpu, page, 1);
    }
    index = nextTagged(file, FILE_WRITEBACK, index + 1);
  }
  if (isRegular(file)) checkDurable(cpu, file, epoch);
}
