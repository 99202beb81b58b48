import {
  PG_DIRTY,
  PG_PRIVATE,
  PG_WRITEBACK,
  VMA_REGULAR_FILE,
} from "../../assembly/shared/codes.ts";
import {
  FILE_INDEX,
  FILE_KIND,
  FILE_MMAP_FIRST,
  FILE_NR_PAGES,
} from "../../assembly/shared/file_layout.ts";
import { PAGE_FLAGS, PAGE_MAPCOUNT, PAGE_REFCOUNT } from "../../assembly/shared/layout.ts";
import { fileAddress } from "./files.ts";
import type { Machine } from "./machine.ts";

/** More sentences say no more. */
const MOST_BREACHES = 8;

/**
 * What must hold of every cached page after the last sync, with nothing mapped or pinned: one
 * reference is the page cache's, one its buffers', no mapping is left, and of a regular file
 * nothing is dirty.
 */
export function checkFiles(machine: Machine): string[] {
  const { plan, words } = machine;
  const breaches: string[] = [];
  plan.files.forEach(({ name, pages }, i) => {
    const file = fileAddress(machine, i);
    const word = (offset: number): number => words[(file + offset) >>> 2] ?? 0;
    if (word(FILE_MMAP_FIRST)) breaches.push(`file ${name} is still mapped`);
    const index = word(FILE_INDEX) >>> 2;
    const disk = word(FILE_KIND) === VMA_REGULAR_FILE;
    let cached = 0;
    for (let at = 0; at < pages && breaches.length < MOST_BREACHES; at++) {
      const page = (words[index + at] ?? 0) >>> 0;
      if (page === 0) continue;
      cached++;
      breaches.push(
        ...pageBreaches(words, page, disk).map((what) => `page ${at} of ${name} ${what}`),
      );
    }
    if (breaches.length < MOST_BREACHES && cached !== word(FILE_NR_PAGES)) {
      breaches.push(`file ${name} has ${cached} cached pages and counts ${word(FILE_NR_PAGES)}`);
    }
  });
  return breaches;
}

function pageBreaches(words: Int32Array, page: number, disk: boolean): string[] {
  const of = (offset: number): number => words[(page + offset) >>> 2] ?? 0;
  const flags = of(PAGE_FLAGS);
  const expected = flags & PG_PRIVATE ? 2 : 1;
  const found: string[] = [];
  if (of(PAGE_REFCOUNT) !== expected) {
    found.push(`has refcount ${of(PAGE_REFCOUNT)}, the ledgers say ${expected}`);
  }
  if (of(PAGE_MAPCOUNT) !== -1) {
    found.push(`has _mapcount ${of(PAGE_MAPCOUNT)}, the ledgers say -1`);
  }
  if (disk && flags & (PG_DIRTY | PG_WRITEBACK)) found.push("is dirty after the last sync");
  return found;
}
