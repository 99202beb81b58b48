import * as fc from "fast-check";
import { build, type JsHistogram } from "hdr-histogram-js";
import { describe, expect, test } from "vitest";
import { HISTOGRAM_HIGHEST_NS, HISTOGRAM_SLOTS } from "../../assembly/shared/histogram.ts";
import { LatencyHistogram } from "../../src/machine/histogram.ts";
import { highestValueAt, indexOf, lowestValueAt } from "../../src/machine/histogram_geometry.ts";

/** Latencies over all magnitudes, so that every bucket is reached. */
const latency = fc
  .tuple(fc.integer({ min: 0, max: 41 }), fc.double({ min: 0, max: 1, noNaN: true }))
  .map(([bits, part]) => Math.min(Math.floor(2 ** bits * (1 + part)), HISTOGRAM_HIGHEST_NS));
const latencies = fc.array(fc.oneof(latency, fc.constantFrom(0, 1, 2047, 2048, 4095, 4096)), {
  minLength: 1,
  maxLength: 300,
});

function reference(values: readonly number[]): JsHistogram {
  const histogram = build({
    bitBucketSize: 64,
    lowestDiscernibleValue: 1,
    highestTrackableValue: HISTOGRAM_HIGHEST_NS,
    numberOfSignificantValueDigits: 3,
    autoResize: false,
    useWebAssembly: false,
  }) as JsHistogram;
  for (const value of values) histogram.recordValue(value);
  return histogram;
}

function recorded(values: readonly number[]): LatencyHistogram {
  const histogram = LatencyHistogram.empty();
  for (const value of values) histogram.record(value);
  return histogram;
}

function within(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}

describe("geometry", () => {
  test("every slot begins where the one before it ends", () => {
    for (let index = 1; index < HISTOGRAM_SLOTS; index++) {
      expect(lowestValueAt(index)).toBe(highestValueAt(index - 1) + 1);
    }
  });

  test("the highest value lies in the last bucket", () => {
    expect(indexOf(HISTOGRAM_HIGHEST_NS)).toBeLessThan(HISTOGRAM_SLOTS);
    expect(indexOf(HISTOGRAM_HIGHEST_NS)).toBeGreaterThanOrEqual(HISTOGRAM_SLOTS - 1024);
  });

  test("a slot's lowest and highest value fall into it", () => {
    for (let index = 0; index < indexOf(HISTOGRAM_HIGHEST_NS); index += 7) {
      expect(indexOf(lowestValueAt(index))).toBe(index);
      expect(indexOf(highestValueAt(index))).toBe(index);
    }
  });

  test("indices are those of hdr-histogram-js", () => {
    const library = reference([]);
    expect(library.countsArrayLength).toBe(HISTOGRAM_SLOTS);
    fc.assert(
      fc.property(latency, (ns) => {
        expect(indexOf(ns)).toBe(library.countsArrayIndex(ns));
        expect(lowestValueAt(indexOf(ns))).toBe(library.lowestEquivalentValue(ns));
      }),
      { numRuns: 2000 },
    );
  });

  test("what is out of range counts as the nearest value in range", () => {
    expect(indexOf(-5)).toBe(0);
    expect(indexOf(Number.NaN)).toBe(0);
    expect(indexOf(Number.POSITIVE_INFINITY)).toBe(indexOf(HISTOGRAM_HIGHEST_NS));
  });
});

