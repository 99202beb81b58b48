import { describe, expect, test } from "vitest";
import {
  EEXIST,
  EFAULT,
  EINVAL,
  ENOMEM,
  FOLL_WRITE,
  PTE_PSE,
  PTE_RW,
  PTE_SPECIAL,
  VMA_FSDAX,
} from "../../../assembly/shared/codes.ts";
import {
  MM_PGD,
  MM_USERS,
  POOL_COUNT,
  POOL_TABLES,
  POOL_USED,
  TASK_SIZE_VPN,
} from "../../../assembly/shared/layout.ts";
import { checkQuiescence } from "../../../src/machine/quiescence.ts";
import { Lab, READ_ONLY, READ_WRITE } from "../../support/lab.ts";
import { readVmas } from "../../support/vma_tree.ts";

const ranges = (lab: Lab) => readVmas(lab).map(({ start, end }) => [start, end]);

describe("mmap", () => {
  const mmap = (lab: Lab, start: number, count: number, order = 0) =>
    lab.core.mmapRegion(lab.cpu(), lab.mm(), start, count, READ_WRITE, order, 0);

  test.each([
    ["no pages", 0, 0, 0, -EINVAL],
    ["more than the address space", 0, TASK_SIZE_VPN + 1, 0, -EINVAL],
    ["a range that ends behind the address space", TASK_SIZE_VPN - 3, 4, 0, -EINVAL],
    ["folios larger than a huge page", 0, 1, 10, -EINVAL],
    ["the whole address space, which has no room for it", 0, TASK_SIZE_VPN, 0, -ENOMEM],
  ])("refuses %s", (_, start, count, order, error) => {
    expect(mmap(new Lab(), start, count, order)).toBe(error);
  });

  test("reaches the last page of the address space", () => {
    expect(mmap(new Lab(), TASK_SIZE_VPN - 4, 4)).toBe(TASK_SIZE_VPN - 4);
  });

  test("refuses a range that is taken in part", () => {
    const lab = new Lab();
    expect(mmap(lab, 2000, 10)).toBe(2000);
    expect(mmap(lab, 2009, 5)).toBe(-EEXIST);
    expect(mmap(lab, 1995, 6)).toBe(-EEXIST);
    expect(mmap(lab, 1995, 5)).toBe(1995);
  });

  test("chooses addresses that nobody has, even where somebody mapped ahead of it", () => {
    const lab = new Lab();
    expect(mmap(lab, 1030, 4)).toBe(1030);
    expect(mmap(lab, 0, 10)).toBe(1034);
    expect(mmap(lab, 0, 6)).toBe(1024);
    expect(mmap(lab, 0, 1)).toBe(1044);
  });

  test("aligns what is to have huge pages", () => {
    const lab = new Lab();
    mmap(lab, 0, 3);
    expect(mmap(lab, 0, 512, 9) % 512).toBe(0);
  });

  test("runs out of VMAs", () => {
    const lab = new Lab({ vmas: 2 });
    expect([mmap(lab, 0, 1), mmap(lab, 0, 1)]).toEqual([1024, 1025]);
    expect(mmap(lab, 0, 1)).toBe(-ENOMEM);
  });
});

describe("munmap", () => {
  test("cuts VMAs where its range begins and ends, and frees what lay between", () => {
    const lab = new Lab();
    const vpn = lab.map(10);
    const free = lab.freePages;
    expect(lab.core.munmapRegion(lab.cpu(), lab.mm(), vpn + 3, 4)).toBe(0);
    expect(ranges(lab)).toEqual([
      [vpn, vpn + 3],
      [vpn + 7, vpn + 10],
    ]);
    expect(lab.freePages).toBe(free + 4);
    expect(lab.entry(vpn + 3)).toBe(0);
  });

  test("takes several VMAs and the holes between them", () => {
    const lab = new Lab();
    const vpn = lab.map(3);
    lab.map(3);
    expect(lab.core.munmapRegion(lab.cpu(), lab.mm(), vpn - 5, 100)).toBe(0);
    expect(ranges(lab)).toEqual([]);
  });

  test("cannot cut a huge page", () => {
    const lab = new Lab({ pages: 1024 });
    const vpn = lab.map(512, { order: 9 });
    expect(lab.core.munmapRegion(lab.cpu(), lab.mm(), vpn, 100)).toBe(-EINVAL);
    expect(lab.entry(vpn) & PTE_PSE).toBe(PTE_PSE);
  });

  test("unmaps part of a folio of middle order: the folio lives until its last page goes", () => {
    const lab = new Lab();
    const vpn = lab.map(4, { order: 2 });
    const head = lab.mapped(vpn);
    const free = lab.freePages;
    lab.core.munmapRegion(lab.cpu(), lab.mm(), vpn, 3);
    expect([lab.refcount(head), lab.counts(head).largeMapcount]).toEqual([1, 0]);
    expect(lab.freePages).toBe(free);
    lab.core.munmapRegion(lab.cpu(), lab.mm(), vpn + 3, 1);
    expect(lab.freePages).toBe(free + 4);
  });
});

