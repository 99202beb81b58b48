import { describe, expect, test } from "vitest";
import {
  EFAULT,
  ENOMEM,
  FOLL_WRITE,
  PAGE_MAPPING_ANON,
  PTE_DIRTY,
  PTE_RW,
  VM_SHARED,
  VMA_REGULAR_FILE,
  VMA_SHMEM,
} from "../../../assembly/shared/codes.ts";
import { FILE_INVALIDATE } from "../../../assembly/shared/file_layout.ts";
import { PAGE_MAPPING } from "../../../assembly/shared/layout.ts";
import { FileLab } from "../../support/file_lab.ts";
import { READ_ONLY, READ_WRITE } from "../../support/lab.ts";

const RW_DIRTY = PTE_RW | PTE_DIRTY;

describe("a fault on a shared mapping", () => {
  test("to read maps a regular file's page read-only, clean, without buffers", () => {
    const lab = new FileLab();
    const vpn = lab.mapShared(1, { populate: false });
    expect(lab.get(vpn)).toBe(1);
    expect(lab.entry(vpn) & RW_DIRTY).toBe(0);
    expect(lab.states(lab.cached(0))).toBe("lru");
    expect(lab.refcount(lab.cached(0))).toBe(3);
  });

  test("to write asks the file system first: buffers, dirty, its tag", () => {
    const lab = new FileLab();
    const vpn = lab.mapShared(1, { populate: false });
    lab.get(vpn);
    expect(lab.get(vpn, 1, FOLL_WRITE)).toBe(1);
    expect(lab.entry(vpn) & RW_DIRTY).toBe(RW_DIRTY);
    expect(lab.states(lab.cached(0))).toBe("dirty lru private");
    expect([lab.dirtyTags, lab.vmstat.nr_dirtied, lab.vmstat.pgfault]).toEqual([[0], 1, 2]);
  });

  test("comes again after writeback has write-protected the page", () => {
    const lab = new FileLab();
    const vpn = lab.mapShared(1);
    lab.write(0);
    expect(lab.entry(vpn) & RW_DIRTY).toBe(0);
    lab.core.populate(lab.cpu(), lab.mm(), vpn, 1);
    expect(lab.entry(vpn) & RW_DIRTY).toBe(RW_DIRTY);
    expect(lab.dirtyTags).toEqual([0]);
  });

  test("of shmem is writable at once, where the mapping is", () => {
    const lab = new FileLab();
    const vpn = lab.mapShared(1, { populate: false, file: VMA_SHMEM });
    lab.get(vpn);
    expect(lab.entry(vpn) & RW_DIRTY).toBe(PTE_RW);
    const flags = READ_ONLY | VM_SHARED;
    const fixed = lab.map(1, { flags, populate: false, file: VMA_SHMEM, offset: 0 });
    lab.get(fixed);
    expect(lab.entry(fixed) & RW_DIRTY).toBe(0);
    expect(lab.states(lab.cached(0, lab.file(VMA_SHMEM)))).toBe("lru");
  });

  test("maps the page of its offset, the same one in every address space", () => {
    const lab = new FileLab();
    const vpn = lab.map(3, { flags: READ_WRITE | VM_SHARED, file: VMA_REGULAR_FILE, offset: 5 });
    const [cpu, other] = [lab.cpu(), lab.mm(1)];
    const flags = READ_WRITE | VM_SHARED;
    const far = lab.core.mmapRegion(cpu, other, 0, 1, flags, 0, lab.regular, 7);
    lab.core.populate(cpu, other, far, 1);
    expect(lab.mapped(vpn + 2)).toBe(lab.cached(7));
    expect(lab.mapped(far, other)).toBe(lab.cached(7));
    expect(lab.counts(lab.cached(7)).mapcount).toBe(1);
  });

  test("behind the end of the file is -EFAULT, without memory -ENOMEM", () => {
    const lab = new FileLab({ pages: 4 });
    const [cpu, mm] = [lab.cpu(), lab.mm()];
    const behind = lab.map(2, {
      flags: READ_ONLY | VM_SHARED,
      populate: false,
      offset: 15,
      file: VMA_REGULAR_FILE,
    });
    expect(lab.core.populate(cpu, mm, behind + 1, 1)).toBe(-EFAULT);
    const shmem = lab.mapShared(4, { populate: false, file: VMA_SHMEM });
    expect(lab.core.populate(cpu, mm, shmem, 4)).toBe(-ENOMEM);
    expect(lab.freePages).toBe(0);
  });

  test("waits under the invalidate lock, and leaves it free", () => {
    const touched = new Set<number>();
    const lab = new FileLab({ build: "traced", step: (address) => touched.add(address) });
    const vpn = lab.mapShared(1, { populate: false });
    const at = lab.regular + FILE_INVALIDATE;
    const before = lab.word(at);
    touched.clear();
    lab.get(vpn);
    expect([touched.has(at), lab.word(at)]).toEqual([true, before]);
    touched.clear();
    lab.get(vpn, 1, FOLL_WRITE);
    expect([touched.has(at), lab.word(at)]).toEqual([true, before]);
  });
});

describe("a private mapping of a file", () => {
  test("reads the file's page and copies it with the first write", () => {
    const lab = new FileLab();
    const vpn = lab.map(1, { populate: false, file: VMA_REGULAR_FILE, offset: 0 });
    lab.get(vpn);
    const page = lab.cached(0);
    expect(lab.mapped(vpn)).toBe(page);
    expect(lab.get(vpn, 1, FOLL_WRITE)).toBe(1);
    const copy = lab.mapped(vpn);
    expect(copy).not.toBe(page);
    expect(lab.word(copy + PAGE_MAPPING) & PAGE_MAPPING_ANON).toBe(PAGE_MAPPING_ANON);
    expect(lab.states(page)).toBe("lru");
    expect(lab.counts(page).mapcount).toBe(-1);
  });
});