describe("against hdr-histogram-js", () => {
  test("counts, percentiles, mean and deviation", () => {
    fc.assert(
      fc.property(latencies, fc.double({ min: 0.001, max: 100, noNaN: true }), (values, p) => {
        const library = reference(values);
        const ours = recorded(values);
        const low = Math.min(...values);
        const high = Math.max(...values);
        expect(ours.count).toBe(library.totalCount);
        for (const { index, count } of ours.nonZero()) {
          expect(count).toBe(library.getCountAtIndex(index));
        }
        for (const percent of [p, 1, 50, 90, 99, 99.9, 99.99, 100]) {
          const theirs = library.getValueAtPercentile(percent);
          expect(ours.percentile(percent)).toBe(Math.min(theirs, high));
        }
        expect(ours.meanNs).toBeCloseTo(within(library.mean, low, high), 3);
        const deviation = library.stdDeviation;
        expect(Math.abs(ours.stddevNs - deviation)).toBeLessThanOrEqual(deviation * 1e-9 + 1e-3);
      }),
      { numRuns: 60 },
    );
  });

  test("a large sample of one shape", () => {
    const values = Array.from({ length: 50_000 }, (_, i) => 40 + ((i * 7919) % 104_729) ** 2);
    const library = reference(values);
    const ours = recorded(values);
    for (const percent of [0.01, 1, 25, 50, 75, 90, 99, 99.9, 99.99]) {
      const theirs = library.getValueAtPercentile(percent);
      expect(ours.percentile(percent)).toBe(Math.min(theirs, Math.max(...values)));
    }
    expect(ours.meanNs / library.mean).toBeCloseTo(1, 12);
    expect(ours.stddevNs / library.stdDeviation).toBeCloseTo(1, 12);
  });
});

describe("LatencyHistogram", () => {
  test("empty has no values and answers 0", () => {
    const empty = LatencyHistogram.empty();
    expect([empty.count, empty.minNs, empty.maxNs, empty.meanNs, empty.stddevNs]).toEqual([
      0, 0, 0, 0, 0,
    ]);
    expect(empty.percentile(99)).toBe(0);
    expect([...empty.nonZero()]).toEqual([]);
  });

  test("minimum and maximum are exact, and no statistic leaves them", () => {
    fc.assert(
      fc.property(latencies, (values) => {
        const histogram = recorded(values);
        expect(histogram.minNs).toBe(Math.min(...values));
        expect(histogram.maxNs).toBe(Math.max(...values));
        expect(histogram.percentile(0)).toBe(histogram.minNs);
        expect(histogram.percentile(100)).toBe(histogram.maxNs);
        expect(histogram.meanNs).toBeGreaterThanOrEqual(histogram.minNs);
        expect(histogram.meanNs).toBeLessThanOrEqual(histogram.maxNs);
      }),
    );
  });

  test("fromCounts gives what recording gives", () => {
    fc.assert(
      fc.property(latencies, (values) => {
        const counts = new Uint32Array(HISTOGRAM_SLOTS);
        for (const value of values) counts[indexOf(value)] = (counts[indexOf(value)] ?? 0) + 1;
        const read = LatencyHistogram.fromCounts(counts, Math.min(...values), Math.max(...values));
        expect(read).toEqual(recorded(values));
      }),
      { numRuns: 50 },
    );
  });

  test("a minimum or maximum that the counts contradict gives way to the slot's bound", () => {
    const counts = new Uint32Array(HISTOGRAM_SLOTS);
    counts[indexOf(5000)] = 1;
    const histogram = LatencyHistogram.fromCounts(counts, 0, 4_000_000_000);
    expect(histogram.minNs).toBe(lowestValueAt(indexOf(5000)));
    expect(histogram.maxNs).toBe(highestValueAt(indexOf(5000)));
  });

  test("more counters than slots are refused", () => {
    const counts = new Uint32Array(HISTOGRAM_SLOTS + 1);
    expect(() => LatencyHistogram.fromCounts(counts, 0, 0)).toThrow(RangeError);
  });

  test("plus is recording both, and changes neither", () => {
    fc.assert(
      fc.property(latencies, fc.oneof(latencies, fc.constant([])), (left, right) => {
        const a = recorded(left);
        const b = recorded(right);
        const sum = a.plus(b);
        expect(sum).toEqual(recorded([...left, ...right]));
        expect(b.plus(a)).toEqual(sum);
        sum.record(1);
        expect(a).toEqual(recorded(left));
        expect(b).toEqual(recorded(right));
      }),
    );
  });
});
