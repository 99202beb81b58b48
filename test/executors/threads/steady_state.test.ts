import { spawnSync } from "node:child_process";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SteadyStateDetector } from "../../../src/executors/threads/steady_state.ts";
import type { SteadyState } from "../../../src/scenario/pace.ts";
import { testNeeding } from "../../support/needs.ts";

const WANTED: SteadyState = {
  measure: "iops",
  criterion: "deviation",
  limit: 5,
  inPercent: true,
  windowMs: 4000,
  rampMs: 0,
};
const fill = (wanted: Partial<SteadyState>, rates: readonly number[]) => {
  const detector = new SteadyStateDetector({ ...WANTED, ...wanted });
  const answers = rates.map((rate) => detector.add(rate, rate * 4096));
  return { answers, record: detector.record() };
};
const slope = { criterion: "slope" } as const;

describe("a rate that holds still", () => {
  test.each([{}, slope, { measure: "bw" } as const, { ...slope, inPercent: false }])(
    "is seen with the first full window: %j",
    (wanted) => {
      const { answers, record } = fill(wanted, [100, 100, 100, 100]);
      expect(answers).toEqual([false, false, false, true]);
      expect(record).toEqual({
        attained: true,
        iopsMean: 100,
        bytesMean: 409_600,
        found: 0,
        iops: [100, 100, 100, 100],
        bytes: Array(4).fill(409_600),
      });
    },
  );

  test("is steady for good: what comes later does not count", () => {
    const { answers, record } = fill({}, [100, 100, 100, 100, 500]);
    expect([answers.at(-1), record.iops]).toEqual([true, [100, 100, 100, 100]]);
  });

  test("counts below the limit, not at it", () => {
    // Deviation 5 of a mean of 100.
    const rates = [95, 105, 95, 105];
    expect(fill({ limit: 5 }, rates).record).toMatchObject({ attained: false, found: 5 });
    expect(fill({ limit: 5.01 }, rates).record.attained).toBe(true);
    expect(fill({ limit: 5, inPercent: false }, rates).record.attained).toBe(false);
    expect(fill({ limit: 0 }, [100, 100, 100, 100]).record.attained).toBe(false);
  });

  test("of zero is none", () => {
    expect(fill({ inPercent: false }, [0, 0, 0, 0, 0]).record.attained).toBe(false);
    expect(fill({}, [0, 0, 0, 0, 0]).record).toMatchObject({ attained: false, found: undefined });
  });
});

describe("a rate that drifts", () => {
  const drifting = [100, 110, 120, 130, 140, 150];
  test("has a slope, up or down", () => {
    expect(fill(slope, drifting).record).toMatchObject({ attained: false, iopsMean: 135 });
    expect(fill({ ...slope, inPercent: false }, drifting).record.found).toBeCloseTo(10, 9);
    expect(fill({ ...slope, inPercent: false }, drifting.toReversed()).record.found).toBeCloseTo(
      -10,
      9,
    );
    expect(fill({ ...slope, inPercent: false, limit: 10.1 }, drifting).answers[3]).toBe(true);
    const down = { ...slope, inPercent: false, limit: 10.1 };
    expect(fill(down, drifting.toReversed()).answers[3]).toBe(true);
  });

  test("and then settles is steady once the window has left the drift", () => {
    const { answers } = fill({ limit: 1 }, [...drifting, 150, 150, 150, 150]);
    expect(answers.indexOf(true)).toBe(8);
  });

  test("back and forth has no slope, but a deviation", () => {
    const noise = [80, 120, 120, 80];
    expect(fill(slope, noise).record).toMatchObject({ attained: true, found: 0 });
    expect(fill({}, noise).record).toMatchObject({ attained: false, found: 20 });
  });
});

test("a run shorter than the window has means and no verdict", () => {
  const { record } = fill({}, [100, 200, 300]);
  expect(record).toMatchObject({ attained: false, found: undefined, iopsMean: 200 });
  expect(record.iops).toEqual([100, 200, 300]);
  expect(fill({}, []).record).toMatchObject({ iopsMean: 0, bytesMean: 0, iops: [] });
});

