import * as fc from "fast-check";
import { build } from "hdr-histogram-js";
import { expect, test } from "vitest";
import { framesIn, mergedLatency, snapped } from "../../../../dashboard/client/charts/window.ts";
import { LatencyHistogram } from "../../../../src/machine/histogram.ts";
import { COARSE } from "../../../../src/machine/histogram_geometry.ts";
import type { Frame } from "../../../../src/stream/frame.ts";

function frameOf(seq: number, values: readonly number[]): Frame {
  const latency = LatencyHistogram.empty(COARSE);
  for (const ns of values) latency.record(ns);
  const op = { op: 3, count: values.length, batchOps: 0, batchNs: 0, batches: 0, latency };
  return {
    ...{ fromSeq: seq, seq, beginUs: seq * 100, endUs: (seq + 1) * 100, phase: "measure" },
    ...{ group: 0, ops: [op], counters: new Map(), state: undefined, events: [] },
  };
}

const VALUES = fc.array(fc.integer({ min: 1, max: 1e9 }), { maxLength: 50 });

test("a window's histogram is HdrHistogram's of the same values", () => {
  fc.assert(
    fc.property(fc.array(VALUES, { minLength: 1, maxLength: 8 }), (parts) => {
      const merged = mergedLatency(
        parts.map((values, i) => frameOf(i, values)),
        3,
      );
      const reference = build({
        ...{ lowestDiscernibleValue: 1, highestTrackableValue: 3.6e12 },
        ...{ numberOfSignificantValueDigits: 2, bitBucketSize: 64 },
      });
      for (const ns of parts.flat()) reference.recordValue(ns);
      expect(merged.count).toBe(parts.flat().length);
      if (merged.count === 0) return;
      for (const percent of [50, 90, 99, 99.9, 100]) {
        const theirs = Math.min(reference.getValueAtPercentile(percent), merged.maxNs);
        expect(merged.percentile(percent)).toBe(theirs);
      }
    }),
  );
});

test("frames of a window are those wholly inside", () => {
  const frames = [0, 1, 2, 3, 4].map((seq) => frameOf(seq, [seq + 1]));
  expect(framesIn(frames, { beginUs: 100, endUs: 300 }).map(({ seq }) => seq)).toEqual([1, 2]);
  expect(snapped(frames, 150, 250)).toEqual({ beginUs: 100, endUs: 300 });
  expect(snapped(frames, 250, 150)).toEqual({ beginUs: 100, endUs: 300 });
  expect(snapped(frames, 900, 950)).toBeUndefined();
});
