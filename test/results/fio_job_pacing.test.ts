import { spawnSync } from "node:child_process";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { jobOptions } from "../../src/results/fio_job.ts";
import type { Rate } from "../../src/scenario/pace.ts";
import type { Job } from "../../src/scenario/scenario.ts";
import { jobWith } from "../loadgen/fio/reading.ts";
import { testNeeding } from "../support/needs.ts";
import { JOB } from "./fixture.ts";

const count = fc.integer({ min: 1, max: 1_000_000 });
const us = fc.integer({ min: 1, max: 3_600_000_000 });
const percent = fc.integer({ min: 1, max: 1000 }).map((tenths) => tenths / 10);
const seconds = fc.integer({ min: 1, max: 600 });

const arrivals = fc
  .record({
    per: fc.constantFrom<Rate["per"]>("ios", "bytes"),
    process: fc.constantFrom("linear" as const, "poisson" as const),
    read: fc.option(count, { nil: undefined }),
    write: fc.option(count, { nil: undefined }),
  })
  .filter(({ read, write }) => read !== undefined || write !== undefined)
  .map(({ per, process, read, write }) => ({
    process,
    read: read === undefined ? undefined : { per, aSecond: read },
    write: write === undefined ? undefined : { per, aSecond: write },
  }));
const counting = fc.constantFrom("complete" as const, "issue" as const);
const thinktime = fc.tuple(us, us, count, counting, fc.boolean());
const goal = fc.tuple(us, us, percent, fc.boolean());
const steady = fc.record({
  measure: fc.constantFrom("iops" as const, "bw" as const),
  criterion: fc.constantFrom("deviation" as const, "slope" as const),
  limit: fc.integer({ min: 0, max: 5000 }),
  inPercent: fc.boolean(),
  windowMs: seconds.filter((s) => s > 1).map((s) => s * 1000),
  rampMs: seconds.map((s) => s * 1000),
});
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });

/** The later options of a job that reads and writes, as a job file can say them. */
const paced = fc
  .record({
    loops: fc.integer({ min: 1, max: 1000 }),
    startDelayMs: fc.integer({ min: 0, max: 86_400_000 }),
    rampMs: maybe(fc.integer({ min: 0, max: 86_400_000 })),
    submit: fc.constantFrom("inline" as const, "offload" as const),
    arrivals: maybe(arrivals),
    thinktime: maybe(
      thinktime.map(([pause, spin, blocks, countedAt, holds]) => {
        const times = { pauseNs: pause * 1e3, spinNs: Math.min(pause, spin) * 1e3 };
        return { ...times, blocks, countedAt, ...(holds ? { holdsRate: true } : {}) };
      }),
    ),
    latencyGoal: maybe(
      goal.map(([target, window, percentile, keepsRunning]) => {
        return { targetNs: target * 1e3, windowMs: window / 1e3, percentile, keepsRunning };
      }),
    ),
    steadyState: maybe(steady),
  })
  // Offloaded submitters know only their own I/Os.
  .filter(
    ({ submit, thinktime, latencyGoal }) => submit === "inline" || !(thinktime || latencyGoal),
  ) satisfies fc.Arbitrary<Partial<Job>>;

const linesOf = (job: Job): string[] =>
  Object.entries(jobOptions(job)).map(([name, value]) => `${name}=${value}`);

describe("the options of a job's pace and goals", () => {
  test("say nothing of what is not asked for", () => {
    const { rampMs, ...rest } = { ...JOB };
    expect(Object.keys(jobOptions({ ...rest, rampMs }))).toEqual([
      ...["rw", "bs", "ioengine", "iodepth", "size", "numjobs", "group_reporting"],
    ]);
  });

  test("name them as fio does", () => {
    const options = jobOptions({
      ...JOB,
      arrivals: { process: "poisson", read: { per: "ios", aSecond: 50 }, write: undefined },
      thinktime: { pauseNs: 5_000_000, spinNs: 7000, blocks: 4, countedAt: "issue" },
      startDelayMs: 2000,
      rampMs: 1500,
      loops: 3,
      submit: "offload",
      latencyGoal: { targetNs: 500_000, windowMs: 5000, percentile: 99.9, keepsRunning: true },
      steadyState: {
        ...{ measure: "bw", criterion: "slope", limit: 0.5, inPercent: true },
        windowMs: 4000,
        rampMs: 1000,
      },
    });
    expect(options).toMatchObject({
      rate_iops: "50",
      rate_process: "poisson",
      thinktime: "5ms",
      thinktime_spin: "7us",
      thinktime_blocks: "4",
      thinktime_blocks_type: "issue",
      startdelay: "2000ms",
      ramp_time: "1500ms",
      loops: "3",
      io_submit_mode: "offload",
      latency_target: "500us",
      latency_window: "5000ms",
      latency_percentile: "99.9",
      latency_run: "1",
      steadystate: "bw_slope:0.5%",
      steadystate_duration: "4000ms",
      steadystate_ramp_time: "1000ms",
    });
  });

  test("of one direction are told apart from those of both", () => {
    const rate = (read: number | undefined, write: number | undefined, readPercent: number) => {
      const of = (aSecond?: number) => (aSecond ? { per: "bytes" as const, aSecond } : undefined);
      const both = { process: "linear" as const, read: of(read), write: of(write) };
      return jobOptions({ ...JOB, readPercent, arrivals: both }).rate;
    };
    expect([rate(5, undefined, 100), rate(undefined, 5, 0), rate(5, 5, 50)]).toEqual(
      Array(3).fill("5"),
    );
    expect([rate(5, undefined, 50), rate(undefined, 5, 50), rate(5, 6, 50)]).toEqual([
      ...["5,", ",5", "5,6"],
    ]);
  });

  test("make the same job when they are read back", () => {
    fc.assert(
      fc.property(paced, (part) => {
        const job = { ...JOB, readPercent: 50, iodepth: 2, ...part };
        expect(jobWith(...linesOf(job))).toMatchObject(part);
      }),
      { numRuns: 300 },
    );
  });

  testNeeding("fio", "are options of fio", () => {
    for (const part of fc.sample(paced, { numRuns: 8, seed: 3 })) {
      const job = { ...JOB, readPercent: 50, groupReporting: false, ...part };
      const args = linesOf(job).map((line) => `--${line}`);
      const { status, stderr } = spawnSync("fio", ["--parse-only", "--name=j", ...args], {
        encoding: "utf8",
      });
      expect([stderr, status]).toEqual(["", 0]);
    }
  });
});
