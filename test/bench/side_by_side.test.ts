import { expect, test } from "vitest";
import { type Couple, compare } from "../../bench/side_by_side.ts";
import type { Runner } from "../../bench/subject.ts";

const EFFORT = { couples: 3, pairs: 5, sliceMs: 2 };

/** Takes `ns` a call by its own word, and notes how many calls it was asked for. */
function runner(ns: number, asked: number[] = []): Runner {
  return {
    run: (calls) => {
      asked.push(calls);
      return Promise.resolve({ busyNs: calls * ns, wallNs: calls * ns * 2 });
    },
  };
}

test("the ratio is a's throughput as a share of b's", async () => {
  const found = await compare(
    () => Promise.resolve({ a: runner(200), b: runner(50), end: () => {} }),
    EFFORT,
  );
  expect(found.ratio).toEqual({ median: 0.25, low: 0.25, high: 0.25 });
  expect(found.wallRatio.median).toBe(0.25);
  expect([found.nsA, found.nsB, found.noiseA, found.noiseB]).toEqual([200, 50, 1, 1]);
  expect(found.pairs).toBe(15);
});

test("both sides make the same calls, in whole rounds, of about the wanted length", async () => {
  const a: number[] = [];
  const b: number[] = [];
  await compare(
    () => Promise.resolve({ a: runner(100, a), b: runner(10, b), end: () => {} }),
    EFFORT,
  );
  expect(a).toEqual(b);
  expect(a.every((calls) => calls % 16 === 0)).toBe(true);
  expect((a.at(-1) as number) * 100).toBeGreaterThan(EFFORT.sliceMs * 0.9e6);
  expect((a.at(-1) as number) * 100).toBeLessThan(EFFORT.sliceMs * 1.1e6);
});

test("every couple is ended, also when one fails", async () => {
  let ended = 0;
  const couple = (a: Runner): Couple => ({ a, b: runner(10), end: () => ended++ });
  await compare(() => Promise.resolve(couple(runner(10))), EFFORT);
  expect(ended).toBe(3);
  const failing: Runner = { run: () => Promise.reject(new Error("no")) };
  await expect(compare(() => Promise.resolve(couple(failing)), EFFORT)).rejects.toThrow("no");
  expect(ended).toBe(4);
});
