import { describe, expect, test } from "vitest";
import {
  EOPNOTSUPP,
  FOLL_WRITE,
  MAYBE_PINNED,
  NOT_PINNED,
  PIN_UNKNOWN,
  VM_SHARED,
  VMA_REGULAR_FILE,
} from "../../../assembly/shared/codes.ts";
import { PAGE_LRU_PREV, PAGE_MAPCOUNT } from "../../../assembly/shared/layout.ts";
import { readWork } from "../../../src/machine/vmstat.ts";
import type { CountName, SyncName } from "../../../src/scenario/scenario.ts";
import { Lab, type LabOptions, READ_WRITE } from "../../support/lab.ts";
import { timedRun } from "../../support/runs.ts";

/** What DESIGN's table says that a count covers and refuses, cell by cell. */

const FILE = { flags: READ_WRITE | VM_SHARED, file: VMA_REGULAR_FILE };
const answer = (lab: Lab, page: number) => lab.core.pageMaybeDmaPinned(page);
const work = (lab: Lab) => readWork(lab.machine);

/** A lab with one page of memory or of a file, pinned for writing. */
function pinned(machine: LabOptions, mapping: object = {}) {
  const lab = new Lab({ rules: "5.0", ...machine });
  const vpn = lab.map(1, mapping);
  const page = lab.mapped(vpn);
  const before = answer(lab, page);
  expect(lab.pin(vpn, 1, FOLL_WRITE)).toBe(1);
  return {
    lab,
    vpn,
    page,
    before,
    unpin: () => lab.core.unpinUserPages(lab.cpu(), lab.arena(), 1),
  };
}

const SYNCS: readonly SyncName[] = ["none", "lock", "lock-post", "barrier"];
const ALL: readonly [CountName, SyncName][] = (
  ["bias", "hybrid", "exact", "exact-side"] as const
).flatMap((scheme) => SYNCS.map((sync): [CountName, SyncName] => [scheme, sync]));

describe.each(ALL)("%s with %s covers every page", (scheme, sync) => {
  test.each([
    ["anonymous", {}],
    ["of a file", FILE],
  ])("%s", (_, mapping) => {
    const { lab, page, before, unpin } = pinned({ scheme, sync }, mapping);
    expect([before, answer(lab, page)]).toEqual([NOT_PINNED, MAYBE_PINNED]);
    unpin();
    expect(answer(lab, page)).toBe(NOT_PINNED);
    expect(work(lab).pins_uncovered).toBe(0);
  });

  test("a huge page by one count at its head", () => {
    const lab = new Lab({ scheme, sync, pages: 1100 });
    const vpn = lab.map(512, { order: 9 });
    const head = lab.mapped(vpn);
    const [references, counts] = [lab.refcount(head), lab.counts(head)];
    expect(lab.pin(vpn + 7, 100, FOLL_WRITE)).toBe(100);
    expect(answer(lab, head)).toBe(MAYBE_PINNED);
    lab.core.unpinUserPages(lab.cpu(), lab.arena(), 100);
    expect([lab.refcount(head), lab.counts(head)]).toEqual([references, counts]);
  });
});

describe("refcount covers nothing", () => {
  test.each(SYNCS)("with %s as a cost control: the test answers unknown", (sync) => {
    const { lab, page, before } = pinned({ scheme: "refcount", sync }, FILE);
    expect([before, answer(lab, page)]).toEqual([PIN_UNKNOWN, PIN_UNKNOWN]);
  });
});

describe("lru-count covers head pages", () => {
  test("a pinned page leaves the LRU, counts in page->lru, and returns with its last pin", () => {
    const { lab, vpn, page, unpin } = pinned({ scheme: "lru-count" }, FILE);
    const isOnLru = () => (lab.flags(page) & 32) !== 0;
    expect([answer(lab, page), isOnLru(), lab.word(page + PAGE_LRU_PREV)]).toEqual([1, false, 1]);
    expect(lab.pin(vpn, 1)).toBe(1);
    expect(lab.word(page + PAGE_LRU_PREV)).toBe(2);
    unpin();
    expect(isOnLru()).toBe(false);
    unpin();
    expect([answer(lab, page), isOnLru()]).toEqual([NOT_PINNED, true]);
  });

  test("pins of tail pages are plain references, and counted as not covered", () => {
    const lab = new Lab({ scheme: "lru-count", pages: 1100 });
    const vpn = lab.map(512, { order: 9 });
    const head = lab.mapped(vpn);
    expect(lab.pin(vpn + 1, 10, FOLL_WRITE)).toBe(10);
    expect([answer(lab, head), work(lab).pins_uncovered]).toEqual([PIN_UNKNOWN, 10]);
    lab.core.unpinUserPages(lab.cpu(), lab.arena(), 10);
    expect(lab.pin(vpn, 3, FOLL_WRITE)).toBe(3);
    expect([answer(lab, head), work(lab).pins_uncovered]).toEqual([MAYBE_PINNED, 12]);
    lab.core.unpinUserPages(lab.cpu(), lab.arena(), 3);
    expect([answer(lab, head), lab.refcount(head)]).toEqual([PIN_UNKNOWN, 1]);
  });
});

