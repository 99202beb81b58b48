import { describe, expect, test } from "vitest";
import {
  FOLL_WRITE,
  PG_DIRTY,
  VM_SHARED,
  VMA_REGULAR_FILE,
  VMA_SHMEM,
} from "../../../assembly/shared/codes.ts";
import { FILE_NR_PAGES, FILE_SIZE } from "../../../assembly/shared/file_layout.ts";
import { PAGE_MAPPING } from "../../../assembly/shared/layout.ts";
import { checkFiles } from "../../../src/machine/file_quiescence.ts";
import { FileLab } from "../../support/file_lab.ts";
import { READ_ONLY, READ_WRITE } from "../../support/lab.ts";

const FILE_PAGES = 16;

describe("a hole", () => {
  test("takes pages from cache, mappings and disk, and from nowhere else", () => {
    const lab = new FileLab();
    const vpn = lab.mapShared(6);
    for (let index = 0; index < 6; index++) lab.setDisk(index, 9);
    lab.core.punchHole(lab.cpu(), lab.regular, 2, 4);
    const kept = [0, 1, 4, 5];
    for (let index = 0; index < 6; index++) {
      const stays = kept.includes(index);
      expect(lab.cached(index) !== 0).toBe(stays);
      expect(lab.entry(vpn + index) !== 0).toBe(stays);
      expect(lab.disk(index)).toBe(stays ? 9 : 0);
    }
    expect(lab.dirtyTags).toEqual(kept);
    expect(lab.word(lab.regular + FILE_NR_PAGES)).toBe(4);
    expect(lab.work).toEqual({ truncated: 2 });
  });

  test("ends at the end of the file", () => {
    const lab = new FileLab();
    lab.mapShared(FILE_PAGES);
    lab.core.punchHole(lab.cpu(), lab.regular, FILE_PAGES - 1, 1000);
    expect(lab.work).toEqual({ truncated: 1 });
  });

  test("finds the page in every address space, in shared and private mappings", () => {
    const lab = new FileLab();
    const [cpu, other] = [lab.cpu(), lab.mm(1)];
    const shared = lab.mapShared(1);
    const flags = READ_WRITE | VM_SHARED;
    const far = lab.core.mmapRegion(cpu, other, 0, 4, flags, 0, lab.regular, 0);
    lab.core.populate(cpu, other, far, 1);
    const own = lab.map(1, { file: VMA_REGULAR_FILE, offset: 0, flags: READ_ONLY });
    const page = lab.cached(0);
    expect(lab.counts(page).mapcount).toBe(2);
    lab.core.punchHole(cpu, lab.regular, 0, 1);
    expect([lab.entry(shared), lab.entry(far, other), lab.entry(own)]).toEqual([0, 0, 0]);
    expect(lab.refcount(page)).toBe(0);
  });

  test("leaves a private copy alone", () => {
    const lab = new FileLab();
    const vpn = lab.map(1, { file: VMA_REGULAR_FILE, offset: 0 });
    const before = lab.entry(vpn);
    lab.core.readPage(lab.cpu(), lab.regular, 0);
    lab.core.punchHole(lab.cpu(), lab.regular, 0, 1);
    expect([lab.cached(0), lab.entry(vpn)]).toEqual([0, before]);
  });
});

describe("a pinned page that is truncated", () => {
  test("belongs to no file, and lives until its last pin is gone", () => {
    const lab = new FileLab({ scheme: "exact" });
    const vpn = lab.mapShared(1);
    lab.pin(vpn, 1, FOLL_WRITE);
    const page = lab.cached(0);
    lab.core.punchHole(lab.cpu(), lab.regular, 0, 1);
    expect([lab.refcount(page), lab.counts(page).exact, lab.states(page)]).toEqual([1, 1, "lru"]);
    expect(lab.word(page + PAGE_MAPPING)).toBe(0);
    // A write to the mapping finds a new page; the device's goes to the old one.
    lab.core.populate(lab.cpu(), lab.mm(), vpn, 1);
    expect(lab.cached(0)).not.toBe(page);
    lab.dma();
    lab.unpinDirty();
    expect([lab.refcount(page), lab.flags(page) & PG_DIRTY]).toEqual([0, 0]);
    expect(lab.faultCodes).toEqual([]);
  });
});

describe("truncate", () => {
  test("cuts the end off and gives the file its size back", () => {
    const lab = new FileLab();
    lab.mapShared(FILE_PAGES);
    lab.core.truncateAndGrow(lab.cpu(), lab.regular, 3);
    expect(lab.dirtyTags).toEqual([0, 1, 2]);
    expect(lab.word(lab.regular + FILE_SIZE)).toBe(FILE_PAGES);
    expect(lab.work).toEqual({ truncated: FILE_PAGES - 3 });
  });
});

describe("the end of a file", () => {
  test("brings everything to the disk and leaves nothing in memory", () => {
    const lab = new FileLab();
    const vpn = lab.mapShared(4);
    lab.pin(vpn, 4, FOLL_WRITE);
    lab.dma(4);
    lab.unpin(4);
    lab.core.munmapRegion(lab.cpu(), lab.mm(), vpn, 4);
    expect(lab.core.syncFile(lab.cpu(), lab.regular)).toBe(4);
    expect(checkFiles(lab.machine)).toEqual([]);
    lab.core.closeFile(lab.cpu(), lab.regular);
    expect([0, 1, 2, 3].map((index) => lab.disk(index))).toEqual([1, 2, 3, 4]);
    expect(lab.word(lab.regular + FILE_NR_PAGES)).toBe(0);
    expect(lab.faultCodes).toEqual([]);
  });

  test("of shmem loses nothing: it has no disk, and stays dirty without one", () => {
    const lab = new FileLab();
    const file = lab.file(VMA_SHMEM);
    lab.core.writeToPage(lab.cpu(), file, 3);
    expect(lab.core.syncFile(lab.cpu(), file)).toBe(0);
    expect(checkFiles(lab.machine)).toEqual([]);
    lab.core.closeFile(lab.cpu(), file);
    expect([lab.cached(3, file), lab.faultCodes]).toEqual([0, []]);
  });
});
