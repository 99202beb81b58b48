import { describe, expect, test } from "vitest";
import {
  FOLL_FAST_ONLY,
  FOLL_LONGTERM,
  FOLL_PIN,
  FOLL_WRITE,
  PG_ANON_EXCLUSIVE,
  PG_REFERENCED,
  PTE_PRESENT,
  PTE_PROTNONE,
  PTE_RW,
  VM_SHARED,
  VMA_REGULAR_FILE,
} from "../../../assembly/shared/codes.ts";
import { MM_WRITE_PROTECT_SEQ, PAGE_FLAGS } from "../../../assembly/shared/layout.ts";
import { Lab, READ_ONLY, READ_WRITE } from "../../support/lab.ts";

const FAST = FOLL_FAST_ONLY;

/** A lab whose first page is mapped writable; `vpn` is where. */
function mapped(): { lab: Lab; vpn: number; page: number } {
  const lab = new Lab({ rules: "6.13" });
  const vpn = lab.map(4);
  return { lab, vpn, page: lab.mapped(vpn) };
}

/** Changes bits of an entry as no code of the machine does yet. */
function changeEntry(lab: Lab, vpn: number, clear: number, set = 0): void {
  lab.setWord(lab.entryAt(vpn), (lab.entry(vpn) & ~clear) | set);
}

/** References of a page of a file: the page cache, its buffers, one mapping. */
const CACHED_AND_MAPPED = 3;

describe("why the fast path stops, each counted once with its cause", () => {
  test("not_present: nothing was ever mapped there", () => {
    const lab = new Lab();
    expect(lab.pin(500, 3, FAST)).toBe(0);
    expect(lab.fallbacks).toEqual({ not_present: 1 });
  });

  test("not_present: an entry is missing in a table that is there", () => {
    const { lab, vpn } = mapped();
    expect(lab.pin(vpn, 6, FAST)).toBe(4);
    expect(lab.fallbacks).toEqual({ not_present: 1 });
  });

  test("not_permitted: a write to what is mapped read-only", () => {
    const { lab, vpn } = mapped();
    changeEntry(lab, vpn, PTE_RW);
    expect(lab.pin(vpn, 1, FOLL_WRITE | FAST)).toBe(0);
    expect(lab.fallbacks).toEqual({ not_permitted: 1 });
  });

  test("not_permitted comes before special, as in mm/gup.c: a write to the zero page", () => {
    const lab = new Lab();
    const vpn = lab.map(1, { flags: READ_ONLY });
    expect(lab.pin(vpn, 1, FOLL_WRITE | FAST)).toBe(0);
    expect(lab.fallbacks).toEqual({ not_permitted: 1 });
  });

  test("protnone: a NUMA hint, not present to the hardware", () => {
    const { lab, vpn } = mapped();
    changeEntry(lab, vpn, PTE_PRESENT, PTE_PROTNONE);
    expect(lab.pin(vpn, 1, FAST)).toBe(0);
    expect(lab.fallbacks).toEqual({ protnone: 1 });
  });

  test("special: a read of the zero page", () => {
    const lab = new Lab();
    const vpn = lab.map(1, { flags: READ_ONLY });
    expect(lab.pin(vpn, 1, FAST)).toBe(0);
    expect(lab.fallbacks).toEqual({ special: 1 });
  });

  test("grab_refused: the count has overflowed, or the page is free", () => {
    const { lab, vpn, page } = mapped();
    for (const count of [-1, -(2 ** 31), 0]) {
      lab.setRefcount(page, count);
      expect(lab.pin(vpn, 1, FAST)).toBe(0);
      expect(lab.refcount(page)).toBe(count);
    }
    expect(lab.fallbacks).toEqual({ grab_refused: 3 });
  });

  test("not_allowed: a long-term write pin of a file page, under the rules of 2023", () => {
    const lab = new Lab({ rules: "6.13" });
    const vpn = lab.map(1, { flags: READ_WRITE | VM_SHARED, file: VMA_REGULAR_FILE });
    const flags = FOLL_WRITE | FOLL_LONGTERM | FAST;
    expect(lab.pin(vpn, 1, flags)).toBe(0);
    expect(lab.fallbacks).toEqual({ not_allowed: 1 });
    expect(lab.refcount(lab.mapped(vpn))).toBe(CACHED_AND_MAPPED);
    lab.setRules("5.7");
    expect(lab.pin(vpn, 1, flags)).toBe(1);
  });

  test("not_allowed: a read-only pin of an anonymous page that others may share", () => {
    const { lab, vpn, page } = mapped();
    changeEntry(lab, vpn, PTE_RW);
    lab.setWord(page + PAGE_FLAGS, lab.flags(page) & ~PG_ANON_EXCLUSIVE);
    expect(lab.pin(vpn, 1, FAST)).toBe(0);
    expect(lab.fallbacks).toEqual({ not_allowed: 1 });
    expect(lab.get(vpn, 1, FAST)).toBe(1);
    lab.setRules("5.0");
    expect(lab.pin(vpn, 1, FAST)).toBe(1);
  });

  test("fork_running: write_protect_seq is odd; plain references do not mind", () => {
    const { lab, vpn, page } = mapped();
    lab.setWord(lab.mm() + MM_WRITE_PROTECT_SEQ, 7);
    expect(lab.pin(vpn, 1, FAST)).toBe(0);
    expect(lab.fallbacks).toEqual({ fork_running: 1 });
    expect(lab.refcount(page)).toBe(1);
    expect(lab.get(vpn, 1, FAST)).toBe(1);
  });

  test("what was grabbed before the stop is kept", () => {
    const { lab, vpn } = mapped();
    changeEntry(lab, vpn + 2, PTE_RW);
    expect(lab.pin(vpn, 4, FOLL_WRITE | FAST)).toBe(2);
    expect(lab.gathered(2)).toEqual([lab.mapped(vpn), lab.mapped(vpn + 1)]);
    expect(lab.vmstat.nr_foll_pin_acquired).toBe(2);
  });
});

