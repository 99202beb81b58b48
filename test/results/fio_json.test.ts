import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { LatencyHistogram } from "../../src/machine/histogram.ts";
import { type FioOutput, fioJson } from "../../src/results/fio_json.ts";
import type { RunRecord } from "../../src/results/record.ts";
import { WORK_NAMES } from "../../src/scenario/metric_names.ts";
import { testNeeding } from "../support/needs.ts";
import {
  direction,
  fileRecord,
  IDLE,
  JOB,
  jobRecord,
  latencies,
  opRecord,
  runRecord,
} from "./fixture.ts";

const directory = mkdtempSync(join(tmpdir(), "pinlab-json-"));
afterAll(() => rmSync(directory, { recursive: true }));

function parsed(record: RunRecord, format: "json" | "json+" = "json"): FioOutput {
  return JSON.parse(fioJson(record, format));
}

function firstJob(record: RunRecord, format: "json" | "json+" = "json"): FioOutput["jobs"][number] {
  const [job] = parsed(record, format).jobs;
  if (job === undefined) throw new Error("the output has no job");
  return job;
}

describe("fio's part", () => {
  test("a job's figures", () => {
    const output = parsed(runRecord());
    expect(output["fio version"]).toBe("pinlab-0.1.0");
    expect(output.timestamp).toBe(Math.floor(output.timestamp_ms / 1000));
    const job = firstJob(runRecord());
    expect(job).toMatchObject({ jobname: "db", groupid: 0, error: 0, elapsed: 12 });
    expect(job["job options"].rw).toBe("randread");
    expect(job.read).toMatchObject({
      io_bytes: 5_079_040_000,
      io_kbytes: 4_960_000,
      bw_bytes: 507_853_214,
      bw: 495_950,
      iops: 123_987.60124,
      runtime: 10_001,
      total_ios: 1_240_000,
    });
    expect(job.write.total_ios).toBe(0);
    expect(job.write.clat_ns).toEqual({ min: 0, max: 0, mean: 0, stddev: 0, N: 0 });
  });

  test("percentiles are the job's, keyed as fio keys them", () => {
    const job = { ...JOB, percentiles: [50, 99.9, 99.999] };
    const { read } = firstJob(runRecord({ jobs: [jobRecord({ job })] }));
    const { clat } = direction();
    for (const name of ["slat_ns", "clat_ns", "lat_ns"] as const) {
      expect(Object.keys(read[name].percentile ?? {})).toEqual([
        "50.000000",
        "99.900000",
        "99.999000",
      ]);
    }
    expect(read.clat_ns.percentile?.["99.900000"]).toBe(clat.percentile(99.9));
  });

  test("bins are in json+ alone, and hold every timed latency", () => {
    expect(firstJob(runRecord()).read.clat_ns.bins).toBeUndefined();
    const { clat_ns } = firstJob(runRecord(), "json+").read;
    const bins = Object.entries(clat_ns.bins ?? {});
    const counts = bins.map(([, count]) => count);
    expect(counts.reduce((a, b) => a + b)).toBe(clat_ns.N);
    const back = LatencyHistogram.empty();
    for (const [ns, count] of bins) {
      for (let i = 0; i < count; i++) back.record(Number(ns));
    }
    expect([...back.nonZero()]).toEqual([...direction().clat.nonZero()]);
  });

  test("latencies beyond fio's highest bin are counted in it, as fio does", () => {
    const lat = LatencyHistogram.empty();
    for (const seconds of [1, 18, 60, 3600]) lat.record(seconds * 1e9);
    const job = jobRecord({ read: direction({ lat }) });
    const { lat_ns } = firstJob(runRecord({ jobs: [job] }), "json+").read;
    expect(lat_ns.bins?.["17112760320"]).toBe(3);
    expect(lat_ns.max).toBe(3600e9);
  });
});

