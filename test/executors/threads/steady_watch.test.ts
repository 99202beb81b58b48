import { describe, expect, test } from "vitest";
import {
  ACTOR_READ_IOS,
  ACTOR_STOP_ASKED,
  ACTOR_WRITE_BYTES,
} from "../../../assembly/shared/actor_layout.ts";
import { CPU_ACTOR } from "../../../assembly/shared/layout.ts";
import { SteadyWatch } from "../../../src/executors/threads/steady_watch.ts";
import { cpuAddress } from "../../../src/machine/machine.ts";
import { fioJson } from "../../../src/results/fio_json.ts";
import { normalReport } from "../../../src/results/normal.ts";
import { makeScenario, type ScenarioInput } from "../../../src/scenario/make_scenario.ts";
import type { SteadyState } from "../../../src/scenario/pace.ts";
import { emptyGroup } from "../../support/fake_workers.ts";
import { timedRun, violated } from "../../support/runs.ts";

const STEADY: SteadyState = {
  measure: "iops",
  criterion: "deviation",
  limit: 10,
  inPercent: true,
  windowMs: 2000,
  rampMs: 0,
};

/** A group whose actors do what the test writes into their counters. */
function watched(jobs: NonNullable<ScenarioInput["jobs"]>) {
  const { context, actors } = emptyGroup(makeScenario({ jobs }));
  const { machine } = context;
  const running = actors.map((actor) => ({ actor, end: undefined as unknown }));
  const watch = new SteadyWatch(machine, running);
  const block = (i: number) => cpuAddress(machine, actors[i]?.cpu ?? 0) + CPU_ACTOR;
  return {
    watch,
    running,
    reads: (i: number, ios: number) => {
      machine.longs[(block(i) + ACTOR_READ_IOS) >>> 3] = BigInt(ios);
    },
    writtenBytes: (i: number, bytes: number) => {
      machine.longs[(block(i) + ACTOR_WRITE_BYTES) >>> 3] = BigInt(bytes);
    },
    asked: () => actors.map((_, i) => machine.words[(block(i) + ACTOR_STOP_ASKED) >>> 2]),
  };
}

describe("a watched job", () => {
  test("is asked to end once its rate has held still for the window", () => {
    const group = watched([{ steadyState: STEADY }, { name: "other" }]);
    for (const [ms, ios] of [
      [20, 5],
      [1000, 300],
      [1020, 310],
      [2000, 800],
      [3000, 1300],
    ] as const) {
      expect(group.asked()).toEqual([0, 0]);
      group.reads(0, ios);
      group.writtenBytes(0, ios * 512);
      group.watch.look(ms);
    }
    expect(group.asked()).toEqual([1, 0]);
    expect(group.watch.records()).toEqual([
      {
        attained: true,
        iopsMean: 500,
        bytesMean: 256_000,
        found: 0,
        iops: [500, 500],
        bytes: [256_000, 256_000],
      },
      undefined,
    ]);
    group.watch.look(9000);
    expect(group.watch.records()[0]?.iops).toEqual([500, 500]);
  });

  test("is looked at neither before it starts nor before its ramp is over", () => {
    const steadyState = { ...STEADY, rampMs: 1000 };
    const group = watched([{ startDelayMs: 500, steadyState }]);
    for (const ms of [0, 500, 1000, 1480]) group.watch.look(ms);
    group.reads(0, 70);
    group.watch.look(1500);
    group.reads(0, 170);
    group.watch.look(2480);
    expect(group.watch.records()[0]?.iops).toEqual([]);
    group.watch.look(2500);
    expect(group.watch.records()[0]?.iops).toEqual([100]);
  });

  test("has the rate of the time that really passed, when the host looks late", () => {
    const group = watched([{ steadyState: STEADY }]);
    group.reads(0, 2500);
    group.watch.look(2500);
    group.watch.look(2520);
    group.reads(0, 3000);
    group.watch.look(3500);
    expect(group.watch.records()[0]?.iops).toEqual([1000, 500]);
  });

  test("that has ended is looked at no more", () => {
    const group = watched([{ steadyState: STEADY }]);
    group.reads(0, 100);
    group.watch.look(1000);
    for (const one of group.running) one.end = { kind: "answered" };
    for (const ms of [2000, 3000, 4000]) group.watch.look(ms);
    expect(group.watch.records()[0]).toMatchObject({ attained: false, iops: [100] });
  });
});

describe("clones", () => {
  const look = (groupReporting: boolean) => {
    const group = watched([{ clones: 2, groupReporting, steadyState: STEADY }]);
    let [first, second] = [0, 0];
    for (const ms of [1000, 2000, 3000]) {
      // One holds still; the other goes up and down, but not so much against their sum.
      first += 10_000;
      second += ms === 2000 ? 150 : 100;
      group.reads(0, first);
      group.reads(1, second);
      group.watch.look(ms);
    }
    return group;
  };

  test("are judged, and end, each by itself", () => {
    const group = look(false);
    expect(group.asked()).toEqual([1, 0]);
    expect(group.watch.records().map((record) => record?.attained)).toEqual([true, false]);
  });

  test("are judged and end as a whole where their submission is offloaded", () => {
    const group = watched([{ clones: 2, submit: "offload", iodepth: 2, steadyState: STEADY }]);
    for (const [seconds, drift] of [1, 2, 3].map((s) => [s, s % 2 ? 0 : 400] as const)) {
      // The first clone's submitters take turns at being busy; the second clone is unsteady.
      const ios = [500 * seconds + drift, 500 * seconds - drift, 10 * seconds + drift, 0];
      ios.forEach((count, i) => {
        group.reads(i, count);
      });
      group.watch.look(1000 * seconds);
    }
    expect(group.asked()).toEqual([1, 1, 0, 0]);
    const [first, second] = group.watch.records();
    expect(first).toMatchObject({ attained: true, iops: [1000, 1000] });
    expect(second).toEqual(first);
  });

  test("that are reported as one are judged as one, and end together", () => {
    const group = look(true);
    expect(group.asked()).toEqual([1, 1]);
    const [first, second] = group.watch.records();
    expect(first).toEqual(second);
    expect(first).toMatchObject({ attained: true, iops: [10_100, 10_150] });
  });
});

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

  test("ends those of its reporting group that still wait for their start, too", async () => {
    const group = { groupReporting: true, reportingGroup: 1, steadyState: SURE };
    const late = { name: "late", startDelayMs: 50_000, ...group };
    const record = await timedRun({ run: LONG, jobs: [{ name: "now", ...group }, late] });
    expect(record.jobs[0]?.steadyState?.attained).toBe(true);
    expect(record.durationNs).toBeLessThan(50e9);
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
