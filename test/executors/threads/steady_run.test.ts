import { describe, expect, test } from "vitest";
import { fioJson } from "../../../src/results/fio_json.ts";
import { normalReport } from "../../../src/results/normal.ts";
import type { SteadyState } from "../../../src/scenario/scenario.ts";
import { timedRun, violated } from "../../support/runs.ts";

/** Any two seconds of work are within it; the limit is above what a deviation can be. */
const SURE: SteadyState = {
  measure: "iops",
  criterion: "deviation",
  limit: 1000,
  inPercent: true,
  windowMs: 2000,
  rampMs: 0,
};
const LONG = { durationMs: 60_000, warmupMs: 0 };

describe("a steady state", () => {
  test("ends its job, and with it the run, long before the duration", async () => {
    const record = await timedRun({ run: LONG, jobs: [{ clones: 2, steadyState: SURE }] });
    expect(record.jobs.map(({ error, steadyState }) => [error, steadyState?.attained])).toEqual([
      [0, true],
      [0, true],
    ]);
    expect(record.interrupted).toBe(false);
    expect(record.durationNs).toBeLessThan(LONG.durationMs * 1e6);
    expect(record.jobs[0]?.steadyState?.iops).toHaveLength(2);
    expect(record.jobs[0]?.steadyState?.iopsMean).toBeGreaterThan(0);
    expect(violated(record)).toEqual([]);
    expect(normalReport(record)).toMatch(
      /^ {2}steadystate {2}: attained=yes, bw=.*, iops mean dev=/m,
    );
    const json = JSON.parse(fioJson(record, "json"));
    expect(json.jobs[1].steadystate).toMatchObject({ ss: "iops:1000.000000%", attained: 1 });
  }, 20_000);

  test("ends the jobs of its reporting group, and no others", async () => {
    const group = { groupReporting: true, reportingGroup: 1, steadyState: SURE };
    const record = await timedRun({
      run: { durationMs: 3500, warmupMs: 0 },
      jobs: [{ name: "a", ...group }, { name: "b", ...group }, { name: "other" }],
    });
    expect(record.jobs.map(({ job, clones }) => [job.name, clones])).toEqual([
      ["a", 2],
      ["other", 1],
    ]);
    const [together, other] = record.jobs;
    expect(together?.steadyState?.attained).toBe(true);
    expect(other?.steadyState).toBeUndefined();
    expect(together?.elapsedNs).toBeLessThan(other?.elapsedNs ?? 0);
    expect(violated(record)).toEqual([]);
  }, 20_000);

  test("that does not come leaves the end to the duration", async () => {
    const record = await timedRun({
      run: { durationMs: 1300, warmupMs: 0 },
      jobs: [{ steadyState: { ...SURE, limit: 0 } }],
    });
    expect(record.jobs[0]?.steadyState).toMatchObject({ attained: false, found: undefined });
    expect(record.jobs[0]?.steadyState?.iops).toHaveLength(1);
    expect(normalReport(record)).toContain("attained=no");
    expect(normalReport(record)).toContain("iops mean dev=unknown after 1 of 2 s");
  });
});
