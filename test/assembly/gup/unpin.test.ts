import { describe, expect, test } from "vitest";
import {
  BUG_FREE_OF_PINNED,
  BUG_REFCOUNT_UNDERFLOW,
  FOLL_WRITE,
  PG_DIRTY,
  PG_LOCKED,
} from "../../../assembly/shared/codes.ts";
import { PAGE_FLAGS } from "../../../assembly/shared/layout.ts";
import { COUNTS, COUNTS_OF_LARGE, Lab } from "../../support/lab.ts";

const isDirty = (lab: Lab, page: number) => (lab.flags(page) & PG_DIRTY) !== 0;

describe.each(COUNTS_OF_LARGE)("giving pins back (%s)", (scheme) => {
  test("restores every count, whatever the order of the array", () => {
    const lab = new Lab({ scheme, pages: 1100 });
    const [small, huge] = [lab.map(4), lab.map(512, { order: 9 })];
    const heads = [0, 1, 2, 3].map((i) => lab.mapped(small + i));
    heads.push(lab.mapped(huge));
    const counts = () => heads.map((head) => [lab.refcount(head), lab.counts(head)]);
    const before = counts();
    expect(lab.pin(small, 4, FOLL_WRITE)).toBe(4);
    const pages = lab.gathered(4);
    expect(lab.pin(huge, 40, FOLL_WRITE)).toBe(40);
    pages.push(...lab.gathered(40));
    const mixed = pages.map((_, i) => pages[(i * 19) % pages.length] ?? 0);
    lab.machine.words.set(mixed, lab.arena() / 4);
    lab.core.unpinUserPages(lab.cpu(), lab.arena(), mixed.length);
    expect(counts()).toEqual(before);
    expect(lab.vmstat.nr_foll_pin_released).toBe(44);
  });

  test("the last pin of an unmapped page frees it", () => {
    const lab = new Lab({ scheme });
    const free = lab.freePages;
    const vpn = lab.map(1);
    lab.pin(vpn, 1, FOLL_WRITE);
    lab.core.munmapRegion(lab.cpu(), lab.mm(), vpn, 1);
    expect(lab.freePages).toBe(free - 1);
    lab.core.unpinUserPages(lab.cpu(), lab.arena(), 1);
    expect(lab.freePages).toBe(free);
  });
});

describe.each(COUNTS)("one page (%s)", (scheme) => {
  test.each(["unpinUserPage", "putUserPage"] as const)("%s gives one pin back", (name) => {
    const lab = new Lab({ scheme });
    const vpn = lab.map(1);
    const page = lab.mapped(vpn);
    const before = [lab.refcount(page), lab.counts(page)];
    lab.pin(vpn, 1, FOLL_WRITE);
    lab.core[name](lab.cpu(), page);
    expect([lab.refcount(page), lab.counts(page)]).toEqual(before);
    expect(lab.vmstat.nr_foll_pin_released).toBe(1);
  });
});

describe.each(COUNTS_OF_LARGE)("ranges of large folios (%s)", (scheme) => {
  test.each([0, 1])("a range within a large folio, dirtied: %i", (dirty) => {
    const lab = new Lab({ scheme, pages: 1100 });
    const vpn = lab.map(512, { order: 9 });
    const head = lab.mapped(vpn);
    const before = [lab.refcount(head), lab.counts(head)];
    lab.pin(vpn + 3, 100, FOLL_WRITE);
    const [first = 0] = lab.gathered(1);
    lab.core.unpinUserPageRangeDirtyLock(lab.cpu(), first, 100, dirty);
    expect([lab.refcount(head), lab.counts(head)]).toEqual(before);
    expect(isDirty(lab, head)).toBe(dirty === 1);
    expect(lab.vmstat.nr_foll_pin_released).toBe(100);
    expect(lab.vmstat.nr_gup_pages_returned).toBe(100);
  });
});

describe("giving pins back dirty", () => {
  const pinned = () => {
    const lab = new Lab();
    const vpn = lab.map(3);
    lab.pin(vpn, 3, FOLL_WRITE);
    return { lab, vpn, pages: lab.gathered(3) };
  };

  test("the plain ones leave pages clean, the others dirty them, under every name", () => {
    for (const [name, dirty] of [
      ["unpinUserPages", false],
      ["putUserPages", false],
      ["putUserPagesDirty", true],
      ["putUserPagesDirtyLock", true],
      ["unpinUserPagesDirtyLock", true],
    ] as const) {
      const { lab, pages } = pinned();
      lab.core[name](lab.cpu(), lab.arena(), 3);
      expect(pages.map((page) => isDirty(lab, page))).toEqual([dirty, dirty, dirty]);
      expect(pages.map((page) => lab.flags(page) & PG_LOCKED)).toEqual([0, 0, 0]);
    }
  });

  test("a page already dirty is not locked: its holder may have the lock", () => {
    const { lab, pages } = pinned();
    const [first = 0] = pages;
    lab.setWord(first + PAGE_FLAGS, lab.flags(first) | PG_DIRTY | PG_LOCKED);
    lab.core.unpinUserPagesDirtyLock(lab.cpu(), lab.arena(), 3);
    expect(lab.refcount(first)).toBe(1);
  });

  test("a large folio is dirtied at its head, once for the run", () => {
    const lab = new Lab({ pages: 1024 });
    const vpn = lab.map(512, { order: 9 });
    lab.pin(vpn + 5, 9, FOLL_WRITE);
    lab.core.unpinUserPagesDirtyLock(lab.cpu(), lab.arena(), 9);
    const head = lab.mapped(vpn);
    expect([isDirty(lab, head), isDirty(lab, head + 64 * 5)]).toEqual([true, false]);
  });
});

describe("mistakes of the emulated kernel are recorded", () => {
  test("one reference too many given back", () => {
    const lab = new Lab({ scheme: "bias", bias: 1024 });
    lab.get(lab.map(1));
    lab.core.unpinUserPages(lab.cpu(), lab.arena(), 1);
    expect(lab.faultCodes).toEqual([BUG_REFCOUNT_UNDERFLOW]);
  });

  test("a page freed while the ledger says that a device may write to it", () => {
    const lab = new Lab();
    const vpn = lab.map(1);
    lab.pin(vpn, 1, FOLL_WRITE);
    lab.core.ledgerCount(lab.cpu(), lab.arena(), 1, FOLL_WRITE, 1);
    lab.core.munmapRegion(lab.cpu(), lab.mm(), vpn, 1);
    expect(lab.faultCodes).toEqual([]);
    lab.core.unpinUserPages(lab.cpu(), lab.arena(), 1);
    expect(lab.faultCodes).toEqual([BUG_FREE_OF_PINNED]);
  });
});
