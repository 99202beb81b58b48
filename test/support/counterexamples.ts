import { Check, type CheckResult } from "../../src/executors/check/check.ts";
import type { Exploration } from "../../src/executors/check/explore.ts";
import type { Counterexample } from "../../src/executors/check/outcome.ts";
import type { Race, RaceMachine } from "../../src/executors/check/race.ts";
import { RACES } from "../../src/executors/check/races.ts";
import type { Scheduler } from "../../src/executors/check/scheduler.ts";
import { type Timeline, timelineOf } from "../../src/executors/check/timeline.ts";
import { DEPTH_MAX, type Subject, type Trial } from "../../src/executors/check/trial.ts";
import { completeMachine } from "../../src/scenario/machine_spec.ts";
import { call, madeRace, operation } from "./made_race.ts";

/** Races that are known to break something, and what they come to. */

const TIME_MS = 20_000;

export function subjectOf(race: Race, { twist, ...input }: RaceMachine): Subject {
  return { race, machine: completeMachine({ ...input, pages: 16 }), twist };
}

export function checked(race: Race, machine: RaceMachine): CheckResult {
  return new Check(subjectOf(race, machine), { strategy: "dfs", timeMs: TIME_MS }).run();
}

/** Explores it, begun again until nothing is learnt on the way. */
export function searched({ explorer }: Trial, begin: () => Scheduler): Exploration {
  while (true) {
    const found = explorer.explore(begin(), { depth: DEPTH_MAX }, true);
    if (found.kind !== "learnt") return found;
  }
}

export function raceOf(name: string): Race {
  const race = RACES.find((one) => one.name === name);
  if (race === undefined) throw new Error(`no race ${name}`);
  return race;
}

/** Every race on every machine of its own that is expected to break it. */
export function everyViolation(): CheckResult[] {
  return RACES.flatMap((race) =>
    race.machines
      .filter(({ twist, ...input }) => {
        return race.expects(completeMachine({ ...input, pages: 16 }), twist) === "violated";
      })
      .map((machine) => checked(race, machine)),
  );
}

export interface Broken {
  readonly result: CheckResult;
  readonly subject: Subject;
  readonly counterexample: Counterexample;
  readonly timeline: Timeline;
}

export function broken(race: Race, machine: RaceMachine): Broken {
  const result = checked(race, machine);
  const { subject, outcome } = result;
  if (outcome.kind !== "violated") throw new Error(`${race.name}: ${outcome.kind}`);
  const { counterexample } = outcome;
  return { result, subject, counterexample, timeline: timelineOf(subject, counterexample) };
}

/** A CPU that reads wants to write, and waits for itself. */
export const UPGRADE: Race = madeRace(2, (world) => {
  const { core, mm } = world;
  return [world.cpu(0), world.cpu(1)].map((cpu) => [
    operation(
      call("mmap_read_lock()", () => core.mmapReadLock(cpu, mm)),
      call("mmap_write_lock()", () => core.mmapWriteLock(cpu, mm)),
    ),
  ]);
});
