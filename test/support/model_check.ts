import {
  PG_ANON_EXCLUSIVE,
  PG_HEAD,
  PG_LRU,
  PG_PIN,
  PG_PIN_WAS_LRU,
  PG_RESERVED,
  PG_SWAPBACKED,
  PG_UPTODATE,
} from "../../assembly/shared/codes.ts";
import {
  MAX_PAGE_ORDER,
  PAGE_LRU_NEXT,
  PAGE_MAPCOUNT,
  ZONE_FREE_HEADS,
} from "../../assembly/shared/layout.ts";
import { readFallbacks, readVmstat } from "../../src/machine/vmstat.ts";
import type { Lab } from "./lab.ts";
import type { Model } from "./model.ts";
import type { Folio } from "./model_space.ts";
import { readVmas } from "./vma_tree.ts";

/** Anonymous pages are on the LRU under lru-count alone; its lists are looked at elsewhere. */
const LRU_FLAGS = PG_LRU | PG_PIN | PG_PIN_WAS_LRU;
const SMALL_FLAGS = PG_UPTODATE | PG_SWAPBACKED | PG_ANON_EXCLUSIVE;

/** Where machine and model differ, one line each; an empty array: nowhere. */
export function differences(lab: Lab, model: Model): string[] {
  const lines: string[] = [];
  const same = (what: string, machine: unknown, expected: unknown): void => {
    if (machine !== expected) lines.push(`${what}: machine ${machine}, model ${expected}`);
  };
  for (let pfn = 0; pfn < lab.machine.plan.pages; pfn++) compareFrame(lab, model, pfn, same);
  compareFreeLists(lab, model, same);
  model.spaces.forEach((space, i) => {
    const mm = lab.mm(i);
    same(`VMAs of mm ${i}`, JSON.stringify(readVmas(lab, mm)), JSON.stringify(space.vmas));
    for (const { start, end } of space.vmas) {
      for (let vpn = start; vpn < end; vpn++) {
        const entry = space.entryAt(vpn);
        const pfn = entry && entry.folio.pfn + (entry.index ?? 0);
        const expected = entry && pfn !== undefined ? pfn * 4096 + entry.bits : 0;
        const huge = entry !== undefined && entry.index === undefined ? 128 : 0;
        same(`entry of ${vpn} in mm ${i}`, lab.entry(vpn, mm), expected + huge);
      }
    }
  });
  compareCounters("vmstat", readVmstat(lab.machine), model.vmstat, same);
  compareCounters("fallback", readFallbacks(lab.machine), model.fallbacks, same);
  return lines;
}

type Same = (what: string, machine: unknown, expected: unknown) => void;

function compareFrame(lab: Lab, model: Model, pfn: number, same: Same): void {
  const page = lab.page(pfn);
  const folio = model.frames.at(pfn);
  if (folio === undefined) {
    same(`refcount of the free page ${pfn}`, lab.refcount(page), 0);
    same(`flags of the free page ${pfn}`, lab.flags(page), 0);
    return;
  }
  const index = pfn - folio.pfn;
  const mapped = Number(folio.mapped.has(index)) - 1;
  same(`mapcount of ${pfn}`, lab.word(page + PAGE_MAPCOUNT), mapped);
  if (index === 0) compareHead(lab, model, folio, same);
  else compareTail(lab, folio, index, same);
}

function compareTail(lab: Lab, folio: Folio, index: number, same: Same): void {
  const pfn = folio.pfn + index;
  const page = lab.page(pfn);
  same(`refcount of the tail ${pfn}`, lab.refcount(page), 0);
  // The second page keeps the folio's order in the low byte of its flags.
  const order = index === 1 ? folio.order : 0;
  same(`flags of the tail ${pfn}`, lab.flags(page), PG_ANON_EXCLUSIVE | order);
  same(`head of ${pfn}`, lab.head(page), lab.page(folio.pfn));
}

function compareHead(lab: Lab, model: Model, folio: Folio, same: Same): void {
  const { scheme } = model.frames.options;
  const { pfn, pins } = folio;
  const page = lab.page(pfn);
  const kind = folio.order ? PG_HEAD : 0;
  const own = folio === model.frames.zero ? PG_RESERVED : 0;
  same(`refcount of ${pfn}`, lab.refcount(page), model.frames.references(folio));
  const flags = lab.flags(page) & ~LRU_FLAGS;
  same(`flags of ${pfn}`, flags, SMALL_FLAGS | kind | own | folio.flags);
  const counts = lab.counts(page);
  same(`exact count of ${pfn}`, counts.exact, scheme === "exact" ? pins : 0);
  same(`side count of ${pfn}`, counts.side, scheme === "exact-side" ? pins : 0);
  if (!folio.order) return;
  const entire = Number(folio.entire);
  same(`large_mapcount of ${pfn}`, counts.largeMapcount, folio.mapped.size + entire - 1);
  same(`entire_mapcount of ${pfn}`, counts.entireMapcount, entire - 1);
  same(`_pincount of ${pfn}`, counts.pincount, scheme === "hybrid" ? pins : 0);
}

/** The free lists hold every free frame once, in blocks merged as far as they can be. */
function compareFreeLists(lab: Lab, model: Model, same: Same): void {
  const expected = model.frames.blocks();
  const found: (number | undefined)[] = new Array(expected.length).fill(undefined);
  for (let order = 0; order <= MAX_PAGE_ORDER; order++) {
    let page = lab.word(ZONE_FREE_HEADS + order * 4) >>> 0;
    while (page !== 0) {
      found[lab.pfn(page)] = order;
      page = lab.word(page + PAGE_LRU_NEXT) >>> 0;
    }
  }
  same("free pages", lab.freePages, model.frames.free);
  found.forEach((order, pfn) => {
    if (order !== expected[pfn]) same(`free block at ${pfn}`, order, expected[pfn]);
  });
}

function compareCounters(
  kind: string,
  machine: Record<string, number>,
  model: Record<string, number>,
  same: Same,
): void {
  for (const [name, count] of Object.entries(machine)) {
    same(`${kind} ${name}`, count, model[name] ?? 0);
  }
}