describe("the fast path", () => {
  test("turns interrupts on again, whatever it met", () => {
    const { lab, vpn } = mapped();
    lab.pin(vpn, 4);
    lab.pin(vpn, 9, FAST);
    expect(lab.irqOff(0)).toBe(0);
  });

  test("marks pages referenced", () => {
    const { lab, vpn, page } = mapped();
    lab.get(vpn, 1);
    expect(lab.flags(page) & PG_REFERENCED).toBe(PG_REFERENCED);
    expect(lab.flags(lab.mapped(vpn + 1)) & PG_REFERENCED).toBe(0);
  });

  test("crosses from small pages into a huge page and out again", () => {
    const lab = new Lab({ pages: 2048, scheme: "hybrid" });
    const huge = lab.map(512, { order: 9 });
    const { core } = lab;
    const small = core.mmapRegion(lab.cpu(), lab.mm(), huge + 512, 4, 51, 0, 0);
    core.populate(lab.cpu(), lab.mm(), small, 4);
    const before = core.mmapRegion(lab.cpu(), lab.mm(), huge - 4, 4, 51, 0, 0);
    core.populate(lab.cpu(), lab.mm(), before, 4);
    expect(lab.pin(before, 520, FOLL_WRITE | FAST)).toBe(520);
    const expected = Array.from({ length: 520 }, (_, i) => lab.mapped(before + i));
    expect(lab.gathered(520)).toEqual(expected);
    expect(lab.fallbacks).toEqual({});
  });

  test("takes a huge page by one grab of the head for all its pages", () => {
    const lab = new Lab({ pages: 1024, scheme: "exact" });
    const vpn = lab.map(512, { order: 9 });
    expect(lab.pin(vpn + 100, 50, FOLL_WRITE | FAST)).toBe(50);
    const head = lab.mapped(vpn);
    expect([lab.refcount(head), lab.counts(head).exact]).toEqual([51, 50]);
    expect(lab.refcount(head + 100 * 64)).toBe(0);
  });

  test("does not pin what may only be got, and the other way round", () => {
    const { lab, vpn } = mapped();
    expect(lab.get(vpn, 1, FOLL_PIN)).toBeLessThan(0);
    expect(lab.get(vpn, 1)).toBe(1);
    expect(lab.vmstat.nr_foll_pin_acquired).toBe(0);
  });
});
