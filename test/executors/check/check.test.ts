import { describe, expect, test } from "vitest";
import { CACHE_LINE_BYTES, CONTROL_RUNNING_CPU } from "../../../assembly/shared/layout.ts";
import { Check, type CheckResult } from "../../../src/executors/check/check.ts";
import type { Race, RaceMachine } from "../../../src/executors/check/race.ts";
import { matrixOf } from "../../../src/executors/check/races/machines.ts";
import { RACES } from "../../../src/executors/check/races.ts";
import { replayed } from "../../../src/executors/check/replayed.ts";
import { Trial } from "../../../src/executors/check/trial.ts";
import { completeMachine } from "../../../src/scenario/machine_spec.ts";

const TIME_MS = 20_000;

function check(race: Race, { twist, ...input }: RaceMachine): CheckResult {
  const subject = { race, machine: completeMachine({ ...input, pages: 16 }), twist };
  return new Check(subject, { strategy: "dfs", timeMs: TIME_MS }).run();
}

function raceOf(name: string): Race {
  const race = RACES.find((one) => one.name === name);
  if (race === undefined) throw new Error(`no race ${name}`);
  return race;
}

const nameOf = (machine: RaceMachine): string => JSON.stringify(machine);
const SMALL = RACES.filter(
  ({ actors, name }) => actors.length === 2 || name.startsWith("mapcount"),
);

describe.each(SMALL)("$name", (race) => {
  test("comes to what is expected, on every machine that it is about", () => {
    for (const machine of race.machines) {
      const { outcome, subject } = check(race, machine);
      const expected = race.expects(subject.machine, machine.twist);
      expect([nameOf(machine), outcome.kind]).toEqual([nameOf(machine), expected]);
    }
  });
});

test("pin-vs-mkclean: every value of what matters, with the barrier of 16 January 2019", () => {
  const race = raceOf("pin-vs-mkclean");
  const machines = matrixOf(race).filter(({ scheme, sync }) => {
    return scheme === "bias" && (sync === "barrier" || sync === "lock");
  });
  expect(machines.length).toBe(60);
  for (const machine of machines) {
    const { outcome, subject } = check(race, machine);
    expect([nameOf(machine), outcome.kind]).toEqual([
      nameOf(machine),
      race.expects(subject.machine, undefined),
    ]);
  }
});

describe("fsync-durability", () => {
  const race = raceOf("fsync-durability");

  test("a page that is skipped after PG_writeback was set can be passed by an fsync", () => {
    const { outcome } = check(race, { scheme: "bias", sync: "barrier" });
    expect(outcome.kind).toBe("violated");
    if (outcome.kind !== "violated") return;
    expect(outcome.counterexample.breach.invariant).toBe("fsync-durable");
    expect(outcome.counterexample.schedule.length).toBeLessThanOrEqual(4);
  });

  test("asked before, or bounced, it is not", () => {
    const before = { scheme: "bias", sync: "barrier", testAt: "after-mkclean" } as const;
    expect(check(race, before).outcome.kind).toBe("passed");
    expect(check(race, { scheme: "bias" }).outcome.kind).toBe("passed");
  });
});

describe("a counterexample", () => {
  const race = raceOf("dio-vs-writeback");

  test("is the same each time, token and all, and its token replays it", () => {
    const [first, second] = [0, 1].map(() => check(race, { scheme: "refcount" }));
    if (first?.outcome.kind !== "violated") throw new Error("the crash of 2018 was not found");
    expect(second?.outcome).toEqual(first.outcome);
    expect(second?.effort).toEqual(first.effort);
    const { breach, schedule, token } = first.outcome.counterexample;
    expect(breach.invariant).toBe("no-dirty-without-buffers");
    // Direct I/O pins, reclaim does all of its work, the device and unpin go on.
    expect(schedule.map(({ cpu }) => cpu)).toEqual([0, 1]);
    const again = replayed(first.subject, token);
    expect(typeof again === "string" ? again : again.outcome).toEqual(first.outcome);
  });

  test.each(["random", "pct"] as const)("is found by %s too", (strategy) => {
    const machine = completeMachine({ scheme: "bias", testAt: "before-mkclean", pages: 16 });
    const subject = { race: raceOf("pin-vs-mkclean"), machine };
    const { outcome } = new Check(subject, { strategy, schedules: 300, timeMs: TIME_MS }).run();
    expect(outcome.kind).toBe("violated");
  });

  test("that chance and priorities do not find is no proof", () => {
    for (const strategy of ["random", "pct"] as const) {
      const machine = completeMachine({ scheme: "bias", pages: 16 });
      const subject = { race, machine };
      const { outcome } = new Check(subject, { strategy, schedules: 300, timeMs: TIME_MS }).run();
      expect(outcome).toMatchObject({ kind: "stopped", reason: "schedule-limit" });
    }
  });

  test("a bound of preemptions is no proof either", () => {
    const subject = { race, machine: completeMachine({ scheme: "bias", pages: 16 }) };
    const options = { strategy: "dfs", preemptions: 1, timeMs: TIME_MS } as const;
    const { outcome } = new Check(subject, options).run();
    expect(outcome).toMatchObject({ kind: "stopped", reason: "preemption-bound" });
  });
});

test("what a schedule has done is undone to the last word", () => {
  const subject = { race: raceOf("pin-vs-mkclean"), machine: completeMachine({ pages: 16 }) };
  const trial = new Trial(subject);
  const { words, plan } = trial.world.machine;
  const end = plan.marksAt >>> 2;
  const before = words.slice(0, end);
  trial.replay([
    { cpu: 0, units: 17 },
    { cpu: 1, units: 23 },
  ]);
  // Who runs, and where the journal stands, is no part of the machine.
  const line = CONTROL_RUNNING_CPU >>> 2;
  const differs = before.findIndex(
    (word, i) => word !== words[i] && (i < line || i >= line + CACHE_LINE_BYTES / 4),
  );
  expect(differs).toBe(-1);
  expect([trial.world.memory.low, trial.world.memory.high]).toEqual([0, 0]);
});
