import { PAGE_MAPPING_ANON, PG_HEAD } from "../../assembly/shared/codes.ts";
import {
  FOLIO_ENTIRE_MAPCOUNT,
  FOLIO_LARGE_MAPCOUNT,
  FOLIO_NR_PAGES_MAPPED,
  FOLIO_ORDER,
  FOLIO_PINCOUNT,
  PAGE_FLAGS,
  PAGE_INDEX,
  PAGE_MAPCOUNT,
  PAGE_MAPPING,
  PAGE_REFCOUNT,
} from "../../assembly/shared/layout.ts";
import type { DumpedPage } from "../machine/gup_passes.ts";
import { pageFlagNames } from "./page_ref.ts";

/** What dump_page() writes to the kernel's log of a page (mm/debug.c, 6.13). */
export function dumpPageLines(dump: DumpedPage, reason: string): string[] {
  const { page, folio, pfn, headPfn } = dump;
  const of = (words: Int32Array, offset: number): number => words[offset >>> 2] ?? 0;
  const flags = of(folio, PAGE_FLAGS);
  const isLarge = (flags & PG_HEAD) !== 0;
  const mapping = of(folio, PAGE_MAPPING);
  const isAnon = (mapping & PAGE_MAPPING_ANON) !== 0;
  // Counts of mappings are kept one below what they mean.
  const entire = isLarge ? of(folio, FOLIO_ENTIRE_MAPCOUNT) + 1 : 0;
  const index = of(folio, PAGE_INDEX) + pfn - headPfn;
  const lines = [
    `page: refcount:${of(folio, PAGE_REFCOUNT)} mapcount:${of(page, PAGE_MAPCOUNT) + 1 + entire} ` +
      `mapping:${(isAnon ? 0 : mapping >>> 0).toString(16).padStart(16, "0")} ` +
      `index:${hex(index)} pfn:${hex(pfn)}`,
  ];
  if (isLarge) {
    lines.push(
      `head: order:${of(folio, FOLIO_ORDER) & 0xff} ` +
        `mapcount:${of(folio, FOLIO_LARGE_MAPCOUNT) + 1} entire_mapcount:${entire} ` +
        `nr_pages_mapped:${of(folio, FOLIO_NR_PAGES_MAPPED)} ` +
        `pincount:${of(folio, FOLIO_PINCOUNT)}`,
    );
  }
  const names = pageFlagNames(flags).join("|");
  lines.push(`${isAnon ? "anon " : ""}flags: ${hex(flags)}(${names})`);
  return [...lines, `page dumped because: ${reason}`];
}

function hex(value: number): string {
  return `0x${(value >>> 0).toString(16)}`;
}
