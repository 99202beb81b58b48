/**
 * The DMA engine. It moves no data: each page frame has one word, its content, and a device that
 * writes to a page stores a generation number there, so that a lost write can be seen.
 */
import {
  PAGE_REFCOUNT, PAGE_STRUCT_SHIFT, PARAM_CONTENT, PARAM_MEM_MAP,
} from "../shared/layout.ts";
import { BUG_USE_AFTER_FREE } from "../shared/codes.ts";
import { loadRelaxed32, storeRelaxed32 } from "../memory/cell";
import { quietLoad32 } from "../memory/quiet";
import { compoundHead, pageToPfn } from "../memory/page";
import { recordFault } from "../observe/faults";

@inline
function contentWord(page: usize): usize {
  const offset = page - quietLoad32(PARAM_MEM_MAP);
  return quietLoad32(PARAM_CONTENT) + (offset >> (PAGE_STRUCT_SHIFT - 2));
}

/** The device writes `generation` to each page; a page that was freed under it is a BUG. */
export function dmaToMemory(cpu: usize, pages: usize, count: u32, generation: u32): void {
  const end = pages + (<usize>count << 2);
  for (let at = pages; at < end; at += 4) {
    const page = <usize>quietLoad32(at);
    checkAlive(cpu, page);
    storeRelaxed32(contentWord(page), generation);
  }
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
