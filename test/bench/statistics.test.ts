import { describe, expect, test } from "vitest";
import { bootstrapMedian, median, quantile, repeatability } from "../../bench/statistics.ts";
import { splitmix64 } from "../../src/machine/prng.ts";

/** Uniform in [0, 1), from a seed of its own. */
function uniform(count: number, seed: bigint): number[] {
  return Array.from({ length: count }, (_, i) => Number(splitmix64(seed, i) >> 32n) / 2 ** 32);
}

describe("quantile", () => {
  test("interpolates between neighbours and does not sort its argument", () => {
    const sample = [4, 1, 3, 2];
    expect(quantile(sample, 0)).toBe(1);
    expect(quantile(sample, 1)).toBe(4);
    expect(quantile(sample, 0.25)).toBeCloseTo(1.75);
    expect(median(sample)).toBe(2.5);
    expect(sample).toEqual([4, 1, 3, 2]);
  });

  test("of one value is that value; of none there is none", () => {
    expect(median([7])).toBe(7);
    expect(() => median([])).toThrow(RangeError);
  });
});

describe("bootstrapMedian", () => {
  test("a constant has an interval of no width", () => {
    expect(bootstrapMedian([[2, 2, 2]])).toEqual({ median: 2, low: 2, high: 2 });
  });

  test("the same sample gives the same interval", () => {
    const sample = [uniform(15, 3n)];
    expect(bootstrapMedian(sample)).toEqual(bootstrapMedian(sample));
  });

  test("covers the true median of most samples, and narrows with their size", () => {
    let covered = 0;
    for (let seed = 0; seed < 60; seed++) {
      const { low, high } = bootstrapMedian([uniform(21, BigInt(seed))]);
      if (low <= 0.5 && 0.5 <= high) covered++;
    }
    expect(covered).toBeGreaterThanOrEqual(50);
    const few = bootstrapMedian([uniform(11, 9n)]);
    const many = bootstrapMedian([uniform(401, 9n)]);
    expect(many.high - many.low).toBeLessThan(few.high - few.low);
  });

  test("groups that disagree widen the interval", () => {
    const values = uniform(35, 5n).sort((x, y) => x - y);
    const apart = Array.from({ length: 7 }, (_, g) => values.slice(5 * g, 5 * g + 5));
    const mixed = Array.from({ length: 7 }, (_, g) => values.filter((_, i) => i % 7 === g));
    const width = (groups: number[][]) => {
      const { low, high } = bootstrapMedian(groups);
      return high - low;
    };
    expect(width(apart)).toBeGreaterThan(1.2 * width(mixed));
  });
});

describe("repeatability", () => {
  test("is 1 for equal slices and for a single one", () => {
    expect(repeatability([[5, 5, 5]])).toBe(1);
    expect(repeatability([[5], [50]])).toBe(1);
  });

  test("is a factor whichever of two neighbours is slower", () => {
    expect(repeatability([[1, 2, 1]])).toBe(2);
  });
});
