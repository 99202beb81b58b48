import { deflateSync, inflateSync } from "node:zlib";
import * as fc from "fast-check";
import {
  build,
  decodeFromCompressedBase64,
  encodeIntoCompressedBase64,
  type Histogram,
  type JsHistogram,
} from "hdr-histogram-js";
import { expect, test } from "vitest";
import { HISTOGRAM_HIGHEST_NS, HISTOGRAM_SLOTS } from "../../assembly/shared/histogram.ts";
import { LatencyHistogram } from "../../src/machine/histogram.ts";
import { indexOf } from "../../src/machine/histogram_geometry.ts";
import { encodeV2Base64 } from "../../src/results/hdr_v2.ts";

const counted = fc.array(
  fc.tuple(
    fc.oneof(fc.integer({ min: 0, max: 5000 }), fc.integer({ min: 0, max: HISTOGRAM_HIGHEST_NS })),
    fc.integer({ min: 1, max: 2 ** 40 }),
  ),
  { maxLength: 60 },
);

function both(values: readonly (readonly [number, number])[]): [LatencyHistogram, Histogram] {
  const counts = new Float64Array(HISTOGRAM_SLOTS);
  const library = build({
    bitBucketSize: 64,
    lowestDiscernibleValue: 1,
    highestTrackableValue: HISTOGRAM_HIGHEST_NS,
    numberOfSignificantValueDigits: 3,
    autoResize: false,
    useWebAssembly: false,
  });
  for (const [ns, times] of values) {
    counts[indexOf(ns)] = (counts[indexOf(ns)] ?? 0) + times;
    library.recordValueWithCount(ns, times);
  }
  const all = values.map(([ns]) => ns);
  return [LatencyHistogram.fromCounts(counts, Math.min(...all), Math.max(...all)), library];
}

/** hdr-histogram-js 3.0.1's encoding with its two wrong header fields put right. */
function repaired(base64: string): string {
  const compressed = Buffer.from(base64, "base64");
  const length = compressed.readInt32BE(4);
  const payload = inflateSync(compressed.subarray(8, 8 + length));
  payload.writeInt32BE(0, 8);
  payload.writeDoubleBE(1, 32);
  const deflated = deflateSync(payload);
  const head = Buffer.from(compressed.subarray(0, 8));
  head.writeInt32BE(deflated.length, 4);
  return Buffer.concat([head, deflated]).toString("base64");
}

test("byte for byte hdr-histogram-js's encoding, its header repaired", () => {
  fc.assert(
    fc.property(counted, (values) => {
      const [ours, library] = both(values);
      expect(encodeV2Base64(ours)).toBe(repaired(encodeIntoCompressedBase64(library)));
    }),
    { numRuns: 60 },
  );
});

test("hdr-histogram-js decodes it to the same counts", () => {
  fc.assert(
    fc.property(counted, (values) => {
      const [ours] = both(values);
      const decoded = decodeFromCompressedBase64(encodeV2Base64(ours), 64) as JsHistogram;
      expect(decoded.totalCount).toBe(ours.count);
      for (const { index, count } of ours.nonZero()) {
        expect(Number(decoded.getCountAtIndex(index))).toBe(count);
      }
    }),
    { numRuns: 60 },
  );
});
