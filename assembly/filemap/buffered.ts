/** read() and write() through the page cache, a page at a time; shmem and regular files alike. */
import { loadRelaxed32 } from "../memory/cell";
import { putFolio } from "../mm/folio";
import { unlockPage } from "../mm/page_lock";
import { contentWord, lockCachePage } from "./address_space";
import { prepareWrite, setPageDirty } from "./dirty";
import { markCompleted, nextGenerations, writeContent } from "./durability";

/** generic_file_buffered_read(): false: no memory, or behind the end of the file. */
export function readPage(cpu: usize, file: usize, index: u32): bool {
  const page = lockCachePage(cpu, file, index);
  if (!page) return false;
  unlockPage(cpu, page);
  loadRelaxed32(contentWord(page));
  putFolio(cpu, page, 1);
  return true;
}

/** generic_perform_write(): write_begin, the copy, write_end. */
export function writeToPage(cpu: usize, file: usize, index: u32): bool {
  const page = lockCachePage(cpu, file, index);
  if (!page) return false;
  prepareWrite(cpu, file, page);
  const generation = nextGenerations(file, 1) + 1;
  writeContent(page, generation);
  setPageDirty(cpu, page);
  markCompleted(file, page, generation);
  unlockPage(cpu, page);
  putFolio(cpu, page, 1);
  return true;
}
