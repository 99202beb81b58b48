import { LatencyHistogram } from "../../../src/machine/histogram.ts";
import { COARSE } from "../../../src/machine/histogram_geometry.ts";
import type { Frame } from "../../../src/stream/frame.ts";
import type { TimeRange } from "./chart.ts";

/** Frames that lie within a range, wholly. */
export function framesIn(frames: readonly Frame[], { beginUs, endUs }: TimeRange): Frame[] {
  return frames.filter((frame) => frame.beginUs >= beginUs && frame.endUs <= endUs);
}

/** The smallest range of whole frames that covers both moments; undefined: there is none there. */
export function snapped(
  frames: readonly Frame[],
  oneUs: number,
  otherUs: number,
): TimeRange | undefined {
  const [low, high] = [Math.min(oneUs, otherUs), Math.max(oneUs, otherUs)];
  const inside = frames.filter(({ beginUs, endUs }) => endUs > low && beginUs <= high);
  const [first, last] = [inside[0], inside.at(-1)];
  return first && last && { beginUs: first.beginUs, endUs: last.endUs };
}

/** All latencies of an operation in these frames. */
export function mergedLatency(frames: readonly Frame[], op: number): LatencyHistogram {
  const counts = new Float64Array(COARSE.slots);
  let [minNs, maxNs] = [Number.POSITIVE_INFINITY, 0];
  for (const frame of frames) {
    const latency = frame.ops.find((one) => one.op === op)?.latency;
    if (latency === undefined || latency.count === 0) continue;
    minNs = Math.min(minNs, latency.minNs);
    maxNs = Math.max(maxNs, latency.maxNs);
    for (const { index, count } of latency.nonZero()) {
      counts[index] = (counts[index] as number) + count;
    }
  }
  const indices: number[] = [];
  for (let slot = 0; slot < counts.length; slot++) if (counts[slot]) indices.push(slot);
  const used = Float64Array.from(indices, (slot) => counts[slot] as number);
  return LatencyHistogram.fromSlots(Uint16Array.from(indices), used, minNs, maxNs, COARSE);
}
