import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FOLL_WRITE, MUST_BUDDY_FREE } from "../../../assembly/shared/codes.ts";
import {
  MAX_PAGE_ORDER,
  PAGE_LRU_NEXT,
  PAGE_MAPCOUNT,
  ZONE_FREE_HEADS,
} from "../../../assembly/shared/layout.ts";
import { Lab } from "../../support/lab.ts";

/** Free blocks as "pfn/order", sorted. */
function freeBlocks(lab: Lab): string[] {
  const blocks: string[] = [];
  for (let order = 0; order <= MAX_PAGE_ORDER; order++) {
    let page = lab.word(ZONE_FREE_HEADS + order * 4) >>> 0;
    for (; page; page = lab.word(page + PAGE_LRU_NEXT) >>> 0) {
      blocks.push(`${lab.pfn(page)}/${order}`);
    }
  }
  return blocks.sort();
}

const take = (lab: Lab, order: number) => lab.core.allocAnonFolio(lab.cpu(), order, 0, 0);
const give = (lab: Lab, folio: number) => lab.core.putFolio(lab.cpu(), folio, 1);

describe("the buddy allocator", () => {
  test("splits a large block for a small folio and merges it again", () => {
    const lab = new Lab({ pages: 1024, mms: 1 });
    const before = freeBlocks(lab);
    const page = take(lab, 0);
    expect(freeBlocks(lab)).not.toEqual(before);
    give(lab, page);
    expect(freeBlocks(lab)).toEqual(before);
  });

  test("comes back to its first state from any order of takes and gives", () => {
    const action = fc.record({ order: fc.nat(6), which: fc.nat(50), isTake: fc.boolean() });
    const sizes = fc.integer({ min: 5, max: 300 });
    fc.assert(
      fc.property(sizes, fc.array(action, { maxLength: 80, size: "max" }), (pages, actions) => {
        const lab = new Lab({ pages, mms: 0 });
        const before = freeBlocks(lab);
        const held: { folio: number; order: number }[] = [];
        for (const { order, which, isTake } of actions) {
          const given = isTake ? undefined : held.splice(which % (held.length || 1), 1)[0];
          if (given) give(lab, given.folio);
          const folio = isTake ? take(lab, order) : 0;
          if (folio) held.push({ folio, order });
          expect(lab.pfn(folio || lab.page(0)) % 2 ** order).toBe(0);
          const used = held.reduce((sum, one) => sum + 2 ** one.order, 0);
          expect(lab.freePages).toBe(pages - 1 - used);
        }
        for (const { folio } of held) give(lab, folio);
        expect(freeBlocks(lab)).toEqual(before);
      }),
      { numRuns: 100 },
    );
  });

  test("gives no page twice, and none when all are taken", () => {
    const lab = new Lab({ pages: 50 });
    const taken = new Set(Array.from({ length: 49 }, () => take(lab, 0)));
    expect(taken.size).toBe(49);
    expect(taken.has(0) || taken.has(lab.zeroPage)).toBe(false);
    expect(take(lab, 0)).toBe(0);
  });

  test("refuses a large folio when memory is free but in pieces", () => {
    const lab = new Lab({ pages: 64 });
    const pages = Array.from({ length: 63 }, () => take(lab, 0)).sort((a, b) => a - b);
    pages.forEach((page, i) => {
      if (i % 2) give(lab, page);
    });
    expect(lab.freePages).toBe(31);
    expect(take(lab, 1)).toBe(0);
    expect(take(lab, 0)).not.toBe(0);
  });

  test("refuses orders above the largest", () => {
    expect(take(new Lab({ pages: 4096 }), MAX_PAGE_ORDER + 1)).toBe(0);
  });

  test("a folio freed twice is impossible: recorded, then a trap", () => {
    const lab = new Lab();
    const page = take(lab, 0);
    give(lab, page);
    lab.setRefcount(page, 1);
    lab.setWord(page + PAGE_MAPCOUNT, -128);
    expect(() => give(lab, page)).toThrow("unreachable");
    expect(lab.faultCodes).toContain(MUST_BUDDY_FREE);
  });

  test("holds a million pages and pins the last of them", () => {
    const pages = 2 ** 20;
    const lab = new Lab({ pages, cpus: 1 });
    expect(lab.freePages).toBe(pages - 1);
    while (lab.freePages > 1) expect(take(lab, Math.floor(Math.log2(largest(lab))))).not.toBe(0);
    const vpn = lab.map(2, { populate: false });
    expect(lab.pin(vpn, 2, FOLL_WRITE)).toBe(1);
    expect(lab.freePages).toBe(0);
  });
});

/** Pages of the largest free block. */
function largest(lab: Lab): number {
  for (let order = MAX_PAGE_ORDER; order > 0; order--) {
    if (lab.word(ZONE_FREE_HEADS + order * 4)) return 2 ** order;
  }
  return 1;
}
