import { describe, expect, test } from "vitest";
import { DEFAULT_JOB } from "../../src/scenario/defaults.ts";
import type { Arrivals, Rate } from "../../src/scenario/pace.ts";
import {
  effectiveSample,
  hasSchedule,
  isPaced,
  meanBytes,
  meanGapNs,
} from "../../src/scenario/pacing.ts";
import type { Job } from "../../src/scenario/scenario.ts";

const job = (given: Partial<Job>): Job => ({ ...DEFAULT_JOB, ...given });
const ios = (aSecond: number): Rate => ({ per: "ios", aSecond });
const bytes = (aSecond: number): Rate => ({ per: "bytes", aSecond });
function rated(read: Rate | undefined, write?: Rate): { arrivals: Arrivals } {
  return { arrivals: { process: "linear", read, write } };
}
const thinktime = { pauseNs: 1000, spinNs: 0, blocks: 1, countedAt: "complete" } as const;
const latencyGoal = { targetNs: 1000, windowMs: 10, percentile: 99, keepsRunning: false };
const replay = {
  files: ["log"],
  keepsTime: true,
  timeScalePercent: 100,
  skip: [],
  largestBytes: 4096,
};

describe("one operation in how many is timed", () => {
  const cases: [what: string, given: Partial<Job>, sample: number, effective: number][] = [
    ["a job without a schedule", {}, 512, 512],
    ["100 a second", rated(ios(100)), 512, 1],
    ["10,000 a second", rated(ios(10_000)), 512, 1],
    ["25,000 a second", rated(ios(25_000)), 512, 3],
    ["1 M a second", rated(ios(1e6)), 512, 100],
    ["1 M a second, asked for more", rated(ios(1e6)), 8, 8],
    ["so fast that the rate says nothing", rated(ios(1e9)), 512, 512],
    ["bytes a second", rated(bytes(4096 * 50_000)), 512, 5],
    ["both directions", { readPercent: 50, ...rated(ios(1e5), ios(1e5)) }, 512, 20],
    ["a mix that one of them holds", { readPercent: 20, ...rated(ios(1e5)) }, 512, 50],
    ["writes that hold a mix", { readPercent: 75, ...rated(undefined, ios(1e5)) }, 512, 40],
    ["none at all", rated(ios(100)), 0, 0],
    ["pauses", { thinktime }, 512, 1],
    ["a replay with times", { replay }, 512, 1],
    ["a replay as fast as can be", { replay: { ...replay, keepsTime: false } }, 512, 512],
    ["a latency goal, whatever was asked", { latencyGoal }, 0, 1],
  ];
  test.each(cases)("%s", (_, given, sample, effective) => {
    expect(effectiveSample(job(given), sample)).toBe(effective);
  });
});

test("a rate counts in the directions that the job uses", () => {
  expect(hasSchedule(job(rated(undefined, ios(10))))).toBe(false);
  expect(isPaced(job(rated(undefined, ios(10))))).toBe(false);
  expect(hasSchedule(job({ readPercent: 99, ...rated(undefined, ios(10)) }))).toBe(true);
  expect(hasSchedule(job({ thinktime }))).toBe(false);
  expect(isPaced(job({ thinktime }))).toBe(true);
  expect(isPaced(job({ pattern: "gup_test", thinktime }))).toBe(false);
});

test("the mean length of ranges is that of the multiples they draw", () => {
  const sizes = [
    { minBytes: 4096, maxBytes: 16_384, percent: 50 },
    { minBytes: 8192, maxBytes: 8192, percent: 50 },
  ];
  // 4k, 8k, 12k, 16k, each as likely: 10k; and 8k.
  expect(meanBytes(sizes)).toBe(9216);
  const gap = meanGapNs(job({ readSizes: sizes, ...rated(bytes(9216)) }), "read");
  expect(gap).toBe(1e9);
});
