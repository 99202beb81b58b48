import * as fc from "fast-check";
import { expect, test } from "vitest";
import { LatencyHistogram } from "../../src/machine/histogram.ts";
import { latencyShares } from "../../src/results/latency_shares.ts";

function sharesOf(...latencies: number[]): string[] {
  const histogram = LatencyHistogram.empty();
  for (const ns of latencies) histogram.record(ns);
  const { ns, us, ms } = latencyShares(histogram);
  return [
    ...ns.map((share) => ({ ...share, unit: "ns" })),
    ...us.map((share) => ({ ...share, unit: "us" })),
    ...ms.map((share) => ({ ...share, unit: "ms" })),
  ].flatMap(({ label, percent, unit }) => (percent > 0 ? [`${label}${unit}=${percent}`] : []));
}

test("a bound belongs to the range above it", () => {
  expect(sharesOf(1)).toEqual(["2ns=100"]);
  expect(sharesOf(2)).toEqual(["4ns=100"]);
  expect(sharesOf(999)).toEqual(["1000ns=100"]);
  expect(sharesOf(1000)).toEqual(["2us=100"]);
  expect(sharesOf(1e6)).toEqual(["2ms=100"]);
  expect(sharesOf(1.5e9)).toEqual(["2000ms=100"]);
  expect(sharesOf(3e9)).toEqual([">=2000ms=100"]);
});

test("what is not none shows as at least 0.01 percent", () => {
  const many = new Array<number>(20_000).fill(30);
  expect(sharesOf(...many, 5e6)).toContain("10ms=0.01");
});

test("the shares are all of the latencies", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 1e10 }), { minLength: 1 }), (latencies) => {
      const sum = sharesOf(...latencies)
        .map((share) => Number(share.split("=").at(-1)))
        .reduce((a, b) => a + b, 0);
      expect(sum).toBeCloseTo(100, 6);
    }),
  );
});
