import * as fc from "fast-check";
import { expect, test } from "vitest";
import { RandomWalk } from "../../../src/executors/check/random_walk.ts";
import { drive } from "../../support/toy.ts";
import { toys } from "../../support/toy_space.ts";

test("one seed, one walk; only who can run runs", () => {
  fc.assert(
    fc.property(toys, fc.nat(), (toy, seed) => {
      const [one, other] = [0, 1].map(() => drive(toy, new RandomWalk(seed), 8));
      expect(other).toEqual(one);
      for (const { runnable, cpu } of one?.executions.flat() ?? []) {
        expect(runnable & (1 << (cpu as number))).not.toBe(0);
      }
    }),
  );
});

test("other seeds and other executions are other walks", () => {
  const toy = { steps: [20, 20], gates: [] };
  const walks = [1, 2, 3].flatMap((seed) => drive(toy, new RandomWalk(seed), 3).executions);
  expect(new Set(walks.map((walk) => walk.map(({ cpu }) => cpu).join(""))).size).toBe(9);
});

test("each that can run runs as often as the others", () => {
  const walk = new RandomWalk(7);
  const times = new Array<number>(6).fill(0);
  const point = { depth: 0, runnable: 0b101101, running: 0, low: 0, high: 0 };
  for (let i = 0; i < 4000; i++) {
    const cpu = walk.next(point);
    times[cpu] = (times[cpu] as number) + 1;
  }
  expect([times[1], times[4]]).toEqual([0, 0]);
  for (const cpu of [0, 2, 3, 5]) {
    expect(times[cpu]).toBeGreaterThan(900);
    expect(times[cpu]).toBeLessThan(1100);
  }
});
