import { describe, expect, test } from "vitest";
import { type Figures, failsAlready, judge } from "../../src/executors/judge.ts";
import { LatencyHistogram } from "../../src/machine/histogram.ts";
import { DEFAULT_JOB } from "../../src/scenario/defaults.ts";
import type { Threshold } from "../../src/scenario/scenario.ts";
import { parseThreshold } from "../../src/scenario/threshold.ts";
import { direction, IDLE, jobRecord, latencies, opRecord, runRecord } from "../results/fixture.ts";

function threshold(text: string): Threshold {
  const read = parseThreshold(text, "here", []);
  if (read === undefined) throw new Error(`refused: ${text}`);
  return read;
}

function found(metric: string, figures: Figures): number | undefined {
  const unit = /^pins\.covered$/.test(metric) ? "%" : "";
  return judge([threshold(`${metric}>=0${unit}`)], figures, undefined)[0]?.value;
}

/** Two groups; the second one only writes, for half the time. */
const RECORD = runRecord({
  jobs: [
    jobRecord(),
    jobRecord({ read: direction({ ios: 10_000, runtimeNs: 4e9, bytes: 40_960_000 }), error: 5 }),
    jobRecord({
      stonewallGroup: 1,
      read: IDLE,
      write: direction({ ios: 500, bytes: 500 * 4096, runtimeNs: 5e9 }),
    }),
  ],
  work: { skipped: 321, pins_refused: 4 },
  invariants: {
    checked: ["no-overflow"],
    promised: ["no-overflow"],
    violated: [
      { name: "no-overflow", count: 3, expected: false, first: "page 1" },
      { name: "fsync-durable", count: 9, expected: true, first: "page 2" },
    ],
  },
});

describe("what a metric finds in a finished run", () => {
  const pins = latencies(145, 4843);
  const reads = direction().clat.plus(direction().clat);
  const rows: [metric: string, value: number | undefined][] = [
    ["pin_fast.count", 1_240_000],
    ["pin_fast.rate", 123_987.6],
    ["pin_fast.batch_mean", 58.31],
    ["pin_fast.min", pins.minNs],
    ["pin_fast.mean", pins.meanNs],
    ["pin_fast.max", pins.maxNs],
    ["pin_fast.stddev", pins.stddevNs],
    ["pin_fast.med", pins.percentile(50)],
    ["pin_fast.p99.9", pins.percentile(99.9)],
    ["read.clat.p99", reads.percentile(99)],
    ["write.lat.p50", direction().lat.percentile(50)],
    ["read.ios", 1_250_000],
    ["read.bytes", 1_250_000 * 4096],
    ["read.iops", 1_250_000 / 10.001],
    ["write.iops", 100],
    ["write.bw", 409_600],
    ["violations", 3],
    ["findings", 9],
    ["work.skipped", 321],
    ["pins.refused", 4],
    ["errors", 1],
    ["duration", 10_001_000_000],
    ["pins.covered", 1],
    ["nr_foll_pin_acquired", 1_364_032],
    ["fallbacks", 32],
  ];
  test.each(rows)("%s", (metric, value) => {
    expect(found(metric, RECORD)).toBeCloseTo(value ?? Number.NaN, 6);
  });

  test("operations that were not done are counted, their latencies are not known", () => {
    expect(found("mr_reg.count", RECORD)).toBe(0);
    expect(found("mr_reg.rate", RECORD)).toBe(0);
    for (const metric of [
      "mr_reg.p99",
      "mr_reg.batch_mean",
      "pin_slow.p99",
      "read.corrected.p99",
    ]) {
      expect(found(metric, RECORD), metric).toBeUndefined();
    }
  });

  test("only what has a schedule can be late", () => {
    expect(found("read.late", RECORD)).toBeUndefined();
    const read = { per: "ios", aSecond: 100 } as const;
    const arrivals = { process: "linear", read, write: undefined } as const;
    const job = { ...DEFAULT_JOB, arrivals };
    const late = direction({ late: 7, dropped: 2 });
    const jobs = [jobRecord(), jobRecord({ job, read: late, write: late })];
    expect(found("read.late", runRecord({ jobs }))).toBe(7);
    expect(found("read.dropped", runRecord({ jobs }))).toBe(2);
    expect(found("write.dropped", runRecord({ jobs }))).toBeUndefined();
  });

  test("a run that measured nothing has neither counts nor rates", () => {
    const none = runRecord({ durationNs: 0, ops: {}, jobs: [jobRecord({ read: IDLE })] });
    for (const metric of ["pin_fast.count", "read.iops", "read.ios"]) {
      expect(found(metric, none), metric).toBeUndefined();
    }
  });
});

describe("a verdict", () => {
  const rows: [text: string, ok: boolean][] = [
    ["violations<3", false],
    ["violations<=3", true],
    ["violations>3", false],
    ["violations>=3", true],
    ["violations==3", true],
    ["violations==0", false],
    ["violations!=3", false],
    ["violations!=0", true],
    ["mr_reg.p99<1s", false],
    ["mr_reg.p99>=0", false],
  ];
  test.each(rows)("%s: %s", (text, ok) => {
    expect(judge([threshold(text)], RECORD, undefined)[0]).toMatchObject({
      ok,
      abortedAtMs: undefined,
    });
  });

  test("what ended the run has failed, whatever the whole run gives", () => {
    const held = threshold("violations<4 abortOnFail");
    const ended = { threshold: held, atMs: 1200, value: 5 };
    expect(judge([held, threshold("errors==1")], RECORD, ended)).toMatchObject([
      { value: 3, ok: false, abortedAtMs: 1200, abortedValue: 5 },
      { value: 1, ok: true, abortedAtMs: undefined },
    ]);
  });
});

describe("a run that is not over", () => {
  const few = { ...RECORD, ops: { pin_fast: opRecord({ latency: LatencyHistogram.empty() }) } };
  const rows: [text: string, fails: boolean][] = [
    ["violations<3", true],
    ["violations==2", true],
    ["pin_fast.p99<5ns", true],
    ["pin_fast.p50>1s", true],
    ["pin_fast.rate>1M", true],
    ["pin_fast.max<5ns", true],
    // These may come to hold before the end.
    ["violations>3", false],
    ["violations>=4", false],
    ["violations==4", false],
    ["violations!=3", false],
    ["read.bytes>1000Gi", false],
    ["pin_fast.max>1s", false],
    // These hold.
    ["pin_fast.p99<1s", false],
    ["violations<4", false],
  ];
  test.each(rows)("%s fails already: %s", (text, fails) => {
    expect(failsAlready(threshold(text), RECORD) !== undefined).toBe(fails);
  });

  test("nothing is said without a sample", () => {
    expect(failsAlready(threshold("pin_fast.p99<5ns"), few)).toBeUndefined();
    expect(failsAlready(threshold("mr_reg.p99<5ns"), few)).toBeUndefined();
  });
});
