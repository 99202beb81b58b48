import { describe, expect, test } from "vitest";
import {
  ACTOR_BEGAN_NS,
  ACTOR_MEASURED_NS,
  ACTOR_READ_IOS,
} from "../../../assembly/shared/actor_layout.ts";
import { CPU_ACTOR } from "../../../assembly/shared/layout.ts";
import { ThresholdWatch } from "../../../src/executors/threads/threshold_watch.ts";
import { clockZeroNs, monotonicNs } from "../../../src/machine/clock.ts";
import { cpuAddress } from "../../../src/machine/machine.ts";
import { exitStatusOf, runExitReasons } from "../../../src/results/exit_status.ts";
import { normalReport } from "../../../src/results/normal.ts";
import { makeScenario, type ScenarioInput } from "../../../src/scenario/make_scenario.ts";
import { emptyGroup } from "../../support/fake_workers.ts";
import { timedRun } from "../../support/runs.ts";

const MINUTE = { durationMs: 60_000, warmupMs: 50 };
const JOB = { name: "job", iodepth: 4 };

describe("on real threads", () => {
  test("a threshold that fails ends the run; what was measured is there, exit 99", async () => {
    const record = await timedRun({
      run: MINUTE,
      jobs: [JOB],
      thresholds: ["pin_fast.p99<1ns abortOnFail=150ms", "read.iops>1", "io.p50<1us"],
    });
    const [ended, held] = record.thresholds;
    expect(ended?.ok).toBe(false);
    expect(ended?.abortedAtMs).toBeGreaterThanOrEqual(150);
    expect(ended?.abortedAtMs).toBeLessThan(60_000);
    expect(ended?.abortedValue).toBeGreaterThan(1);
    expect(ended?.value).toBe(record.ops.pin_fast?.latency.percentile(99));
    expect(held).toMatchObject({ ok: true, abortedAtMs: undefined });
    expect(record.interrupted).toBe(false);
    expect(record.durationNs).toBeLessThan(60e9);
    expect(record.jobs[0]?.read.ios).toBeGreaterThan(1000);
    const [reason] = runExitReasons(record);
    expect(reason).toMatchObject({ status: 99 });
    expect(reason?.message).toMatch(
      /pin_fast\.p99<1ns .*failed: found .*; ended the run at .* ms$|ms$/,
    );
    expect(exitStatusOf(runExitReasons(record))).toBe(99);
    expect(normalReport(record)).toMatch(/FAILED {2}pin_fast\.p99<1ns abortOnFail=150ms/);
  });

  test("groups after it are not begun", async () => {
    const record = await timedRun({
      run: MINUTE,
      groups: [{ jobs: [JOB] }, { jobs: [{ ...JOB, name: "second" }] }],
      thresholds: ["read.clat.p50<1ns abortOnFail=100ms"],
    });
    expect(record.jobs.map(({ job }) => job.name)).toEqual(["job"]);
  });

  test("one that holds, one that was never measured and one that only fails do not", async () => {
    const record = await timedRun({
      run: { durationMs: 400, warmupMs: 0 },
      jobs: [JOB],
      thresholds: [
        "pin_fast.p99<10s abortOnFail=100ms",
        "mr_reg.p99<1ns abortOnFail=100ms",
        "read.ios>1000Gi abortOnFail=100ms",
        "violations==0 abortOnFail=100ms",
        "pin_fast.p99<1ns",
      ],
    });
    expect(record.durationNs).toBeGreaterThanOrEqual(390e6);
    expect(record.thresholds.map(({ ok }) => ok)).toEqual([true, false, false, true, false]);
    expect(record.thresholds.every(({ abortedAtMs }) => abortedAtMs === undefined)).toBe(true);
  });
});

/** Watches actors that do nothing but what the test writes into their blocks. */
function watchOf(jobs: NonNullable<ScenarioInput["jobs"]>, thresholds: string[]) {
  const scenario = makeScenario({ run: { durationMs: 1 }, jobs, thresholds });
  const { context, actors } = emptyGroup(scenario);
  const calibration = { clockReadNs: 50, clockGrainNs: 1 };
  const { machine, settings } = context;
  const watched = new ThresholdWatch(scenario.thresholds);
  const run = { scenario, machine, calibration, settings, groupIndex: 0, actors };
  const block = (i: number) => cpuAddress(machine, i) + CPU_ACTOR;
  return {
    watched,
    ends: watched.ofGroup(run, 5000),
    /** The actor's figures began so long ago; with `isOver` they ended then, as long as that. */
    measures: (i: number, ms: number, isOver = false) => {
      const nowNs = monotonicNs() + clockZeroNs();
      machine.doubles[(block(i) + ACTOR_BEGAN_NS) >>> 3] = nowNs - ms * 1e6;
      if (isOver) machine.doubles[(block(i) + ACTOR_MEASURED_NS) >>> 3] = ms * 1e6;
    },
    reads: (i: number, ios: number) => {
      machine.longs[(block(i) + ACTOR_READ_IOS) >>> 3] = BigInt(ios);
    },
  };
}

describe("when it looks", () => {
  function watch(...thresholds: string[]) {
    const watched = watchOf([JOB], thresholds);
    watched.measures(0, 1000);
    return watched;
  }

  test("first after the delay, then once a second", () => {
    // Nothing is done by these actors: the rate is 0 at every look.
    const { watched, ends } = watch("pin_fast.rate>=0 abortOnFail", "io.rate>0 abortOnFail=2500ms");
    expect([100, 999, 1000, 2000, 2499].map(ends)).toEqual(Array(5).fill(false));
    expect(ends(2510)).toBe(true);
    expect(watched.ended).toMatchObject({
      threshold: { metric: "io.rate" },
      atMs: 7510,
      value: 0,
    });
  });

  test("not before a tenth of a second", () => {
    const { ends } = watch("io.rate>0 abortOnFail=0ms");
    expect([0, 20, 99].map(ends)).toEqual([false, false, false]);
    expect(ends(100)).toBe(true);
  });

  test("an actor that still warms up has no figures", () => {
    const { ends, measures, reads } = watchOf([JOB], ["read.iops<1 abortOnFail=100ms"]);
    reads(0, 1_000_000);
    expect(ends(150)).toBe(false);
    measures(0, 50);
    expect(ends(1200)).toBe(true);
  });

  test("a job that has ended keeps the rate that it had", () => {
    const jobs = [JOB, { ...JOB, name: "other", readPercent: 0 }];
    const { watched, ends, measures, reads } = watchOf(jobs, ["read.iops>=1000 abortOnFail"]);
    measures(0, 500, true);
    measures(1, 2000);
    reads(0, 500);
    expect(ends(2000)).toBe(false);
    reads(0, 499);
    expect(ends(3000)).toBe(true);
    expect(watched.ended?.value).toBe(998);
  });

  test("without abortOnFail never", () => {
    expect(watch("io.rate>0").ends(1e6)).toBe(false);
  });
});
