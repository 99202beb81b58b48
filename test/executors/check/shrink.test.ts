import { describe, expect, test } from "vitest";
import { Bounded } from "../../../src/executors/check/bounded.ts";
import { DepthFirst } from "../../../src/executors/check/depth_first.ts";
import type { Race } from "../../../src/executors/check/race.ts";
import { RandomWalk } from "../../../src/executors/check/random_walk.ts";
import { type Found, shrink } from "../../../src/executors/check/shrink.ts";
import {
  DEPTH_MAX,
  operationsOf,
  type Subject,
  Trial,
} from "../../../src/executors/check/trial.ts";
import type { InvariantName } from "../../../src/scenario/promises.ts";
import { raceOf, searched, subjectOf } from "../../support/counterexamples.ts";
import { callApart, madeRace, operation } from "../../support/made_race.ts";

/** The longest of a few counterexamples that chance finds. */
function longest(subject: Subject): Found {
  const { explorer } = new Trial(subject);
  const walk = new RandomWalk(1);
  let long: Found | undefined;
  for (let i = 0; i < 8; i++) {
    const limits = { depth: DEPTH_MAX, schedules: explorer.counts.schedules + 2000 };
    const found = explorer.explore(walk, limits, false);
    if (found.kind !== "violated") throw new Error("chance found nothing");
    if (long && found.schedule.length <= long.schedule.length) continue;
    long = { ...found, leftOut: 0 };
  }
  return long as Found;
}

/** Switches away from a CPU that could have gone on. */
function preemptionsOf(subject: Subject, { schedule, leftOut }: Found): number {
  const { cpus } = new Trial(subject, leftOut);
  let count = 0;
  let running = -1;
  for (const { cpu, units } of schedule) {
    if (running >= 0 && cpus.runnable & (1 << running)) count++;
    running = cpu;
    for (let left = units; left > 0 && cpus.runnable & (1 << cpu); left -= cpus.units) {
      cpus.run(cpu, left);
    }
  }
  return count;
}

/** What can break there, of this invariant and those that always hold, with everything tried. */
function breaks({ race, ...rest }: Subject, invariant: InvariantName, leftOut: number) {
  const holds = race.holds.filter((one) => one === invariant);
  const trial = new Trial({ race: { ...race, holds }, ...rest }, leftOut);
  const found = searched(trial, () => new DepthFirst());
  return found.kind === "violated" ? found.breach.invariant : undefined;
}

describe.each([
  // Whoever pins it is as good as the other.
  { name: "two-pins-vs-writeback", breaking: "no-dirty-without-mkwrite", leftOut: 1 },
  { name: "pin-vs-mkclean", breaking: "no-dirty-without-mkwrite", leftOut: 0 },
  // With fewer preemptions another invariant breaks than chance has broken.
  { name: "dio-vs-writeback", breaking: "no-dirty-without-buffers", leftOut: 0 },
] as const)("a long counterexample of $name", ({ name, breaking, leftOut }) => {
  const subject = subjectOf(raceOf(name), { scheme: "refcount" });
  const found = longest(subject);
  const shrunk = shrink(subject, found);

  test("becomes one that breaks what it says, each time", () => {
    expect(shrunk.breach.invariant).toBe(breaking);
    for (let time = 0; time < 2; time++) {
      expect(new Trial(subject, shrunk.leftOut).replay(shrunk.schedule)).toEqual(shrunk.breach);
    }
  });

  test("has no preemption too many", () => {
    expect(preemptionsOf(subject, found)).toBeGreaterThan(20);
    expect(preemptionsOf(subject, shrunk)).toBe(1);
    expect(searched(new Trial(subject), () => new Bounded(0)).kind).toBe("exhausted");
  });

  test("has no operation too many", () => {
    expect(shrunk.leftOut).toBe(leftOut);
    const count = operationsOf(new Trial(subject).actors);
    const operations = Array.from({ length: count }, (_, operation) => 1 << operation);
    for (const one of operations.filter((bit) => (bit & leftOut) === 0)) {
      expect(breaks(subject, breaking, leftOut | one)).toBeUndefined();
    }
    // What was left out was not needed.
    expect(breaks(subject, breaking, leftOut)).toBe(breaking);
  });

  test("has no turn too many", () => {
    expect(shrunk.schedule.map(({ cpu }) => cpu)).toEqual(leftOut === 1 ? [1, 2] : [0, 1]);
    const shorter = shrunk.schedule.slice(0, -1);
    expect(new Trial(subject, shrunk.leftOut).replay(shorter)?.invariant).not.toBe(breaking);
  });
});

/** Each CPU writes its digits down, one an operation; what is written may break the race. */
function writers(lines: readonly string[], isBroken: (written: string) => boolean): Subject {
  const breach = { invariant: "no-overflow" as const, words: "it is written" };
  const race: Race = madeRace(
    lines.length,
    (world) =>
      lines.map((line) =>
        [...line].map((digit) => {
          const after = () => world.setLocal(0, 0, world.local(0, 0) * 8 + Number(digit));
          return operation({ ...callApart(digit, () => {}), after: () => after() as undefined });
        }),
      ),
    (world) => ({
      afterStep: () => (isBroken(world.local(0, 0).toString(8)) ? breach : undefined),
    }),
  );
  return subjectOf(race, { scheme: "bias" });
}

test("the fewest preemptions come before what a search meets first", () => {
  const subject = writers(["123", "45"], (written) => /^1243.|^14...$/.test(written));
  const shrunk = shrink(subject, longest(subject));
  expect([preemptionsOf(subject, shrunk), shrunk.leftOut]).toEqual([1, 0]);
});

test("what is needed by something that is left out is left out too", () => {
  // 2 spoils it, unless 1 was there before.
  const subject = writers(["123"], (written) => /^1?2?3/.test(written) && written !== "23");
  expect(shrink(subject, longest(subject))).toMatchObject({ leftOut: 0b011, schedule: [] });
});
