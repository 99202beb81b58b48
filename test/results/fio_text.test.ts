import { describe, expect, test } from "vitest";
import { fioJson } from "../../src/results/fio_json.ts";
import { hlog } from "../../src/results/hlog.ts";
import { normalReport } from "../../src/results/normal.ts";
import type { DirectionRecord, RunRecord } from "../../src/results/record.ts";
import { DEFAULT_JOB } from "../../src/scenario/defaults.ts";
import type { Job } from "../../src/scenario/scenario.ts";
import { direction, IDLE, JOB, jobRecord, latencies, runRecord, scenario } from "./fixture.ts";

const RATED: Job = {
  ...JOB,
  arrivals: { process: "linear", read: { per: "ios", aSecond: 1000 }, write: undefined },
};
const GOAL: Job = {
  ...JOB,
  latencyGoal: { targetNs: 300_000, windowMs: 200, percentile: 95, keepsRunning: false },
};

function scheduled(change: Partial<DirectionRecord> = {}): RunRecord {
  const corrected = latencies(500_000, 4843);
  const read = direction({ corrected, late: 12, dropped: 3, ...change });
  return runRecord({
    scenario: scenario({ groups: [{ jobs: [RATED] }] }),
    jobs: [jobRecord({ job: RATED, read })],
  });
}

function found(depth: number, settled: boolean): RunRecord {
  const job = jobRecord({ job: GOAL, latencyGoal: { depth, settled } });
  return runRecord({ scenario: scenario({ groups: [{ jobs: [GOAL] }] }), jobs: [job] });
}

const jobOf = (record: RunRecord) => JSON.parse(fioJson(record, "json+")).jobs[0];

describe("a job with a schedule", () => {
  test("has the corrected latency below the raw one, and both 99th percentiles", () => {
    const lines = normalReport(scheduled()).split("\n");
    const at = lines.findIndex((line) => line.startsWith("     lat ("));
    expect(lines[at + 1]).toMatch(/^ {4}corrected \(usec\): min=/);
    expect(lines[at + 2]).toBe("         p99: lat=117us, corrected for the schedule=697us");
  });

  test("says how many I/Os were late and dropped, next to those that it issued", () => {
    expect(normalReport(scheduled())).toContain(
      "     issued rwts: total=1240000,0,0,0 late=12,0,0,0 dropped=3,0,0,0\n",
    );
  });

  test("states them in JSON, with fio's key where fio has one", () => {
    const { read, trim } = jobOf(scheduled());
    expect(read).toMatchObject({ drop_ios: 3, late_ios: 12, corrected_ns: { N: 4843 } });
    expect(read.corrected_ns.percentile["99.000000"]).toBeGreaterThan(
      read.lat_ns.percentile["99.000000"],
    );
    expect(trim.late_ios).toBeUndefined();
  });

  test("has a tag of its own in the interval log", () => {
    expect(hlog(scheduled())).toContain("Tag=read_corrected,");
    expect(hlog(scheduled())).not.toContain("Tag=write_corrected,");
    expect(hlog(scheduled())).toContain("every operation timed");
  });
});

test("a job without a schedule says nothing of one", () => {
  expect(normalReport(runRecord())).not.toMatch(/corrected|late=|dropped=/);
  expect(jobOf(runRecord()).read.corrected_ns).toBeUndefined();
});

describe("a job with a latency goal", () => {
  test("has fio's line and fio's keys", () => {
    expect(normalReport(found(5, true))).toContain(
      "     latency   : target=300000, window=200000, percentile=95.00%, depth=5\n",
    );
    expect(jobOf(found(5, true))).toMatchObject({
      latency_depth: 5,
      latency_target: 300_000,
      latency_percentile: 95,
      latency_window: 200_000,
    });
  });

  test("whose search did not come to its end says so", () => {
    expect(normalReport(found(0, false))).toContain("depth=0 (still searching)");
  });
});

describe("the warm-up that was left out", () => {
  test("is that of the groups, not what the run would have had", () => {
    const groups = [{ jobs: [{ ...JOB, rampMs: 300 }] }, { jobs: [JOB, { ...JOB, rampMs: 0 }] }];
    const record = runRecord({ scenario: scenario({ groups }) });
    expect(normalReport(record)).toContain("warm-up of 300ms or 1.00s left out");
    expect(JSON.parse(fioJson(record, "json")).pinlab.warmup_ns).toBe(1e9);
    const none = runRecord({ scenario: scenario({ groups: [{ jobs: [{ ...JOB, rampMs: 0 }] }] }) });
    expect(normalReport(none)).not.toContain("warm-up of");
  });

  test("an idle direction has no late I/Os", () => {
    expect(normalReport(scheduled(IDLE))).toContain("late=0,0,0,0 dropped=0,0,0,0");
  });
});

describe("what works beside the jobs", () => {
  const base: Job = { ...DEFAULT_JOB, name: "beside", pattern: "writeback", file: "/data" };
  const rows: [job: Partial<Job>, words: string][] = [
    [{ everyMs: 50 }, "pattern=writeback, file=/data, every=50ms, sync=none"],
    [{ everyMs: 2000, fsync: true }, "pattern=writeback, file=/data, every=2s, sync=all"],
    [{ everyMs: 0.5 }, "pattern=writeback, file=/data, every=500us, sync=none"],
    [
      { pattern: "reclaim", file: undefined, batchPages: 1 },
      "pattern=reclaim, without a pause, at most 1 page a pass",
    ],
    [
      { pattern: "truncate", everyMs: 1500 },
      "pattern=truncate, file=/data, every=1500ms, at most 32 pages a pass, cuts the end off",
    ],
    [
      { pattern: "truncate", everyMs: 10, punch: true },
      "pattern=truncate, file=/data, every=10ms, at most 32 pages a pass, punches holes",
    ],
  ];
  test.each(rows)("%o is told in a line, and does no I/O", (change, words) => {
    const job = { ...base, ...change };
    const jobs = [jobRecord({ job, read: IDLE })];
    const report = normalReport(
      runRecord({ scenario: scenario({ groups: [{ jobs: [job] }] }), jobs }),
    );
    expect(report.split("\n")[0]).toBe(`beside: (g=0): ${words}`);
    expect(report).not.toMatch(/IOPS|rwts/);
  });

  test("a call site that was not converted says by which calls it gets and gives back", () => {
    const job: Job = { ...JOB, acquire: "get" };
    const report = normalReport(runRecord({ scenario: scenario({ groups: [{ jobs: [job] }] }) }));
    expect(report.split("\n")[0]).toMatch(/iodepth=16, acquire=get, release=unpin$/);
  });
});
