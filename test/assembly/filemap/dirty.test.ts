import { describe, expect, test } from "vitest";
import {
  BUG_DIRTY_WITHOUT_BUFFERS,
  BUG_DIRTY_WITHOUT_MKWRITE,
  FOLL_WRITE,
  PTE_DIRTY,
  VMA_SHMEM,
} from "../../../assembly/shared/codes.ts";
import { FileLab } from "../../support/file_lab.ts";

describe("set_page_dirty()", () => {
  test("tags the page and counts it, once", () => {
    const lab = new FileLab();
    const vpn = lab.mapShared(2);
    const page = lab.mapped(vpn + 1);
    lab.write(1);
    expect(lab.dirtyTags).toEqual([0]);
    const before = lab.vmstat.nr_dirtied ?? 0;
    expect(lab.core.setPageDirty(lab.cpu(), page)).toBe(1);
    expect(lab.core.setPageDirty(lab.cpu(), page)).toBe(0);
    expect(lab.dirtyTags).toEqual([0, 1]);
    expect(lab.vmstat.nr_dirtied).toBe(before + 1);
    expect(lab.faultCodes).toEqual([]);
  });

  test("of a regular file's page without buffers is the BUG of 2018", () => {
    const lab = new FileLab();
    lab.core.readPage(lab.cpu(), lab.regular, 3);
    expect(lab.core.setPageDirty(lab.cpu(), lab.cached(3))).toBe(1);
    expect(lab.faultCodes).toEqual([BUG_DIRTY_WITHOUT_BUFFERS]);
    expect(lab.dirtyTags).toEqual([3]);
  });

  test("of shmem and of anonymous memory is a flag, and nobody's business", () => {
    const lab = new FileLab();
    const file = lab.file(VMA_SHMEM);
    lab.core.readPage(lab.cpu(), file, 0);
    const anon = lab.mapped(lab.map(1));
    for (const page of [lab.cached(0, file), anon]) {
      expect(lab.core.setPageDirty(lab.cpu(), page)).toBe(1);
      expect(lab.states(page)).toMatch(/dirty/);
    }
    expect([lab.faultCodes, lab.vmstat.nr_dirtied]).toEqual([[], 0]);
  });
});

test("an entry that the CPU has stored through makes its page dirty when it goes", () => {
  const lab = new FileLab();
  const vpn = lab.mapShared(1, { populate: false, file: VMA_SHMEM });
  lab.get(vpn);
  const page = lab.mapped(vpn);
  expect(lab.states(page)).toBe("lru");
  lab.setWord(lab.entryAt(vpn), lab.entry(vpn) | PTE_DIRTY);
  lab.core.munmapRegion(lab.cpu(), lab.mm(), vpn, 1);
  expect(lab.states(page)).toBe("dirty lru");
});

describe("unpin that dirties", () => {
  test("what its file system believes clean is recorded: no page_mkwrite() has been asked", () => {
    const lab = new FileLab({ onPinned: { background: "ignore", fsync: "ignore" } });
    lab.pin(lab.mapShared(1), 1, FOLL_WRITE);
    lab.write(0);
    lab.dma();
    lab.unpinDirty();
    expect(lab.faultCodes).toEqual([BUG_DIRTY_WITHOUT_MKWRITE]);
    expect(lab.states(lab.cached(0))).toBe("dirty lru private");
  });

  test("what is dirty already says nothing", () => {
    const lab = new FileLab();
    lab.pin(lab.mapShared(1), 1, FOLL_WRITE);
    lab.unpinDirty();
    expect(lab.faultCodes).toEqual([]);
  });
});

describe("buffers", () => {
  test("come with the first write, with a reference of their own", () => {
    const lab = new FileLab();
    lab.core.readPage(lab.cpu(), lab.regular, 0);
    const page = lab.cached(0);
    expect([lab.states(page), lab.refcount(page)]).toEqual(["lru", 1]);
    lab.core.writeToPage(lab.cpu(), lab.regular, 0);
    expect([lab.states(page), lab.refcount(page)]).toEqual(["dirty lru private", 2]);
    lab.write(0);
    expect([lab.states(page), lab.refcount(page)]).toEqual(["lru private", 2]);
  });

  test("a dirty page keeps them through reclaim, which writes it first", () => {
    const lab = new FileLab({ rules: "5.0" });
    lab.core.writeToPage(lab.cpu(), lab.regular, 0);
    lab.reclaim();
    expect(lab.states(lab.cached(0))).toBe("lru private");
    expect(lab.work.buffers_dropped).toBeUndefined();
  });
});
