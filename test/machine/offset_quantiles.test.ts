import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { offsetQuantiles } from "../../src/machine/offset_quantiles.ts";
import type { RandomDistribution } from "../../src/scenario/scenario.ts";

const COUNT = 64;
const positive = { noNaN: true, min: Number.MIN_VALUE } as const;

describe("quantiles of an offset distribution", () => {
  const distributions: fc.Arbitrary<RandomDistribution> = fc.oneof(
    fc.record({
      kind: fc.constant("zipf" as const),
      theta: fc.double({ ...positive, noDefaultInfinity: true }),
    }),
    fc.record({
      kind: fc.constant("pareto" as const),
      power: fc.double({ ...positive, max: 1, maxExcluded: true }),
    }),
    fc.record({
      kind: fc.constant("normal" as const),
      deviationPercent: fc.double({ noNaN: true, min: 0, max: 100 }),
    }),
  );
  test("ascend through blocks that exist, whatever the parameter", () => {
    const blocks = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
    fc.assert(
      fc.property(distributions, blocks, (distribution, extent) => {
        const quantiles = offsetQuantiles(distribution, extent, COUNT);
        expect(quantiles).toHaveLength(COUNT + 1);
        for (const [i, block] of quantiles.entries()) {
          expect(Number.isSafeInteger(block)).toBe(true);
          expect(block).toBeGreaterThanOrEqual(i > 0 ? (quantiles[i - 1] ?? 0) : 0);
          expect(block).toBeLessThan(extent);
        }
      }),
      { examples: [[{ kind: "zipf", theta: 1e9 }, 16384]] },
    );
  });

  test("a steep zipf asks for the first block alone", () => {
    const quantiles = offsetQuantiles({ kind: "zipf", theta: 2000 }, 1000, COUNT);
    expect(new Set(quantiles.slice(0, COUNT))).toEqual(new Set([0]));
  });

  test("zipf is continuous at theta 1", () => {
    const at = (theta: number) => offsetQuantiles({ kind: "zipf", theta }, 100_000, COUNT);
    expect(at(1)).toEqual(at(1 + 1e-8));
  });

  test("what the zones leave out is not asked for", () => {
    const zones = [{ accessPercent: 100, sizePercent: 50 }];
    const quantiles = offsetQuantiles({ kind: "zoned", zones }, 1000, COUNT);
    expect(quantiles.at(-1)).toBe(500);
  });
});
