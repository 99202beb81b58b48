import { describe, expect, test } from "vitest";
import { LatencyHistogram } from "../../src/machine/histogram.ts";
import { openMetrics } from "../../src/results/openmetrics.ts";
import { testNeeding } from "../support/needs.ts";
import { parsed } from "../support/openmetrics.ts";
import {
  direction,
  IDLE,
  JOB,
  jobRecord,
  judged,
  latencies,
  opRecord,
  runRecord,
  scenario,
} from "./fixture.ts";

/** Values of every magnitude up to a minute. */
function wide(): LatencyHistogram {
  const histogram = LatencyHistogram.empty();
  for (let i = 0; i < 2500; i++) histogram.record(Math.floor(1.01 ** i) + i);
  return histogram;
}

const NASTY = 'a\\b"c"\nd{e="f"} # EOF';

const RECORD = runRecord({
  scenario: scenario({ name: NASTY, source: "" }),
  jobs: [
    jobRecord({ write: direction({ ios: 77, late: 5, corrected: latencies(300_000, 77) }) }),
    jobRecord({ read: IDLE, error: 12 }),
  ],
  ops: {
    pin_fast: opRecord(),
    io: opRecord({ latency: wide() }),
    pin_slow: opRecord({
      count: 3,
      sampled: 0,
      batchMeanNs: undefined,
      latency: LatencyHistogram.empty(),
    }),
  },
  work: { skipped: 309, stuck: 0 },
  invariants: {
    checked: ["no-overflow", "no-use-after-free"],
    promised: ["no-overflow"],
    violated: [{ name: "no-overflow", count: 3, expected: false, first: "page 4711" }],
  },
  thresholds: [
    judged("pin_fast.p99<5us", { value: 310 }),
    judged("violations==0", { value: 3, ok: false }),
    judged("violations==0", { value: 3, ok: false }),
    judged("mr_reg.p99<1s", { value: undefined, ok: false }),
  ],
});

