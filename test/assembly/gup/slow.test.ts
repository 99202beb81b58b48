import { describe, expect, test } from "vitest";
import {
  EFAULT,
  ENOMEM,
  EOPNOTSUPP,
  FOLL_FORCE,
  FOLL_LONGTERM,
  FOLL_NOFAULT,
  FOLL_WRITE,
  PTE_RW,
  VM_HUGETLB,
  VM_IO,
  VM_MAYREAD,
  VM_MAYWRITE,
  VM_PFNMAP,
  VM_READ,
  VM_SHARED,
  VM_WRITE,
  VMA_ANON,
  VMA_FSDAX,
  VMA_REGULAR_FILE,
  VMA_SHMEM,
  WARN_REFCOUNT_NOT_POSITIVE,
} from "../../../assembly/shared/codes.ts";
import { CPU_HEARTBEAT } from "../../../assembly/shared/layout.ts";
import type { RulesName } from "../../../src/scenario/scenario.ts";
import { Lab, READ_ONLY, READ_WRITE } from "../../support/lab.ts";

const NONE = VM_MAYREAD | VM_MAYWRITE;
const SHARED = READ_WRITE | VM_SHARED;
const ALL: readonly RulesName[] = ["5.0", "5.7", "6.13"];

interface Case {
  readonly what: string;
  readonly vm: number;
  readonly flags: number;
  readonly result: number;
  readonly file?: number;
  readonly rules?: readonly RulesName[];
}

/** pin_user_pages() of one page of such a VMA; 1 page or the error. */
const CASES: readonly Case[] = [
  { what: "reads what may be read", vm: VM_READ, flags: 0, result: 1 },
  { what: "writes what may be written", vm: READ_WRITE, flags: FOLL_WRITE, result: 1 },
  { what: "device memory (VM_IO)", vm: READ_WRITE | VM_IO, flags: 0, result: -EFAULT },
  { what: "raw frames (VM_PFNMAP)", vm: READ_WRITE | VM_PFNMAP, flags: 0, result: -EFAULT },
  {
    what: "device memory even by FORCE",
    vm: READ_WRITE | VM_IO,
    flags: FOLL_FORCE,
    result: -EFAULT,
  },
  { what: "a write without VM_WRITE", vm: READ_ONLY, flags: FOLL_WRITE, result: -EFAULT },
  {
    what: "that write by FORCE: the private page is ours",
    vm: READ_ONLY,
    flags: FOLL_WRITE | FOLL_FORCE,
    result: 1,
  },
  {
    what: "FORCE without VM_MAYWRITE",
    vm: VM_READ | VM_MAYREAD,
    flags: FOLL_WRITE | FOLL_FORCE,
    result: -EFAULT,
  },
  {
    what: "FORCE into a shared mapping",
    vm: READ_ONLY | VM_SHARED,
    flags: FOLL_WRITE | FOLL_FORCE,
    result: -EFAULT,
  },
  {
    what: "FORCE into hugetlb memory",
    vm: READ_ONLY | VM_HUGETLB,
    flags: FOLL_WRITE | FOLL_FORCE,
    result: -EFAULT,
  },
  { what: "a read without VM_READ", vm: NONE, flags: 0, result: -EFAULT },
  { what: "that read by FORCE", vm: NONE, flags: FOLL_FORCE, result: 1 },
  { what: "FORCE without VM_MAYREAD", vm: VM_MAYWRITE, flags: FOLL_FORCE, result: -EFAULT },
  { what: "a write without VM_READ", vm: VM_WRITE, flags: FOLL_WRITE, result: 1 },
  {
    what: "a long-term pin of anonymous memory",
    vm: READ_WRITE,
    flags: FOLL_WRITE | FOLL_LONGTERM,
    result: 1,
  },
  {
    what: "a long-term pin of fsdax",
    vm: SHARED,
    file: VMA_FSDAX,
    flags: FOLL_LONGTERM,
    result: -EOPNOTSUPP,
  },
];

function pinOne({ vm, flags, file = VMA_ANON }: Case, rules: RulesName): number {
  const lab = new Lab({ rules });
  const vpn = lab.map(1, { flags: vm, file, populate: false });
  return lab.core.pinUserPages(lab.cpu(), lab.mm(), vpn, 1, flags, lab.arena());
}

describe("check_vma_flags", () => {
  test.each(CASES)("$what", (one) => {
    expect(ALL.map((rules) => pinOne(one, rules))).toEqual(ALL.map(() => one.result));
  });

  /** Refused before anything is faulted in. */
  test.each([
    ["a shared regular file, written, 6.13", SHARED, VMA_REGULAR_FILE, FOLL_WRITE, "6.13", -EFAULT],
    ["a shared regular file, written, 5.7", SHARED, VMA_REGULAR_FILE, FOLL_WRITE, "5.7", 1],
    ["a shared regular file, written, 5.0", SHARED, VMA_REGULAR_FILE, FOLL_WRITE, "5.0", 1],
    ["a shared regular file, read, 6.13", SHARED, VMA_REGULAR_FILE, 0, "6.13", 1],
    ["a private regular file, 6.13", READ_WRITE, VMA_REGULAR_FILE, FOLL_WRITE, "6.13", 1],
    ["shmem, written, 6.13", SHARED, VMA_SHMEM, FOLL_WRITE, "6.13", 1],
  ] as const)("a long-term pin of %s", (_, flags, file, write, rules, result) => {
    const lab = new Lab({ rules });
    const vpn = lab.map(1, { flags, file, populate: false });
    const bits = FOLL_LONGTERM | write;
    const got = lab.core.pinUserPages(lab.cpu(), lab.mm(), vpn, 1, bits, lab.arena());
    expect([got, lab.vmstat.pgfault]).toEqual([result, result === 1 ? 1 : 0]);
  });
});