describe("the pinlab object", () => {
  test("states the run", () => {
    expect(parsed(runRecord()).pinlab).toMatchObject({
      schema: 1,
      executor: "threads",
      scheme: "bias",
      bias: 1024,
      on_pinned: "skip/bounce",
      rules: "5.0",
      seed: 1,
      cpus: 2,
      duration_ns: 10_001_000_000,
      interrupted: false,
      vmstat: { nr_foll_pin_acquired: 1_364_032, nr_foll_pin_released: 1_364_032 },
      pins: { covered: 1, refused_overflow: 0, fast_fallbacks: { "not-present": 32 } },
      invariants: { violated: [] },
      notes: ["fsync, verify: accepted, no effect on pinning"],
      calibration: { clock_read_ns: 61.4, clock_grain_ns: 10, sampling_share: 0.0123 },
      environment: { node: "v20.20.0", wasm_sha256: "0f".repeat(32) },
    });
  });

  test("an operation states its count, its mean and its latencies", () => {
    const { pin_fast, pin_slow } = parsed(runRecord(), "json+").pinlab.ops;
    const { latency } = opRecord();
    expect(pin_fast).toMatchObject({
      count: 1_240_000,
      rate: 123_987.6,
      sampled: 4843,
      batch_mean_ns: 58.31,
      below_resolution: 0.37,
      latency_ns: { min: latency.minNs, max: latency.maxNs, N: 4843 },
    });
    expect(pin_fast?.latency_ns.percentile?.["50.000000"]).toBe(latency.percentile(50));
    expect(pin_slow?.latency_ns.N).toBe(0);
  });

  test("says all that a verdict depends on, in the words of the flags", () => {
    const { pinlab } = parsed(fileRecord({ scheme: "exact", sync: "lock", variant: "put-page" }));
    expect(pinlab).toMatchObject({
      scheme: "exact+lock",
      bias: null,
      on_pinned: "skip/bounce",
      rules: "5.0",
      test_at: "after-mkclean",
      recheck: "under-lock",
      tlb: "ipi",
      stable_pages: true,
      variant: "put-page",
    });
    const onPinned = { background: "wait", fsync: "wait" } as const;
    expect(parsed(fileRecord({ onPinned })).pinlab).toMatchObject({
      on_pinned: "wait",
      variant: null,
    });
  });

  test("has every counter of the file side, and what was refused among the pins", () => {
    const { pinlab } = parsed(fileRecord({}, { work: { skipped: 309, pins_refused: 4 } }));
    expect(Object.keys(pinlab.work)).toEqual(WORK_NAMES);
    expect(pinlab.work).toMatchObject({ skipped: 309, bounced: 0, pins_refused: 4 });
    expect(pinlab.pins).toMatchObject({ refused: 4, refused_overflow: 0 });
  });

  test("a breach keeps its name, its count and its first occurrence", () => {
    const breach = { name: "no-overflow", count: 2, expected: false, first: "page 7" };
    const told = { checked: ["no-overflow"], promised: ["no-overflow"], violated: [breach] };
    const invariants = { ...told, violated: [{ ...breach, jobs: ["db"] }] };
    expect(parsed(runRecord({ invariants })).pinlab.invariants).toEqual(told);
  });

  test("what was not measured is null, never a made-up number", () => {
    const pins = { ...runRecord().pins, covered: undefined };
    const { pinlab } = parsed(runRecord({ pins }));
    expect(pinlab.pins.covered).toBeNull();
    expect(pinlab.ops.io?.batch_mean_ns).toBeNull();
    expect(
      fioJson(runRecord({ durationNs: 0, jobs: [jobRecord({ read: IDLE })] }), "json+"),
    ).not.toMatch(/NaN|undefined|Infinity/);
  });
});

describe("fio's own tools", () => {
  testNeeding("fio_jsonplus_clat2csv", "fio_jsonplus_clat2csv reads the counts", () => {
    const slow = latencies(20_000_000_000, 40);
    const record = runRecord({
      jobs: [
        jobRecord({ write: direction({ clat: latencies(300, 900), lat: slow }) }),
        jobRecord(),
      ],
    });
    const source = join(directory, "run.json");
    const csv = join(directory, "run.csv");
    writeFileSync(source, fioJson(record, "json+"));
    execFileSync("fio_jsonplus_clat2csv", [source, csv], { timeout: 20_000 });
    execFileSync("fio_jsonplus_clat2csv", [source, csv, "--validate"], { timeout: 20_000 });
    const job0 = columns(join(directory, "run_job0.csv"));
    expect(sum(job0.write_clat_ns_count)).toBe(900);
    expect(sum(job0.read_clat_ns_count)).toBe(direction().clat.count);
    expect(sum(job0.write_lat_ns_count)).toBe(40);
    const job1 = columns(join(directory, "run_job1.csv"));
    for (const { midNs, count } of direction().clat.nonZero()) {
      const line = job1.nsec?.indexOf(String(midNs)) ?? -1;
      expect(job1.read_clat_ns_count?.[line]).toBe(String(count));
    }
  });

  testNeeding("fio", "every key of a job is one of fio's, and of the same type", () => {
    const theirs = JSON.parse(
      execFileSync(
        "fio",
        ["--name=x", "--ioengine=null", "--size=4m", "--rw=rw", "--output-format=json+"],
        { encoding: "utf8", cwd: directory },
      ),
    );
    const ours = parsed(
      runRecord({ jobs: [jobRecord({ write: direction({ slat: LatencyHistogram.empty() }) })] }),
      "json+",
    );
    expect(strangers(ours, theirs, "")).toEqual([".pinlab"]);
  });
});

/** Keys that stand in one object and not, or with another type, in the other. */
function strangers(ours: object, theirs: object, path: string): string[] {
  const known: Record<string, unknown> = { ...theirs };
  return Object.entries(ours).flatMap(([key, value]) => {
    const place = `${path}.${key}`;
    // Free maps, and what fio states only for latencies that it measured.
    if (/job options|global options|bins|percentile|slat_ns|\.lat_ns/.test(place)) return [];
    if (typeof value !== typeof known[key]) return [place];
    if (typeof value !== "object") return [];
    return strangers(value, known[key] as object, place);
  });
}

function columns(path: string): Record<string, string[]> {
  const [head = [], ...rows] = readFileSync(path, "utf8")
    .trim()
    .split("\n")
    .map((line) => line.split(",").map((cell) => cell.trim()));
  return Object.fromEntries(head.map((name, i) => [name, rows.map((row) => row[i] ?? "")]));
}

function sum(cells: readonly string[] | undefined): number {
  return (cells ?? []).reduce((total, cell) => total + Number(cell), 0);
}
