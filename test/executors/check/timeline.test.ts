import { describe, expect, test } from "vitest";
import { PG_DIRTY, PG_PRIVATE, PTE_RW } from "../../../assembly/shared/codes.ts";
import { broken, raceOf, UPGRADE } from "../../support/counterexamples.ts";

describe("the crash of 2018 as a timeline", () => {
  const { timeline } = broken(raceOf("dio-vs-writeback"), { scheme: "refcount" });
  const [before, after] = [timeline.before[0], timeline.after[0]];

  test("the pages at the start, and when it broke", () => {
    expect(timeline.before.map(({ pfn }) => pfn)).toEqual([1]);
    expect(before).toMatchObject({ owner: "file", index: 0, refcount: 3, mapcount: 0 });
    expect(before).toMatchObject({ content: 0, onDisk: 0, held: [0, 0], counted: undefined });
    expect(before?.entries.map(({ value }) => value & PTE_RW)).toEqual([PTE_RW]);
    expect((before?.flags ?? 0) & PG_PRIVATE).toBe(PG_PRIVATE);
    expect((after?.flags ?? 0) & (PG_PRIVATE | PG_DIRTY)).toBe(PG_DIRTY);
    expect(after).toMatchObject({ refcount: 2, mapcount: -1, entries: [], content: 1 });
  });

  test("ends where it broke: set_page_dirty() is the last change", () => {
    expect(timeline.broke.cpu).toBe(0);
    expect(timeline.events.at(-1)).toMatchObject({
      kind: "change",
      cpu: 0,
      name: "page 1 flags",
      telling: "flags",
    });
  });

  test("refcounts follow on each other, steps go up, calls of a CPU do not overlap", () => {
    let refcount = before?.refcount;
    const ends = [0, 0];
    let last = 0;
    for (const event of timeline.events) {
      expect(event.step).toBeGreaterThanOrEqual(last);
      last = event.step;
      if (event.kind === "call") {
        expect(event.step).toBeGreaterThanOrEqual(ends[event.cpu] ?? 0);
        expect(event.end).toBeGreaterThan(event.step);
        ends[event.cpu] = event.end;
      } else if (event.kind === "change" && event.telling === "refcount") {
        expect(event.before).toBe(refcount);
        refcount = event.after;
      }
    }
    expect(refcount).toBe(after?.refcount);
  });
});

test("what the race finds itself broke in the lane of the CPU that ran last", () => {
  const machine = { scheme: "bias", twist: "unlocked-dirty" } as const;
  const { timeline, counterexample } = broken(raceOf("dirty-after-truncate"), machine);
  expect(counterexample.breach.words).toContain("an inode that was freed");
  expect(timeline.broke.cpu).toBe(0);
  expect(timeline.after[0]).toMatchObject({ owner: "none", onDisk: undefined });
});

test("what is found when all have ended broke in nobody's lane", () => {
  const machine = { scheme: "bias", variant: "put-page" } as const;
  const { timeline } = broken(raceOf("unpin-by-put-page"), machine);
  expect(timeline.broke.cpu).toBeUndefined();
});

test("a deadlock broke in nobody's lane, and changed no page", () => {
  const { timeline, counterexample } = broken(UPGRADE, { scheme: "bias" });
  expect(counterexample.breach).toMatchObject({ invariant: "no-deadlock" });
  expect(timeline.broke.cpu).toBeUndefined();
  expect(timeline.before).toEqual([]);
  expect(timeline.events.filter(({ kind }) => kind === "call")).toHaveLength(2);
});

test("a verdict of the pinned test is told", () => {
  const machine = { scheme: "mapcount", sync: "lock" } as const;
  const { timeline } = broken(raceOf("mapcount-vs-munmap"), machine);
  expect(timeline.events.at(-1)).toMatchObject({ kind: "verdict", cpu: 1 });
});
