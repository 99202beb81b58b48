import { execFileSync } from "node:child_process";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LatencyHistogram } from "../../src/machine/histogram.ts";
import { latencyLine, percentileLines } from "../../src/results/fio_latency_text.ts";
import { normalReport } from "../../src/results/normal.ts";
import type { RunRecord } from "../../src/results/record.ts";
import { FIO_PERCENTILES } from "../../src/scenario/defaults.ts";
import { completeMachine } from "../../src/scenario/machine_spec.ts";
import { WORK_NAMES } from "../../src/scenario/metric_names.ts";
import { testNeeding } from "../support/needs.ts";
import {
  direction,
  fileRecord,
  IDLE,
  JOB,
  jobRecord,
  opRecord,
  runRecord,
  scenario,
} from "./fixture.ts";

function linesOf(record: RunRecord): string[] {
  return normalReport(record).split("\n");
}

describe("fio's part", () => {
  test("looks like fio", () => {
    const lines = linesOf(runRecord());
    expect(lines[0]).toBe(
      "db: (g=0): rw=randread, bs=(R) 4096B-4096B, (W) 4096B-4096B, ioengine=libaio, iodepth=16",
    );
    expect(lines[1]).toBe("...");
    expect(lines).toContain("  read: IOPS=124k, BW=484MiB/s (508MB/s)(4844MiB/10001msec)");
    expect(lines).toContain("    clat (usec): min=49, max=2165, avg=83.38, stdev=51.91");
    expect(lines).toContain("    clat percentiles (usec):");
    expect(lines).toContain(
      "     |  1.00th=[   50],  5.00th=[   53], 10.00th=[   56], 20.00th=[   63],",
    );
    expect(lines).toContain("     | 99.99th=[ 2166]");
    expect(lines).toContain("  lat (usec)   : 50=1.18%, 100=76.13%, 250=22.61%");
    expect(lines).toContain("  cpu          : usr=97.20%, sys=0.41%");
    expect(lines).toContain("Run status group 0 (all jobs):");
  });

  test("says nothing of what was not measured", () => {
    const report = normalReport(runRecord());
    expect(report).not.toMatch(/ctx=|majf=|IO depths|samples=|bw \(|Disk stats|zone resets/);
    expect(report).not.toContain("  write: ");
    const untimed = direction({
      slat: LatencyHistogram.empty(),
      clat: LatencyHistogram.empty(),
      lat: LatencyHistogram.empty(),
    });
    expect(normalReport(runRecord({ jobs: [jobRecord({ read: untimed })] }))).not.toMatch(
      /[sc]lat/,
    );
  });

  test("a failed job says why", () => {
    const jobs = [jobRecord({ error: 12, errorText: "the worker ran out of memory" })];
    expect(normalReport(runRecord({ jobs }))).toContain("err=12 (the worker ran out of memory): ");
  });

  test("each stonewall group has its sums", () => {
    const second = { ...JOB, name: "seq", random: false };
    const report = normalReport(
      runRecord({
        scenario: scenario({ groups: [{ jobs: [JOB] }, { jobs: [second] }] }),
        jobs: [jobRecord(), jobRecord({ job: second, stonewallGroup: 1, write: direction() })],
      }),
    );
    expect(report.match(/Run status group \d/g)).toEqual([
      "Run status group 0",
      "Run status group 1",
    ]);
    expect(report).toContain("seq: (groupid=1, jobs=2)");
    expect(report.match(/^ {2}WRITE: /gm)).toHaveLength(1);
  });

  test("units follow fio: ms and us only where no figure of interest is lost", () => {
    const of = (...ns: number[]) => {
      const histogram = LatencyHistogram.empty();
      for (const one of ns) histogram.record(one);
      return histogram;
    };
    expect(latencyLine("clat", of(3_000_000, 200_000_000))).toContain(
      "clat (msec): min=3, max=200",
    );
    expect(latencyLine("clat", of(1000, 200_000_000))).toContain(
      "clat (nsec): min=1000, max=200000k",
    );
    expect(percentileLines("clat", of(3000, 120_000), [50, 99])).toEqual([
      "    clat percentiles (usec):",
      "     | 50.00th=[    4], 99.00th=[  120]",
    ]);
    expect(percentileLines("clat", of(5), [99.999])[1]).toBe("     | 99.999th=[    5]");
  });

  testNeeding("fio", "the kinds of lines are fio's own", () => {
    const arguments_ = ["--name=db", "--ioengine=null", "--size=64m", "--rw=randrw", "--numjobs=2"];
    const theirs = execFileSync("fio", [...arguments_, "--group_reporting"], { encoding: "utf8" });
    const kinds = new Set(theirs.split("\n").map(kindOf));
    const [ours = ""] = normalReport(
      runRecord({ jobs: [jobRecord({ write: direction({ slat: LatencyHistogram.empty() }) })] }),
    ).split("Pinning:");
    const strange = ours
      .split("\n")
      .map(kindOf)
      .filter((kind) => !kinds.has(kind) && !kind.startsWith("slat"));
    expect(strange).toEqual([]);
  });
});

/** What a line talks about: its words, without its numbers, units and layout. */
function kindOf(line: string): string {
  if (line.startsWith("fio-") || line.startsWith("pinlab-")) return "version";
  if (line.startsWith("db: (groupid")) return "db: (groupid";
  if (line.startsWith("db: (g=")) return "db: (g=";
  return line
    .trim()
    .replace(/\((nsec|usec|msec)\)/g, "")
    .replace(/[:=(].*$/, "")
    .replace(/^\|.*$/, "percentiles")
    .trim();
}

describe("pinlab's part", () => {
  test("names the scheme, and the bias where there is one", () => {
    expect(linesOf(runRecord())).toContain(
      "Pinning: scheme=bias, bias=1024, rules=5.0, executor=threads, seed=1",
    );
    const exact = scenario({ machine: { ...scenario().machine, scheme: "exact" } });
    expect(linesOf(runRecord({ scenario: exact }))).toContain(
      "Pinning: scheme=exact, rules=5.0, executor=threads, seed=1",
    );
  });

  test("names everything that a verdict depends on, where files make it matter", () => {
    const machine = { scheme: "bias", sync: "barrier", variant: "no-barrier" } as const;
    const lines = linesOf(fileRecord(machine));
    const at = lines.findIndex((line) => line.startsWith("Pinning:"));
    expect(lines.slice(at, at + 4)).toEqual([
      "Pinning: scheme=bias+barrier, bias=1024, variant=no-barrier, rules=5.0,",
      "         on-pinned=skip/bounce, test-at=after-set-writeback,",
      "         recheck=before-lock, tlb=ipi, stable-pages=yes, executor=threads,",
      "         seed=1",
    ]);
  });

  test("without files names only what is not as the scheme has it", () => {
    const machine = completeMachine({ tlb: "broadcast" });
    expect(normalReport(runRecord({ scenario: scenario({ machine }) }))).toContain(
      "Pinning: scheme=bias, bias=1024, rules=5.0, tlb=broadcast, executor=threads,\n" +
        "         seed=1\n",
    );
  });

  test("counters of files are shown where something was counted", () => {
    const vmstat = { pgfault: 0, nr_written: 0, pgscan: 7 };
    const report = normalReport(runRecord({ vmstat }));
    expect(report).toMatch(/^ +pgfault +0$/m);
    expect(report).toMatch(/^ +pgscan +7$/m);
    expect(report).not.toContain("nr_written");
  });

  test("an operation without timed latencies has dashes, one that never ran no line", () => {
    const report = normalReport(runRecord());
    expect(report).toMatch(/pin_slow +32 +3\.20 +58\.3ns +0 +- +- +- +- +-/);
    expect(report).not.toContain("mmap_lock_wait");
  });

  test("nothing asked, nothing claimed", () => {
    const pins = { ...runRecord().pins, covered: undefined, fastFallbacks: {} };
    const report = normalReport(runRecord({ pins, ops: {}, vmstat: {} }));
    expect(report).toContain("  pins         : none taken");
    expect(report).toContain("  pinned test  : never asked");
    expect(report).toContain("  operations   : none");
    expect(report).not.toContain("vmstat");
  });

  test("tells a broken promise from an expected finding", () => {
    const breach = { name: "no-overflow", count: 3, expected: false, first: "page 4711" };
    const invariants = {
      checked: ["no-overflow", "fsync-durable"],
      promised: ["no-overflow"],
      violated: [breach, { ...breach, name: "fsync-durable", count: 1, expected: true }],
    };
    const report = normalReport(runRecord({ invariants }));
    expect(report).toContain(
      "invariants   : 1 PROMISE BROKEN, 1 violated as expected of this scheme",
    );
    expect(report).toContain("no-overflow violated 3 times (BROKEN PROMISE), first: page 4711");
    expect(report).toContain("fsync-durable violated once (expected of this scheme)");
    expect(normalReport(runRecord())).toContain("all hold");
  });

  test("counters are spelt as /proc/vmstat spells them", () => {
    expect(normalReport(runRecord())).toMatch(/^ +nr_foll_pin_acquired +1364032$/m);
  });

  test("is at most 80 columns wide", () => {
    const op = opRecord({ count: 123_456_789, batchMeanNs: 123_456 });
    const ops = { pin_fast: op, unpin: op, io: op, mmap_lock_wait: op };
    const [, ours = ""] = normalReport(runRecord({ ops })).split("Pinning:");
    for (const line of ours.split("\n")) expect(line.length, line).toBeLessThanOrEqual(88);
    const [, usual = ""] = normalReport(runRecord()).split("Pinning:");
    for (const line of usual.split("\n")) expect(line.length, line).toBeLessThanOrEqual(80);
    const all = Object.fromEntries(WORK_NAMES.map((name, i) => [name, 12_345 * 7 ** i]));
    const [, files = ""] = normalReport(fileRecord({}, { work: all })).split("Pinning:");
    for (const line of files.split("\n")) expect(line.length, line).toBeLessThanOrEqual(80);
  });
});

test("whatever was measured, no line holds a value that is none", () => {
  const figure = fc.double({ min: 0, max: 1e12, noNaN: true });
  const whole = fc.integer({ min: 0, max: 2 ** 40 });
  const record = fc
    .record({
      count: whole,
      rate: figure,
      ios: whole,
      bytes: whole,
      runtimeNs: whole,
      share: figure,
    })
    .map(({ count, rate, ios, bytes, runtimeNs, share }) =>
      runRecord({
        durationNs: runtimeNs,
        ops: { pin_fast: opRecord({ count, rate, belowResolution: share / 1e12 }) },
        jobs: [jobRecord({ read: direction({ ios, bytes, runtimeNs }), write: IDLE })],
      }),
    );
  fc.assert(
    fc.property(record, (one) => {
      expect(normalReport(one)).not.toMatch(/NaN|undefined|Infinity|null|e\+/);
    }),
    { numRuns: 50 },
  );
});

test("fio's default percentiles fill four columns", () => {
  const { clat } = direction();
  const [, ...rows] = percentileLines("clat", clat, FIO_PERCENTILES);
  expect(rows.map((row) => row.split("th=").length - 1)).toEqual([4, 4, 4, 4, 1]);
});
