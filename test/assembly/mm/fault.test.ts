import { describe, expect, test } from "vitest";
import {
  EFAULT,
  EMLINK,
  FOLL_LONGTERM,
  FOLL_WRITE,
  PAGE_MAPPING_ANON,
  PG_DIRTY,
  PG_LRU,
  PG_PRIVATE,
  PG_SWAPBACKED,
  PG_UPTODATE,
  PTE_DIRTY,
  PTE_RW,
  VM_SHARED,
  VMA_REGULAR_FILE,
  VMA_SHMEM,
} from "../../../assembly/shared/codes.ts";
import { PAGE_INDEX, PAGE_MAPPING } from "../../../assembly/shared/layout.ts";
import { checkQuiescence } from "../../../src/machine/quiescence.ts";
import { COUNTS, Lab, READ_WRITE } from "../../support/lab.ts";

const SHARED = READ_WRITE | VM_SHARED;
const FILE = { flags: SHARED, file: VMA_REGULAR_FILE };
const PRIVATE = { file: VMA_REGULAR_FILE };

const mapping = (lab: Lab, vpn: number): number => lab.word(lab.mapped(vpn) + PAGE_MAPPING);
const index = (lab: Lab, vpn: number): number => lab.word(lab.mapped(vpn) + PAGE_INDEX);
const isAnon = (lab: Lab, vpn: number): boolean => (mapping(lab, vpn) & PAGE_MAPPING_ANON) !== 0;

describe("a shared mapping of a file", () => {
  test("is faulted in page by page: one name, the index in the file, up to date, writable", () => {
    const lab = new Lab();
    const vpn = lab.map(3, FILE);
    const names = [0, 1, 2].map((i) => mapping(lab, vpn + i));
    expect(new Set(names).size).toBe(1);
    expect(names[0]).not.toBe(0);
    expect((names[0] ?? 1) & PAGE_MAPPING_ANON).toBe(0);
    expect([0, 1, 2].map((i) => index(lab, vpn + i))).toEqual([0, 1, 2]);
    const written = PG_UPTODATE | PG_DIRTY | PG_PRIVATE | PG_LRU;
    expect(lab.flags(lab.mapped(vpn))).toBe(written);
    // The page cache, the buffers that page_mkwrite() attached, the mapping.
    expect(lab.refcount(lab.mapped(vpn))).toBe(3);
    expect(lab.entry(vpn) & (PTE_RW | PTE_DIRTY)).toBe(PTE_RW | PTE_DIRTY);
  });

  test("keeps name and indexes when it is cut, and shares its pages with the next mapping", () => {
    const lab = new Lab();
    const vpn = lab.map(4, { ...FILE, populate: false });
    const other = lab.map(1, { ...FILE, offset: 2 });
    lab.core.munmapRegion(lab.cpu(), lab.mm(), vpn + 1, 1);
    for (const at of [vpn, vpn + 2]) lab.core.populate(lab.cpu(), lab.mm(), at, 1);
    expect([index(lab, vpn), index(lab, vpn + 2)]).toEqual([0, 2]);
    expect(mapping(lab, vpn + 2)).toBe(mapping(lab, vpn));
    expect(lab.mapped(other)).toBe(lab.mapped(vpn + 2));
  });

  test("tells a file system of the first write to a page; shmem does not ask", () => {
    const lab = new Lab();
    const [file, shmem] = [VMA_REGULAR_FILE, VMA_SHMEM].map((kind) => {
      const vpn = lab.map(1, { flags: SHARED, file: kind, populate: false });
      lab.core.getUserPages(lab.cpu(), lab.mm(), vpn, 1, 0, lab.arena());
      lab.core.putPages(lab.cpu(), lab.arena(), 1);
      return vpn;
    }) as [number, number];
    expect(lab.entry(file) & PTE_RW).toBe(0);
    expect(lab.entry(shmem) & PTE_RW).toBe(PTE_RW);
    expect(lab.flags(lab.mapped(shmem)) & PG_SWAPBACKED).toBe(PG_SWAPBACKED);
    const page = lab.mapped(file);
    expect(lab.pin(file, 1, FOLL_WRITE)).toBe(1);
    expect(lab.fallbacks).toEqual({ not_permitted: 1 });
    expect(lab.mapped(file)).toBe(page);
  });

  test.each(COUNTS)("counts one pin a page and leaves nothing behind (%s)", (scheme) => {
    const lab = new Lab({ scheme });
    const vpn = lab.map(8, FILE);
    for (const flags of [FOLL_WRITE, 0]) {
      expect(lab.pin(vpn, 8, flags)).toBe(8);
      lab.core.unpinUserPagesDirtyLock(lab.cpu(), lab.arena(), 8);
    }
    expect(lab.vmstat.nr_foll_pin_acquired).toBe(16);
    expect(lab.fallbacks).toEqual({});
    for (const mm of [0, 1]) lab.core.leaveMm(lab.cpu(), lab.mm(mm));
    lab.core.closeFile(lab.cpu(), lab.file());
    expect(checkQuiescence(lab.machine)).toEqual([]);
  });
});