describe("mapcount", () => {
  test.each(["none", "barrier"] as const)("with %s covers pages of files (Glisse)", (sync) => {
    const file = pinned({ scheme: "mapcount", sync }, FILE);
    expect([file.before, answer(file.lab, file.page)]).toEqual([NOT_PINNED, MAYBE_PINNED]);
    expect(file.lab.word(file.page + PAGE_MAPCOUNT)).toBe(1);
    file.unpin();
    expect(file.lab.word(file.page + PAGE_MAPCOUNT)).toBe(0);
    const anon = pinned({ scheme: "mapcount", sync });
    expect([anon.before, answer(anon.lab, anon.page)]).toEqual([PIN_UNKNOWN, PIN_UNKNOWN]);
    expect([work(file.lab).pins_uncovered, work(anon.lab).pins_uncovered]).toEqual([0, 1]);
  });

  test.each(["lock", "lock-post"] as const)("with %s covers every page (Hubbard)", (sync) => {
    for (const mapping of [FILE, {}]) {
      const { lab, page, before } = pinned({ scheme: "mapcount", sync }, mapping);
      expect([before, answer(lab, page)]).toEqual([NOT_PINNED, MAYBE_PINNED]);
      expect(work(lab).pins_uncovered).toBe(0);
    }
  });

  test.each(SYNCS)("with %s refuses large folios, and counts what it refused", (sync) => {
    const lab = new Lab({ scheme: "mapcount", sync, pages: 1100 });
    const vpn = lab.map(512, { order: 9 });
    expect(lab.pin(vpn, 4, FOLL_WRITE)).toBe(-EOPNOTSUPP);
    expect(work(lab).pins_refused).toBe(4);
    expect(lab.refcount(lab.mapped(vpn))).toBe(1);
  });

  test.each(SYNCS)("with %s forgets a pin at the next page_mkclean(), not before", (sync) => {
    const { lab, page, unpin } = pinned({ scheme: "mapcount", sync }, FILE);
    unpin();
    expect(answer(lab, page)).toBe(MAYBE_PINNED);
    lab.core.pageMkclean(lab.cpu(), page, 0);
    expect(answer(lab, page)).toBe(NOT_PINNED);
  });

  test.each(SYNCS)("with %s: of an unmapped cached page all of _mapcount is pins", (sync) => {
    const { lab, vpn, page, unpin } = pinned({ scheme: "mapcount", sync }, FILE);
    lab.core.munmapRegion(lab.cpu(), lab.mm(), vpn, 1);
    lab.core.pageMkclean(lab.cpu(), page, 0);
    expect([answer(lab, page), lab.word(page + PAGE_MAPCOUNT)]).toEqual([MAYBE_PINNED, 0]);
    unpin();
    lab.core.pageMkclean(lab.cpu(), page, 0);
    expect(answer(lab, page)).toBe(NOT_PINNED);
  });

  test.each(SYNCS)("with %s: of a truncated page nobody knows", (sync) => {
    const { lab, page } = pinned({ scheme: "mapcount", sync }, FILE);
    lab.core.punchHole(lab.cpu(), lab.file(), 0, 1);
    expect(answer(lab, page)).toBe(PIN_UNKNOWN);
  });
});

describe("a run prints the share of pins that the scheme covers", () => {
  const covered = async (machine: { scheme: CountName; sync?: SyncName }): Promise<number> => {
    const half = { numberIos: 500, iodepth: 4 } as const;
    const jobs = [
      { name: "anon", ...half },
      { name: "file", ...half, bufferFile: "/data" },
    ];
    const record = await timedRun({ machine, run: { warmupMs: 0 }, jobs });
    return record.pins.covered ?? Number.NaN;
  };
  test.each([
    [{ scheme: "refcount" }, 0],
    [{ scheme: "mapcount", sync: "barrier" }, 0.5],
    [{ scheme: "mapcount", sync: "lock" }, 1],
    [{ scheme: "lru-count" }, 1],
    [{ scheme: "bias" }, 1],
  ] as const)("%j: %d", async (machine, share) => {
    expect(await covered(machine)).toBeCloseTo(share, 2);
  });
});

describe("variants of bias's test", () => {
  test("RFC v2's `>` denies a page whose only reference is the pin", () => {
    const { lab, vpn, page } = pinned({ scheme: "bias", variant: "test-above" });
    expect(answer(lab, page)).toBe(MAYBE_PINNED);
    lab.core.munmapRegion(lab.cpu(), lab.mm(), vpn, 1);
    expect(lab.refcount(page)).toBe(1024);
    expect(answer(lab, page)).toBe(NOT_PINNED);
  });

  test("less the mappings, 1,024 of them make no pin", () => {
    const { lab, page, unpin } = pinned({ scheme: "bias", variant: "test-less-mapcount" }, FILE);
    expect(answer(lab, page)).toBe(MAYBE_PINNED);
    unpin();
    lab.setRefcount(page, lab.refcount(page) + 1022);
    lab.setWord(page + PAGE_MAPCOUNT, 1022);
    expect(answer(lab, page)).toBe(NOT_PINNED);
  });

  test("unpin by put_page() leaves the page pinned for ever", () => {
    const { lab, page, unpin } = pinned({ scheme: "bias", variant: "put-page" }, FILE);
    unpin();
    expect(answer(lab, page)).toBe(MAYBE_PINNED);
    expect(lab.refcount(page)).toBe(3 + 1023);
  });
});