test("a window of one second has no slope, and no deviation from itself", () => {
  expect(fill({ ...slope, windowMs: 1000 }, [5, 5]).record).toMatchObject({ attained: false });
  expect(fill({ windowMs: 1000 }, [7]).record).toMatchObject({ attained: true, found: 0 });
});

/** fio's way of writing the line: sums of products over whole numbers. */
function slopeBySums(rates: readonly number[]): number {
  const n = rates.length;
  const sum = (of: (rate: number, second: number) => number) =>
    rates.reduce((total, rate, second) => total + of(rate, second), 0);
  const x = sum((_, second) => second);
  return (
    (sum((rate, second) => rate * second) - (x * sum((rate) => rate)) / n) /
    (sum((_, second) => second * second) - (x * x) / n)
  );
}

test("any rates give the figures of their last window alone", () => {
  const rates = fc.array(fc.integer({ min: 1, max: 1_000_000 }), { minLength: 2, maxLength: 40 });
  fc.assert(
    fc.property(rates, fc.integer({ min: 2, max: 12 }), (list, seconds) => {
      const windowMs = seconds * 1000;
      const last = list.slice(-seconds);
      const plain = { limit: 0, inPercent: false, windowMs };
      const steep = fill({ ...plain, ...slope }, list).record;
      const apart = fill(plain, list).record;
      expect([steep.iops, apart.iops]).toEqual([last, last]);
      if (last.length < seconds) {
        expect([steep.found, apart.found]).toEqual([undefined, undefined]);
        return;
      }
      const mean = last.reduce((sum, rate) => sum + rate, 0) / seconds;
      expect(apart.iopsMean).toBeCloseTo(mean, 6);
      expect(apart.found).toBeCloseTo(Math.max(...last.map((rate) => Math.abs(rate - mean))), 6);
      expect(steep.found).toBeCloseTo(slopeBySums(last), 3);
    }),
  );
});

interface SteadyOfFio {
  readonly attained: number;
  readonly criterion: string;
  readonly max_deviation: number;
  readonly slope: number;
  readonly data: { bw_mean: number; iops_mean: number; iops: number[]; bw: number[] };
}

/** A job of the real fio that is held to a rate until it is steady; what it says of that. */
function steadyOfFio(ss: string): SteadyOfFio {
  const options = ["--name=j", "--ioengine=null", "--size=1g", "--rate_iops=1000", "--runtime=20"];
  const more = ["--time_based", `--ss=${ss}`, "--ss_dur=3", "--output-format=json"];
  const { stdout } = spawnSync("fio", [...options, ...more], { encoding: "utf8" });
  return JSON.parse(stdout).jobs[0].steadystate;
}

describe("the figures that fio gives of its own rates", () => {
  for (const [ss, wanted] of [
    ["iops:400%", { limit: 400 }],
    ["bw_slope:400%", { ...slope, measure: "bw", limit: 400 }],
    ["bw:1g", { measure: "bw", limit: 2 ** 30, inPercent: false }],
  ] as const) {
    testNeeding("fio", `are these, for ss=${ss}`, () => {
      const theirs = steadyOfFio(ss);
      const detector = new SteadyStateDetector({ ...WANTED, ...wanted, windowMs: 3000 });
      const { iops, bw } = theirs.data;
      const answers = iops.map((rate, i) => detector.add(rate, bw[i] ?? 0));
      const ours = detector.record();
      // It ended with the first window: the arrays are in the order of time.
      expect(answers).toEqual([false, false, true]);
      expect(theirs.attained).toBe(1);
      expect(Math.floor(ours.iopsMean)).toBe(theirs.data.iops_mean);
      expect(Math.floor(ours.bytesMean)).toBe(theirs.data.bw_mean);
      const inUnits = theirs.max_deviation || theirs.slope;
      const percent = Number.parseFloat(theirs.criterion);
      const mean = ss.startsWith("bw") ? ours.bytesMean : ours.iopsMean;
      // fio prints six decimals, and keeps its criterion in a float.
      expect(Math.abs((ours.found ?? Number.NaN) - percent)).toBeLessThan(
        1e-6 + 1e-6 * Math.abs(percent),
      );
      const found = theirs.criterion.endsWith("%") ? ((ours.found ?? 0) * mean) / 100 : ours.found;
      expect(found).toBeCloseTo(inUnits, 4);
    });
  }
});
