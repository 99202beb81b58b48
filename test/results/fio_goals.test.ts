import { describe, expect, test } from "vitest";
import { goalLines, latencyGoalJson, steadyStateJson } from "../../src/results/fio_goals.ts";
import type { SteadyStateRecord } from "../../src/results/record.ts";
import type { SteadyState } from "../../src/scenario/pace.ts";
import { JOB, jobRecord } from "./fixture.ts";

const WANTED: SteadyState = {
  measure: "iops",
  criterion: "deviation",
  limit: 5,
  inPercent: true,
  windowMs: 4000,
  rampMs: 0,
};
/** Rates, and what fio 3.33 printed of them. */
const STATE: SteadyStateRecord = {
  attained: true,
  iopsMean: 1000.25,
  bytesMean: 4_097_144.75,
  found: (100 * 1.25) / 1000.25,
  iops: [1001, 1000, 1001, 999],
  bytes: [4_100_571, 4_096_000, 4_100_100, 4_091_908],
};
const record = (wanted: Partial<SteadyState>, state: Partial<SteadyStateRecord> = {}) =>
  jobRecord({
    job: { ...JOB, steadyState: { ...WANTED, ...wanted } },
    steadyState: { ...STATE, ...state },
  });

describe("a steady state", () => {
  test("has fio's keys and fio's figures", () => {
    expect(steadyStateJson(record({}))).toEqual({
      steadystate: {
        ss: "iops:5.000000%",
        duration: 4,
        attained: 1,
        criterion: "0.124969%",
        max_deviation: 1.25,
        slope: 0,
        data: {
          bw_mean: 4_097_144,
          iops_mean: 1000,
          iops: STATE.iops,
          bw: STATE.bytes,
        },
      },
    });
    const line = "  steadystate  : attained=yes, bw=4001KiB/s (4097kB/s), iops=1000, ";
    expect(goalLines(record({}))).toEqual([`${line}iops mean dev=0.125%`]);
  });

  test("of a slope in bytes has no percent sign", () => {
    const wanted = { measure: "bw", criterion: "slope", limit: 4096, inPercent: false } as const;
    const slope = record(wanted, { attained: false, found: -2050 });
    expect(steadyStateJson(slope).steadystate).toMatchObject({
      ss: "bw_slope:4096.000000",
      attained: 0,
      criterion: "-2050.000000",
      max_deviation: 0,
      slope: -2050,
    });
    expect(goalLines(slope)[0]).toMatch(/attained=no, .*, bw slope=-2050\.000$/);
  });

  test("whose window was never full has no criterion", () => {
    const short = record({}, { attained: false, found: undefined, iops: [1000], bytes: [4096] });
    expect(steadyStateJson(short).steadystate).toMatchObject({ criterion: null, attained: 0 });
    expect(goalLines(short)[0]).toMatch(/iops mean dev=unknown after 1 of 4 s$/);
  });

  test("is not there for a job that wants none", () => {
    expect([steadyStateJson(jobRecord()), goalLines(jobRecord())]).toEqual([{}, []]);
  });
});

describe("a latency goal", () => {
  test("is in ns, its window in us, its depth what was found", () => {
    const latencyGoal = { targetNs: 2e6, windowMs: 200, percentile: 90, keepsRunning: false };
    const searched = jobRecord({
      job: { ...JOB, latencyGoal },
      latencyGoal: { depth: 7, settled: true },
    });
    expect(latencyGoalJson(searched)).toEqual({
      latency_depth: 7,
      latency_target: 2_000_000,
      latency_percentile: 90,
      latency_window: 200_000,
    });
    expect(goalLines(searched)).toEqual([
      "     latency   : target=2000000, window=200000, percentile=90.00%, depth=7",
    ]);
  });

  test("that is not asked for is fio's default", () => {
    expect(latencyGoalJson(jobRecord())).toEqual({
      ...{ latency_depth: 16, latency_target: 0, latency_percentile: 100, latency_window: 0 },
    });
  });
});
