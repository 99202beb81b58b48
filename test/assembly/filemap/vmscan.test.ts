import { describe, expect, test } from "vitest";
import {
  BUG_DIRTY_WITHOUT_BUFFERS,
  BUG_DIRTY_WITHOUT_MKWRITE,
  BUG_LOST_DMA_WRITE,
  FOLL_WRITE,
  PG_ACTIVE,
  VMA_SHMEM,
  WARN_WRITE_WITHOUT_BUFFERS,
} from "../../../assembly/shared/codes.ts";
import { COUNT_NAMES } from "../../../src/scenario/scenario.ts";
import { FileLab } from "../../support/file_lab.ts";

const FREED = 0;
const KEPT = 1;
const WRITTEN = 2;
const BOUNCED = 3;
const NONE = -1;
const IGNORE = { background: "ignore", fsync: "ignore" } as const;

describe("reclaim of a page", () => {
  test("unmaps, writes, strips the buffers, then frees", () => {
    const lab = new FileLab({ rules: "5.0" });
    const vpn = lab.mapShared(1);
    const page = lab.cached(0);
    const free = lab.freePages;
    expect(lab.reclaim()).toBe(WRITTEN);
    expect([lab.entry(vpn), lab.counts(page).mapcount]).toEqual([0, -1]);
    expect(lab.states(page)).toBe("lru private");
    expect(lab.reclaim()).toBe(FREED);
    expect([lab.cached(0), lab.refcount(page), lab.freePages]).toEqual([0, 0, free + 1]);
    expect(lab.vmstat).toMatchObject({ pgscan: 2, pgsteal: 1, nr_written: 1 });
    expect(lab.reclaim()).toBe(NONE);
  });

  test("which is held fails at the freeze, its buffers gone: the crash of 2018", () => {
    const lab = new FileLab({ scheme: "refcount", rules: "5.0" });
    const vpn = lab.mapShared(1);
    lab.pin(vpn, 1, FOLL_WRITE);
    const page = lab.cached(0);
    expect([lab.reclaim(), lab.reclaim()]).toEqual([WRITTEN, KEPT]);
    expect([lab.cached(0), lab.entry(vpn), lab.states(page)]).toEqual([page, 0, "lru"]);
    expect(lab.work).toMatchObject({ buffers_dropped: 1, freeze_failed: 1 });
    lab.unpinDirty();
    expect(lab.faultCodes).toEqual([BUG_DIRTY_WITHOUT_BUFFERS, BUG_DIRTY_WITHOUT_MKWRITE]);
    lab.write(0);
    expect(lab.faultCodes.slice(2)).toEqual([WARN_WRITE_WITHOUT_BUFFERS]);
  });

  test.each(COUNT_NAMES.filter((name) => name !== "lru-count" && name !== "refcount"))(
    "that is pinned stays as it is by the rules of 2023: %s",
    (scheme) => {
      const lab = new FileLab({ scheme, rules: "6.13" });
      lab.pin(lab.mapShared(1), 1, FOLL_WRITE);
      const page = lab.cached(0);
      expect(lab.reclaim()).toBe(KEPT);
      expect(lab.states(page)).toBe("dirty lru private");
      expect(lab.flags(page) & PG_ACTIVE).toBe(PG_ACTIVE);
      expect(lab.work).toEqual(scheme === "mapcount" ? { kept_mapped: 1 } : { kept_pinned: 1 });
      lab.unpinDirty();
      expect(lab.faultCodes).toEqual([]);
    },
  );

  test("lru-count: a pinned page is not there to be reclaimed until its last pin is gone", () => {
    const lab = new FileLab({ scheme: "lru-count", rules: "5.0", pages: 8 });
    const vpn = lab.mapShared(1);
    lab.pin(vpn, 1, FOLL_WRITE);
    const page = lab.cached(0);
    expect(lab.states(page)).toBe("dirty private");
    // The zero page is all there is.
    expect([lab.reclaim(), lab.reclaim()]).toEqual([KEPT, KEPT]);
    expect(lab.entry(vpn)).not.toBe(0);
    lab.unpin();
    expect(lab.states(page)).toBe("dirty lru private");
  });

  test("that is pinned is bounced or skipped where the policy says so", () => {
    for (const [background, result] of [
      ["bounce", BOUNCED],
      ["skip", KEPT],
    ] as const) {
      const lab = new FileLab({ rules: "5.0", onPinned: { background, fsync: "skip" } });
      lab.pin(lab.mapShared(1), 1, FOLL_WRITE);
      expect(lab.reclaim()).toBe(result);
      expect(lab.states(lab.cached(0))).toBe("dirty lru private");
    }
  });

  test("that is clean, though a device wrote to it: the write is lost", () => {
    const lab = new FileLab({ scheme: "refcount", rules: "5.0", onPinned: IGNORE });
    lab.pin(lab.mapShared(1), 1, FOLL_WRITE);
    expect(lab.write(0)).toBe(0);
    lab.dma();
    lab.unpin();
    expect([lab.reclaim(), lab.faultCodes]).toEqual([FREED, [BUG_LOST_DMA_WRITE]]);
  });

  test("of shmem keeps it: there is no swap", () => {
    const lab = new FileLab({ rules: "5.0" });
    lab.mapShared(1, { file: VMA_SHMEM });
    expect(lab.reclaim()).toBe(KEPT);
    expect(lab.work).toEqual({});
  });
});

test("who finds no memory for the page cache reclaims for himself", () => {
  const lab = new FileLab({ pages: 6, filePages: 16, rules: "5.0" });
  for (let index = 0; index < 16; index++) {
    expect(lab.core.writeToPage(lab.cpu(), lab.regular, index)).toBe(1);
  }
  expect(lab.freePages).toBe(0);
  // Five pages are there: with each sixth write all of them go to the disk first.
  expect(lab.vmstat).toMatchObject({ pgsteal: 11, nr_written: 15 });
});
