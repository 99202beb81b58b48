import { describe, expect, test } from "vitest";
import {
  BUG_CHANGED_UNDER_WRITEBACK,
  FOLL_WRITE,
  PTE_DIRTY,
  PTE_RW,
  WARN_STUCK,
  WARN_WRITE_WITHOUT_BUFFERS,
} from "../../../assembly/shared/codes.ts";
import type { PolicyName, TestAtName } from "../../../src/scenario/scenario.ts";
import { TEST_AT_NAMES } from "../../../src/scenario/scenario.ts";
import { FileLab } from "../../support/file_lab.ts";
import type { LabOptions } from "../../support/lab.ts";

const SUBMITTED = 0;
const BOUNCED = 1;
const SKIPPED = 2;
const NOT_NEEDED = 3;
const PINNED = 4;

const both = (policy: PolicyName) => ({ background: policy, fsync: policy });

/** One page of a file, dirty, pinned for writing, written to by the device. */
function pinned(options: LabOptions): FileLab & { readonly vpn: number } {
  const lab = new FileLab(options);
  const vpn = lab.mapShared(1);
  expect(lab.pin(vpn, 1, FOLL_WRITE)).toBe(1);
  lab.dma();
  return Object.assign(lab, { vpn });
}

describe("a page that nobody has pinned", () => {
  test.each(TEST_AT_NAMES)("becomes clean, write-protected, and is on the disk: %s", (testAt) => {
    const lab = new FileLab({ testAt });
    const vpn = lab.mapShared(1);
    lab.core.writeToPage(lab.cpu(), lab.regular, 0);
    expect(lab.dirtyTags).toEqual([0]);
    expect(lab.write(0)).toBe(SUBMITTED);
    expect(lab.states(lab.cached(0))).toBe("lru private");
    expect(lab.entry(vpn) & (PTE_RW | PTE_DIRTY)).toBe(0);
    expect([lab.dirtyTags, lab.disk(0)]).toEqual([[], 1]);
    expect(lab.work).toEqual({ mkclean: 1, ptes_cleaned: 1 });
    expect(lab.write(0)).toBe(NOT_NEEDED);
  });
});

describe("a pinned page", () => {
  const table: readonly (readonly [PolicyName, TestAtName, number, string, boolean])[] = [
    ["skip", "before-mkclean", SKIPPED, "dirty lru private", true],
    ["skip", "after-mkclean", SKIPPED, "dirty lru private", false],
    ["skip", "after-set-writeback", SKIPPED, "dirty lru private", false],
    ["bounce", "before-mkclean", BOUNCED, "dirty lru private", false],
    ["bounce", "after-mkclean", BOUNCED, "dirty lru private", false],
    ["bounce", "after-set-writeback", BOUNCED, "dirty lru private", false],
    ["wait", "before-mkclean", PINNED, "dirty lru private", true],
    ["wait", "after-mkclean", PINNED, "dirty lru private", false],
    ["wait", "after-set-writeback", PINNED, "dirty lru private", false],
    ["ignore", "before-mkclean", SUBMITTED, "lru private", false],
    ["ignore", "after-mkclean", SUBMITTED, "lru private", false],
    ["ignore", "after-set-writeback", SUBMITTED, "lru private", false],
  ];

  test.each(table)("%s, asked %s", (policy, testAt, result, states, writable) => {
    const lab = pinned({ testAt, onPinned: both(policy) });
    expect(lab.write(0)).toBe(result);
    expect(lab.states(lab.cached(0))).toBe(states);
    expect((lab.entry(lab.vpn) & PTE_RW) !== 0).toBe(writable);
    expect(lab.dirtyTags).toEqual(states.startsWith("dirty") ? [0] : []);
    expect(lab.disk(0)).toBe(result === SUBMITTED || result === BOUNCED ? 1 : 0);
    expect(lab.faultCodes).toEqual([]);
  });

  test("skip after PG_writeback re-dirties the page: it is counted dirtied twice", () => {
    const lab = pinned({ testAt: "after-set-writeback", onPinned: both("skip") });
    expect(lab.vmstat.nr_dirtied).toBe(1);
    lab.write(0);
    expect(lab.vmstat.nr_dirtied).toBe(2);
    expect(lab.vmstat.nr_written).toBe(0);
  });

  test("each of the two policies has its own callers", () => {
    const lab = pinned({ onPinned: { background: "skip", fsync: "bounce" } });
    expect([lab.write(0, false), lab.write(0, true)]).toEqual([SKIPPED, BOUNCED]);
    expect(lab.work).toMatchObject({ skipped: 1, bounced: 1 });
  });

  test("waited for: whoever loses patience asks whether it is pinned still", () => {
    const lab = pinned({ onPinned: both("wait") });
    const page = lab.cached(0);
    const wait = () => lab.core.waitForUnpin(lab.cpu(), page, lab.refcount(page));
    expect([wait(), lab.faultCodes]).toEqual([0, [WARN_STUCK]]);
    // A pin that came after the references were read, and went before the wait: as many as before.
    lab.unpin();
    expect([wait(), lab.faultCodes]).toEqual([1, [WARN_STUCK]]);
  });

  test("is written once its pin is gone", () => {
    const lab = pinned({ onPinned: both("skip") });
    expect(lab.write(0)).toBe(SKIPPED);
    lab.unpin();
    expect(lab.write(0)).toBe(SUBMITTED);
    expect(lab.disk(0)).toBe(1);
  });
});

describe("between submission and completion", () => {
  function changed(stablePages: boolean, policy: PolicyName): FileLab {
    const lab = pinned({ stablePages, onPinned: both(policy) });
    const result = lab.core.submitOnePage(lab.cpu(), lab.regular, 0, 0);
    const page = lab.cached(0);
    const content = lab.content(page);
    expect(lab.states(page)).toMatch(/writeback/);
    lab.dma();
    lab.core.completeOnePage(lab.cpu(), page, content, Number(result === BOUNCED));
    expect(lab.states(page)).not.toMatch(/writeback/);
    expect([lab.disk(0), lab.content(page)]).toEqual([1, 2]);
    return lab;
  }

  test("a device's write is a fault where pages are to be stable", () => {
    expect(changed(true, "ignore").faultCodes).toEqual([BUG_CHANGED_UNDER_WRITEBACK]);
  });

  test("and none where they are not, or a copy is written", () => {
    expect(changed(false, "ignore").faultCodes).toEqual([]);
    expect(changed(true, "bounce").faultCodes).toEqual([]);
  });
});

test("a dirty page without buffers is warned of, made clean, and not written", () => {
  const lab = new FileLab();
  lab.core.readPage(lab.cpu(), lab.regular, 5);
  const page = lab.cached(5);
  lab.core.setPageDirty(lab.cpu(), page);
  expect(lab.write(5)).toBe(NOT_NEEDED);
  expect(lab.faultCodes.slice(-1)).toEqual([WARN_WRITE_WITHOUT_BUFFERS]);
  expect(lab.faultCodes).not.toContain(WARN_STUCK);
  expect([lab.states(page), lab.dirtyTags, lab.vmstat.nr_written]).toEqual(["lru", [], 0]);
});