describe("the slow path", () => {
  test("shows with each fault that it lives: one call may take longer than a stuck actor", () => {
    const lab = new Lab();
    const vpn = lab.map(5, { populate: false });
    const beats = () => lab.word(lab.cpu() + CPU_HEARTBEAT);
    const before = beats();
    lab.pin(vpn, 5, FOLL_WRITE);
    expect(beats() - before).toBe(5);
    lab.pin(vpn, 5, FOLL_WRITE);
    expect(beats() - before).toBe(5);
  });

  const slow = (lab: Lab, vpn: number, count: number, flags = 0) =>
    lab.core.pinUserPages(lab.cpu(), lab.mm(), vpn, count, flags, lab.arena());

  test("crosses from one VMA into the next", () => {
    const lab = new Lab();
    const first = lab.map(2, { populate: false });
    expect(lab.map(2, { populate: false })).toBe(first + 2);
    expect(slow(lab, first, 4, FOLL_WRITE)).toBe(4);
    expect(new Set(lab.gathered(4)).size).toBe(4);
  });

  test("returns fewer than asked where the memory ends: what it has wins over the error", () => {
    const lab = new Lab();
    const vpn = lab.map(3);
    expect(slow(lab, vpn, 10)).toBe(3);
    expect(slow(lab, vpn + 3, 10)).toBe(-EFAULT);
  });

  test("returns fewer than asked where the next VMA may not be written", () => {
    const lab = new Lab();
    const vpn = lab.map(2);
    lab.map(2, { flags: READ_ONLY });
    expect(slow(lab, vpn, 4, FOLL_WRITE)).toBe(2);
    expect(lab.vmstat.nr_foll_pin_acquired).toBe(2);
  });

  test("returns fewer than asked when memory runs out, -ENOMEM when there is not even one", () => {
    const lab = new Lab({ pages: 5 });
    const vpn = lab.map(8, { populate: false });
    expect(slow(lab, vpn, 8, FOLL_WRITE)).toBe(4);
    expect(slow(lab, vpn + 4, 4, FOLL_WRITE)).toBe(-ENOMEM);
  });

  test("does not fault with NOFAULT", () => {
    const lab = new Lab();
    const vpn = lab.map(2, { populate: false });
    lab.core.populate(lab.cpu(), lab.mm(), vpn, 1);
    const faults = lab.vmstat.pgfault;
    expect(slow(lab, vpn, 2, FOLL_WRITE | FOLL_NOFAULT)).toBe(1);
    expect(slow(lab, vpn + 1, 1, FOLL_WRITE | FOLL_NOFAULT)).toBe(-EFAULT);
    expect(lab.vmstat.pgfault).toBe(faults);
  });

  test("takes a huge page's references at once, from the middle to its end", () => {
    const lab = new Lab({ pages: 1024, scheme: "hybrid" });
    const vpn = lab.map(512, { order: 9 });
    expect(slow(lab, vpn + 12, 600)).toBe(500);
    const head = lab.mapped(vpn);
    expect(lab.gathered(2)).toEqual([head + 12 * 64, head + 13 * 64]);
    expect([lab.refcount(head), lab.counts(head).pincount]).toEqual([501, 500]);
  });

  test("pins by FORCE what is mapped read-only, and leaves it read-only", () => {
    const lab = new Lab();
    const vpn = lab.map(1, { flags: READ_ONLY });
    expect(slow(lab, vpn, 1, FOLL_WRITE | FOLL_FORCE)).toBe(1);
    expect(lab.gathered(1)).toEqual([lab.mapped(vpn)]);
    expect(lab.mapped(vpn)).not.toBe(lab.zeroPage);
    expect(lab.entry(vpn) & PTE_RW).toBe(0);
  });

  test.each([
    ["5.0", 1],
    ["5.7", 1],
    ["6.13", 0],
  ] as const)("FORCE into a page that is ours already, under %s: %i faults", (rules, faults) => {
    const lab = new Lab({ rules });
    const vpn = lab.map(1, { flags: READ_ONLY });
    expect(slow(lab, vpn, 1, FOLL_WRITE | FOLL_FORCE)).toBe(1);
    const before = lab.vmstat.pgfault ?? 0;
    expect(slow(lab, vpn, 1, FOLL_WRITE | FOLL_FORCE)).toBe(1);
    expect((lab.vmstat.pgfault ?? 0) - before).toBe(faults);
  });

  test("reads every page of a large folio that FORCE has made behind read-only entries", () => {
    const lab = new Lab({ rules: "6.13" });
    const vpn = lab.map(4, { order: 2, flags: READ_ONLY, populate: false });
    expect(slow(lab, vpn, 4, FOLL_WRITE | FOLL_FORCE)).toBe(4);
    expect(lab.counts(lab.mapped(vpn)).largeMapcount).toBe(3);
    expect(slow(lab, vpn, 4)).toBe(4);
    expect(lab.pin(vpn, 4)).toBe(4);
  });

  test("warns and refuses when the count it is to raise is not positive", () => {
    const lab = new Lab();
    const vpn = lab.map(1);
    lab.setRefcount(lab.mapped(vpn), -5);
    expect(slow(lab, vpn, 1)).toBe(-ENOMEM);
    expect(lab.faultCodes).toEqual([WARN_REFCOUNT_NOT_POSITIVE]);
    expect(lab.vmstat.nr_gup_page_count_overflows).toBe(1);
  });
});