describe("OpenMetrics text", () => {
  testNeeding("python3-prometheus-client", "is read by Prometheus' own parser", () => {
    const families = parsed(openMetrics(RECORD));
    const samplesOf = (name: string) => families.get(name)?.samples ?? [];
    expect(samplesOf("pinlab_run")[0]).toMatchObject([
      "pinlab_run_info",
      {
        ...{ scenario: NASTY, scheme: "bias", bias: "1024", rules: "5.0", variant: "" },
        ...{ on_pinned: "skip/bounce", stable_pages: "yes", cpu: "AMD EPYC 7B13" },
      },
      1,
    ]);
    expect(samplesOf("pinlab_run_duration_seconds")[0]?.[2]).toBeCloseTo(10.001, 9);
    expect(samplesOf("pinlab_operations")).toEqual([
      ["pinlab_operations_total", { op: "pin_fast" }, 1_240_000],
      ["pinlab_operations_total", { op: "pin_slow" }, 3],
      ["pinlab_operations_total", { op: "io" }, 1_240_000],
    ]);
    expect(samplesOf("pinlab_job_late_ios").at(-1)).toEqual([
      "pinlab_job_late_ios_total",
      { job: "db", index: "0", group: "0", direction: "write" },
      5,
    ]);
    expect(samplesOf("pinlab_job_errno").map(([, , value]) => value)).toEqual([0, 12]);
    expect(samplesOf("pinlab_vmstat_nr_foll_pin_acquired")).toEqual([
      ["pinlab_vmstat_nr_foll_pin_acquired_total", {}, 1_364_032],
    ]);
    expect(samplesOf("pinlab_fast_fallbacks")[0]?.[1]).toEqual({ cause: "not-present" });
    expect(
      samplesOf("pinlab_invariant_violations").map(([, { invariant, promised, expected }, n]) => [
        ...[invariant, promised, expected],
        n,
      ]),
    ).toEqual([
      ["no-use-after-free", "no", "no", 0],
      ["no-overflow", "yes", "no", 3],
    ]);
    expect(samplesOf("pinlab_work_pages")).toEqual([
      ["pinlab_work_pages_total", { kind: "skipped" }, 309],
      ["pinlab_work_pages_total", { kind: "stuck" }, 0],
    ]);
    expect(samplesOf("pinlab_threshold_ok").map(([, , ok]) => ok)).toEqual([1, 0, 0, 0]);
    const values = samplesOf("pinlab_threshold_value");
    expect(values[0]?.[2]).toBeCloseTo(310e-9, 15);
    expect(values.map(([, , value]) => value).slice(1)).toEqual([3, 3]);
  });

  testNeeding("python3-prometheus-client", "units stand in the names, as in the metadata", () => {
    for (const { name, unit, type } of parsed(openMetrics(RECORD)).values()) {
      if (unit !== "") expect(name.endsWith(`_${unit}`), name).toBe(true);
      else expect(name).not.toMatch(/_(?:seconds|bytes|ratio)$/);
      expect(["info", "gauge", "counter", "histogram"], name).toContain(type);
    }
  });

  testNeeding("python3-prometheus-client", "buckets hold what lies below their bounds", () => {
    const family = parsed(openMetrics(RECORD)).get("pinlab_operation_latency_seconds");
    const all = family?.samples.filter(([, labels]) => labels.op === "io") ?? [];
    const values = Array.from({ length: 2500 }, (_, i) => Math.floor(1.01 ** i) + i);
    const buckets = all.filter(([name]) => name.endsWith("_bucket"));
    expect(buckets).toHaveLength(33);
    for (const [, { le = "" }, count] of buckets) {
      const boundNs = le === "+Inf" ? Number.POSITIVE_INFINITY : Number(le) * 1e9;
      expect(count, le).toBe(values.filter((ns) => ns < boundNs - 1e-3).length);
    }
    const last = (end: string) => all.find(([name]) => name.endsWith(end))?.[2] ?? Number.NaN;
    expect(last("_count")).toBe(2500);
    const sum = values.reduce((total, ns) => total + ns, 0) / 1e9;
    expect(last("_sum") / sum).toBeCloseTo(1, 3);
  });

  testNeeding("python3-prometheus-client", "a run that measured nothing is one too", () => {
    const none = runRecord({ durationNs: 0, ops: {}, jobs: [], vmstat: {}, thresholds: [] });
    const families = parsed(openMetrics(none));
    expect(families.has("pinlab_operation_latency_seconds")).toBe(false);
    expect(families.get("pinlab_run")?.samples).toHaveLength(1);
  });

  test("says of each histogram that it holds samples, of counters that they are whole", () => {
    const text = openMetrics(RECORD);
    const help = (name: string) => new RegExp(`^# HELP ${name} (.*)$`, "m").exec(text)?.[1];
    for (const name of ["pinlab_operation_latency_seconds", "pinlab_job_latency_seconds"]) {
      expect(help(name)).toContain("timed alone (about one operation in 512): _count counts these");
    }
    const thinktime = { pauseNs: 1e6, spinNs: 0, blocks: 1, countedAt: "complete" } as const;
    const groups = [{ jobs: [{ ...JOB, thinktime }] }];
    const slow = openMetrics({ ...RECORD, scenario: { ...RECORD.scenario, groups } });
    expect(slow).toContain("timed alone (every operation): _count");
    expect(help("pinlab_operations")).toBe("Operations done while measuring, timed or not.");
  });

  test("numbers look as Go writes them, bounds are powers of two", () => {
    const text = openMetrics(RECORD);
    const bounds = [...text.matchAll(/op="io",le="([^"]+)"/g)].map(([, le]) => le);
    expect(bounds.slice(0, 3)).toEqual(["1.6e-08", "3.2e-08", "6.4e-08"]);
    expect(bounds).toContain("0.000131072");
    expect(bounds.slice(-2)).toEqual(["34.359738368", "+Inf"]);
    expect(text).not.toMatch(/e-\d[^\d]|NaN|Infinity|undefined/);
    expect(text.endsWith("\n# EOF\n")).toBe(true);
  });
});
