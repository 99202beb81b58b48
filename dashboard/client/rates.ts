import type { Frame } from "../../src/stream/frame.ts";

/** Figures over time, a second of each frame. */
export interface Rates {
  /** The end of each frame, s since the run began; gaps have a time of their own. */
  readonly seconds: readonly number[];
  /** By what was asked for; null in a gap. */
  readonly values: readonly (readonly (number | null)[])[];
}

/** What is read of a frame. */
export type Reading = (frame: Frame) => number;

export function ofCounters(indices: readonly number[]): Reading {
  return ({ counters }) => indices.reduce((sum, index) => sum + (counters.get(index) ?? 0), 0);
}

export function ofOp(op: number): Reading {
  return ({ ops }) => ops.find((one) => one.op === op)?.count ?? 0;
}

/** Rates a second of frames; where frames do not follow each other, or time stood still, a gap. */
export function ratesOf(frames: readonly Frame[], readings: readonly Reading[]): Rates {
  const seconds: number[] = [];
  const values: (number | null)[][] = readings.map(() => []);
  let next: number | undefined;
  for (const frame of frames) {
    const { fromSeq, seq, beginUs, endUs, phase } = frame;
    if (next !== undefined && fromSeq !== next) {
      seconds.push(beginUs / 1e6);
      for (const line of values) line.push(null);
    }
    next = seq + 1;
    const spanS = (endUs - beginUs) / 1e6;
    // Frames at a change of phase may be a moment long: their rates would be noise.
    if (spanS < 0.02) continue;
    seconds.push(endUs / 1e6);
    readings.forEach((reading, i) => {
      values[i]?.push(phase === "paused" ? null : reading(frame) / spanS);
    });
  }
  return { seconds, values };
}