describe("long-term write pins", () => {
  const LONG = FOLL_WRITE | FOLL_LONGTERM;

  test("of a file are refused under 6.13: the fast path hands over, the slow one says why", () => {
    const lab = new Lab({ rules: "6.13" });
    const vpn = lab.map(2, FILE);
    const before = lab.refcount(lab.mapped(vpn));
    expect(lab.pin(vpn, 2, LONG)).toBe(-EFAULT);
    expect(lab.fallbacks).toEqual({ not_allowed: 1 });
    expect(lab.refcount(lab.mapped(vpn))).toBe(before);
    expect(lab.vmstat.nr_foll_pin_acquired).toBe(lab.vmstat.nr_foll_pin_released);
  });

  test("of shmem stay in the fast path", () => {
    const lab = new Lab({ rules: "6.13" });
    expect(lab.pin(lab.map(2, { flags: SHARED, file: VMA_SHMEM }), 2, LONG)).toBe(2);
    expect(lab.fallbacks).toEqual({});
  });

  test.each(["5.0", "5.7"] as const)("of a file are allowed under %s", (rules) => {
    const lab = new Lab({ rules });
    expect(lab.pin(lab.map(2, FILE), 2, LONG)).toBe(2);
  });
});

describe("a private mapping of a file", () => {
  test("becomes anonymous with the first write; the file's page stays in the page cache", () => {
    const lab = new Lab();
    const vpn = lab.map(1, { ...PRIVATE, populate: false });
    expect(lab.pin(vpn, 1, 0)).toBe(1);
    lab.core.unpinUserPages(lab.cpu(), lab.arena(), 1);
    const free = lab.freePages;
    expect(isAnon(lab, vpn)).toBe(false);
    expect(lab.pin(vpn, 1, FOLL_WRITE)).toBe(1);
    expect(isAnon(lab, vpn)).toBe(true);
    expect(lab.freePages).toBe(free - 1);
  });

  test("gives a read-only long-term pin a copy of its own under 6.13, not before", () => {
    for (const rules of ["5.7", "6.13"] as const) {
      const lab = new Lab({ rules });
      const vpn = lab.map(1, { ...PRIVATE, populate: false });
      expect(lab.pin(vpn, 1, FOLL_LONGTERM)).toBe(1);
      expect(isAnon(lab, vpn)).toBe(rules === "6.13");
      expect(lab.entry(vpn) & PTE_RW).toBe(0);
    }
  });

  test("an anonymous page that is not exclusive is still -EMLINK: no fork makes it ours", () => {
    const lab = new Lab();
    const vpn = lab.map(1);
    lab.setWord(lab.entryAt(vpn), lab.entry(vpn) & ~PTE_RW);
    lab.setWord(lab.mapped(vpn), lab.flags(lab.mapped(vpn)) & ~2048);
    expect(lab.pin(vpn, 1, 0)).toBe(-EMLINK);
  });
});
