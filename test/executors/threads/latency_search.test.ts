import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LatencySearch } from "../../../src/executors/threads/latency_search.ts";

const GOAL = { percentile: 99, keepsRunning: false };

/** Windows of 1,000 I/Os, `misses` of them too slow at a depth, until the search is done. */
function searched(
  deepest: number,
  misses: (depth: number, window: number) => number,
  goal = GOAL,
  most = 100,
) {
  const search = new LatencySearch(goal, deepest);
  const depths: number[] = [];
  let begins = 0;
  for (let window = 0; window < most; window++) {
    depths.push(search.depth);
    const step = search.window(1000, misses(search.depth, window));
    if (step.begins) begins = window + 1;
    if (step.done) return { search, depths, begins, done: true };
  }
  return { search, depths, begins, done: false };
}

describe("the search for the deepest queue that keeps a goal", () => {
  test("doubles until a window fails, then halves what is left", () => {
    const { depths, search } = searched(64, (depth) => (depth > 21 ? 500 : 0));
    expect(depths).toEqual([1, 2, 4, 8, 16, 32, 24, 20, 22, 21, 21]);
    expect(search).toMatchObject({ kept: 21, settled: true });
  });

  test("finds every depth where latency grows with it, in few windows", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 512 }), fc.nat(600), (deepest, bound) => {
        const { search, depths, done } = searched(deepest, (depth) => (depth > bound ? 11 : 10));
        expect(done).toBe(true);
        expect(search).toMatchObject({ kept: Math.min(bound, deepest), settled: true });
        expect(depths.length).toBeLessThanOrEqual(2 * Math.ceil(Math.log2(deepest + 1)) + 4);
      }),
    );
  });

  test("everything keeps it: the whole queue, and a last window for it alone", () => {
    const { depths, begins, search } = searched(8, () => 0);
    expect(depths).toEqual([1, 2, 4, 8, 8]);
    expect(begins).toBe(4);
    expect(search.kept).toBe(8);
  });

  test("nothing keeps it: depth 0, settled at once", () => {
    const { depths, search, done } = searched(8, () => 1000);
    expect({ depths, done }).toEqual({ depths: [1], done: true });
    expect(search).toMatchObject({ kept: 0, settled: true });
  });

  test("noise costs windows, not the end: one bad window in four is overcome", () => {
    const noisy = searched(64, (depth, window) => (depth > 16 || window % 4 === 3 ? 500 : 0));
    expect(noisy.done).toBe(true);
    expect(noisy.search.kept).toBeGreaterThanOrEqual(1);
    expect(noisy.search.kept).toBeLessThanOrEqual(16);
  });

  test("a depth that fails in its last window is not the answer", () => {
    const { search } = searched(8, (depth, window) => (depth === 8 && window === 4 ? 999 : 0));
    expect(search.kept).toBeLessThan(8);
  });

  test("that keeps running never ends, and goes deeper when it may", () => {
    const goal = { ...GOAL, keepsRunning: true };
    const { search, done } = searched(
      32,
      (depth, window) => (depth > (window < 20 ? 4 : 9) ? 500 : 0),
      goal,
      90,
    );
    expect(done).toBe(false);
    expect(search.depth).toBeGreaterThanOrEqual(8);
    expect(search.depth).toBeLessThanOrEqual(10);
  });

  test("where every I/O has to keep it, one miss decides the window", () => {
    expect(new LatencySearch({ ...GOAL, percentile: 100 }, 8).isLost(1)).toBe(true);
    expect(new LatencySearch(GOAL, 8).isLost(1)).toBe(false);
  });
});
