import { describe, expect, test } from "vitest";
import {
  MOST_SERVICE_TIMES,
  type ServiceTimes,
  serviceQuantilesNs,
} from "../../src/scenario/service_times.ts";

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** The value that `share` of them do not exceed. */
const quantile = (values: readonly number[], share: number): number =>
  values[Math.ceil(share * values.length) - 1] ?? Number.NaN;

describe("service times are equally likely values of their distribution", () => {
  test("a constant is one value", () => {
    expect(serviceQuantilesNs({ dist: "constant", value: 5000 })).toEqual([5000]);
  });

  test.each<ServiceTimes>([
    { dist: "uniform", min: 100, max: 300 },
    { dist: "exponential", mean: 20_000 },
    { dist: "lognormal", p50: 12_000, p99: 60_000 },
  ])("$dist: as many as the table holds, ascending", (times) => {
    const values = serviceQuantilesNs(times);
    expect(values).toHaveLength(MOST_SERVICE_TIMES);
    expect(values).toEqual([...values].sort((a, b) => a - b));
    expect(values[0]).toBeGreaterThan(0);
  });

  test("uniform: from the least to the most", () => {
    const values = serviceQuantilesNs({ dist: "uniform", min: 100, max: 300 });
    expect(mean(values)).toBeCloseTo(200, 6);
    expect(Math.min(...values)).toBeCloseTo(100, 0);
    expect(Math.max(...values)).toBeCloseTo(300, 0);
  });

  test("exponential: its mean, but for what the cut tail takes", () => {
    const values = serviceQuantilesNs({ dist: "exponential", mean: 20_000 });
    expect(mean(values) / 20_000).toBeCloseTo(1, 3);
    expect(quantile(values, 0.5) / (20_000 * Math.LN2)).toBeCloseTo(1, 2);
  });

  test("lognormal: its median and its 99th percentile", () => {
    const values = serviceQuantilesNs({ dist: "lognormal", p50: 12_000, p99: 60_000 });
    expect(quantile(values, 0.5) / 12_000).toBeCloseTo(1, 2);
    expect(quantile(values, 0.99) / 60_000).toBeCloseTo(1, 1);
  });

  test("a lognormal without spread is its median", () => {
    const values = serviceQuantilesNs({ dist: "lognormal", p50: 7, p99: 7 });
    expect(new Set(values)).toEqual(new Set([7]));
  });
});