describe("faults", () => {
  test("a read of memory never written maps the zero page, read-only and uncounted", () => {
    const lab = new Lab();
    const vpn = lab.map(2, { flags: READ_ONLY });
    expect(lab.mapped(vpn)).toBe(lab.zeroPage);
    expect(lab.entry(vpn) & (PTE_SPECIAL | PTE_RW)).toBe(PTE_SPECIAL);
    expect(lab.refcount(lab.zeroPage)).toBe(1);
  });

  test("a write to the zero page gets a page of its own", () => {
    const lab = new Lab();
    const vpn = lab.map(1, { populate: false });
    expect(lab.get(vpn)).toBe(1);
    expect(lab.mapped(vpn)).toBe(lab.zeroPage);
    expect(lab.get(vpn, 1, FOLL_WRITE)).toBe(1);
    expect(lab.mapped(vpn)).not.toBe(lab.zeroPage);
    expect(lab.entry(vpn) & (PTE_SPECIAL | PTE_RW)).toBe(PTE_RW);
  });

  test("populate says where nothing is mapped, what has no pages, and when memory is gone", () => {
    const lab = new Lab({ pages: 4 });
    const { core } = lab;
    expect(core.populate(lab.cpu(), lab.mm(), 1024, 1)).toBe(-EFAULT);
    const file = lab.map(1, { file: VMA_FSDAX, populate: false });
    expect(core.populate(lab.cpu(), lab.mm(), file, 1)).toBe(-EFAULT);
    const vpn = lab.map(4, { populate: false });
    expect(core.populate(lab.cpu(), lab.mm(), vpn, 4)).toBe(-ENOMEM);
    expect(lab.freePages).toBe(0);
  });

  test("a huge page falls back to small pages when no block is left", () => {
    const lab = new Lab({ pages: 600 });
    const vpn = lab.map(512, { order: 9, populate: false });
    expect(lab.core.allocAnonFolio(lab.cpu(), 9, 0, 0)).not.toBe(0);
    lab.core.populate(lab.cpu(), lab.mm(), vpn, 8);
    expect(lab.entry(vpn) & PTE_PSE).toBe(0);
    expect(lab.vmstat.thp_fault_fallback).toBe(1);
  });

  test("out of page tables is -ENOMEM, and nothing is lost", () => {
    const lab = new Lab();
    lab.setWord(POOL_TABLES + POOL_COUNT, lab.word(POOL_TABLES + POOL_USED));
    const vpn = lab.map(1, { populate: false });
    const free = lab.freePages;
    expect(lab.pin(vpn, 1, FOLL_WRITE)).toBe(-ENOMEM);
    expect(lab.freePages).toBe(free);
  });
});

describe("an address space", () => {
  test("is made by its first user and taken down by its last, with all it maps", () => {
    const lab = new Lab({ mms: 1 });
    const { core } = lab;
    lab.map(9);
    lab.map(8, { order: 2 });
    expect(core.joinMm(lab.cpu(1), lab.mm())).toBe(0);
    core.leaveMm(lab.cpu(), lab.mm());
    expect([lab.word(lab.mm() + MM_USERS), ranges(lab).length]).toEqual([1, 2]);
    core.leaveMm(lab.cpu(1), lab.mm());
    expect(lab.word(lab.mm() + MM_PGD)).toBe(0);
    expect(checkQuiescence(lab.machine)).toEqual([]);
    expect(lab.pin(1024)).toBe(-EFAULT);
  });

  test("pins outlive it", () => {
    const lab = new Lab({ mms: 1 });
    const vpn = lab.map(3);
    expect(lab.pin(vpn, 3)).toBe(3);
    lab.core.leaveMm(lab.cpu(), lab.mm());
    expect(checkQuiescence(lab.machine)).not.toEqual([]);
    lab.core.unpinUserPages(lab.cpu(), lab.arena(), 3);
    expect(checkQuiescence(lab.machine)).toEqual([]);
  });
});
