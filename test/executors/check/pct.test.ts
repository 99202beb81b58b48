import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Pct } from "../../../src/executors/check/pct.ts";
import { type Choice, cpusOf, drive, isPreempted, type Toy } from "../../support/toy.ts";
import { toys } from "../../support/toy_space.ts";

const EXECUTIONS = 24;
const depths = fc.integer({ min: 1, max: 4 });

function walks(toy: Toy, depth: number, seed: number): Choice[][] {
  return drive(toy, new Pct(seed, toy.steps.length, depth), EXECUTIONS).executions;
}

const preemptionsOf = (walk: readonly Choice[]): number =>
  walk.filter(({ running, runnable, cpu }) => isPreempted(running, runnable, cpu ?? -1)).length;

test("one seed, one walk; only who can run runs", () => {
  fc.assert(
    fc.property(toys, depths, fc.nat(), (toy, depth, seed) => {
      const all = walks(toy, depth, seed);
      expect(walks(toy, depth, seed)).toEqual(all);
      for (const { runnable, cpu } of all.flat()) {
        expect(runnable & (1 << (cpu as number))).not.toBe(0);
      }
    }),
  );
});

describe("with one ordering to meet", () => {
  test("whoever runs is the highest that can, in one order for the whole execution", () => {
    fc.assert(
      fc.property(toys, fc.nat(), (toy, seed) => {
        for (const walk of walks(toy, 1, seed)) expect(orderOf(walk)).toBeDefined();
      }),
    );
  });

  test("nobody is switched away from where nobody waits", () => {
    const all = walks({ steps: [5, 5, 5], gates: [] }, 1, 1);
    expect(all.map(preemptionsOf)).toEqual(all.map(() => 0));
    // And every order comes up.
    expect(new Set(all.map((walk) => walk.map(({ cpu }) => cpu).join(""))).size).toBe(6);
  });

  test("a CPU that becomes runnable goes before those below it", () => {
    const gate = { cpu: 0, at: 0, of: 1, far: 2 };
    const all = walks({ steps: [1, 4], gates: [gate] }, 1, 1);
    const lines = new Set(all.map((walk) => walk.map(({ cpu }) => cpu).join("")));
    expect(lines).toEqual(new Set(["11011", "11110"]));
  });
});

test("each further ordering is one preemption at the most, and those happen", () => {
  for (const depth of [2, 3, 4]) {
    const counts = walks({ steps: [5, 5, 5], gates: [] }, depth, 3).map(preemptionsOf);
    expect(Math.max(...counts)).toBe(depth - 1);
  }
});

test("a CPU that spins gives way", () => {
  const waits = { cpu: 0, at: 999, of: 1, far: 1 };
  for (const walk of walks({ steps: [1000, 1], gates: [waits] }, 1, 1)) {
    expect(walk.findIndex(({ cpu }) => cpu === 1)).toBeLessThan(300);
  }
});

/** An order of CPUs of which each choice is the first that can run; undefined: there is none. */
function orderOf(walk: readonly Choice[]): number[] | undefined {
  let left = walk.map(({ runnable, cpu }) => ({ runnable, cpu: cpu as number }));
  let candidates = cpusOf(left.reduce((mask, { runnable }) => mask | runnable, 0));
  const order: number[] = [];
  while (candidates.length > 0) {
    const first = candidates.find((one) =>
      left.every(({ runnable, cpu }) => cpu === one || (runnable & (1 << one)) === 0),
    );
    if (first === undefined) return undefined;
    order.push(first);
    candidates = candidates.filter((one) => one !== first);
    left = left.filter(({ cpu }) => cpu !== first);
  }
  return order;
}
