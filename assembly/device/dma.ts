/**
 * The DMA engine. It moves no data: each page frame has one word, its content, and a device that
 * writes to a page stores a generation number there, so that a lost write can be seen.
 */
import { PAGE_REFCOUNT } from "../shared/layout.ts";
import { BUG_USE_AFTER_FREE } from "../shared/codes.ts";
import { loadRelaxed32, storeRelaxed32 } from "../memory/cell";
import { quietLoad32 } from "../memory/quiet";
import { compoundHead, pageToPfn } from "../memory/page";
import { contentWord } from "../filemap/address_space";
import { nextGenerations, writeContent } from "../filemap/durability";
import { recordFault } from "../observe/faults";

/** The device writes `generation` to each page; a page that was freed under it is a BUG. */
export function dmaToMemory(cpu: usize, pages: usize, count: u32, generation: u32): void {
  const end = pages + (<usize>count << 2);
  for (let at = pages; at < end; at += 4) {
    const page = <usize>quietLoad32(at);
    checkAlive(cpu, page);
    storeRelaxed32(contentWord(page), generation);
  }
}

/**
 * The device writes to pages of the file, each write with a generation of its own: the one before
 * the first. What it writes to a page that was truncated meanwhile belongs to no file.
 */
export function dmaToFile(cpu: usize, file: usize, pages: usize, count: u32): u32 {
  const before = nextGenerations(file, count);
  for (let i: u32 = 0; i < count; i++) {
    const page = <usize>quietLoad32(pages + (<usize>i << 2));
    checkAlive(cpu, page);
    writeContent(page, before + 1 + i);
  }
  return before;
}

/** The device reads each page. */
export function dmaFromMemory(cpu: usize, pages: usize, count: u32): void {
  const end = pages + (<usize>count << 2);
  for (let at = pages; at < end; at += 4) {
    const page = <usize>quietLoad32(at);
    checkAlive(cpu, page);
    loadRelaxed32(contentWord(page));
  }
}

@inline
function checkAlive(cpu: usize, page: usize): void {
  if (quietLoad32(compoundHead(page) + PAGE_REFCOUNT) == 0) {
    recordFault(cpu, BUG_USE_AFTER_FREE, pageToPfn(page), 0, 0);
  }
}
