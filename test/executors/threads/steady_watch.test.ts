import { describe, expect, test } from "vitest";
import {
  ACTOR_READ_IOS,
  ACTOR_STOP_ASKED,
  ACTOR_WRITE_BYTES,
} from "../../../assembly/shared/actor_layout.ts";
import { CPU_ACTOR } from "../../../assembly/shared/layout.ts";
import { SteadyWatch } from "../../../src/executors/threads/steady_watch.ts";
import { cpuAddress } from "../../../src/machine/machine.ts";
import { makeScenario, type ScenarioInput } from "../../../src/scenario/make_scenario.ts";
import type { SteadyState } from "../../../src/scenario/scenario.ts";
import { emptyGroup } from "../../support/fake_workers.ts";

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

  test("that are reported as one are judged as one, and end together", () => {
    const group = look(true);
    expect(group.asked()).toEqual([1, 1]);
    const [first, second] = group.watch.records();
    expect(first).toEqual(second);
    expect(first).toMatchObject({ attained: true, iops: [10_100, 10_150] });
  });
});
