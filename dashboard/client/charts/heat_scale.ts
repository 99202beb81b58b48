import { COARSE, highestValueAt, lowestValueAt } from "../../../src/machine/histogram_geometry.ts";
import type { Frame } from "../../../src/stream/frame.ts";

/** Where latencies and times lie on a heat map. */

/** Widths of the map in time, seconds; beyond the last one it moves on with the run. */
const SPANS_S = [5, 10, 20, 30, 60, 120, 300, 600] as const;

/** The width that holds so much time. */
export function spanUsFor(durationUs: number): number {
  const seconds = SPANS_S.find((one) => one * 1e6 >= durationUs) ?? SPANS_S.at(-1);
  return (seconds as number) * 1e6;
}

/** Rows of a log scale from one power of ten to another, the shortest latency first. */
export class LatencyRows {
  /** First and last row of each COARSE slot; beyond the scale: the rows at its ends. */
  readonly first: Int16Array;
  readonly last: Int16Array;

  constructor(
    readonly lowNs: number,
    readonly highNs: number,
    readonly rows: number,
  ) {
    this.first = new Int16Array(COARSE.slots);
    this.last = new Int16Array(COARSE.slots);
    for (let slot = 0; slot < COARSE.slots; slot++) {
      const [low, next] = [lowestValueAt(slot, COARSE), highestValueAt(slot, COARSE) + 1];
      const [from, to] = [this.placeOf(low), this.placeOf(next)];
      // What is taller than a row fills rows up to its neighbour's; all others stand in one.
      const isTall = to - from >= 1;
      this.first[slot] = this.within(isTall ? Math.round(from) : this.placeOf((low + next) / 2));
      this.last[slot] = isTall ? this.within(Math.round(to) - 1) : (this.first[slot] as number);
    }
  }

  /** The row that a latency falls into. */
  rowOf(ns: number): number {
    const share = Math.log10(Math.max(ns, 1) / this.lowNs) / Math.log10(this.highNs / this.lowNs);
    return Math.min(this.rows - 1, Math.max(0, Math.floor(share * this.rows)));
  }

  /** In rows above the lower end of the scale. */
  private placeOf(ns: number): number {
    const decades = Math.log10(this.highNs / this.lowNs);
    return (Math.log10(Math.max(ns, 1) / this.lowNs) / decades) * this.rows;
  }

  private within(place: number): number {
    return Math.min(this.rows - 1, Math.max(0, Math.floor(place)));
  }

  /** The latency at the lower edge of a row. */
  nsAt(row: number): number {
    return this.lowNs * (this.highNs / this.lowNs) ** (row / this.rows);
  }
}

/** Powers of ten around all latencies of an operation; never narrower than `known`. */
export function latencyBounds(
  frames: readonly Frame[],
  op: number,
  known: readonly [number, number] | undefined,
): [number, number] {
  let [low, high] = known ?? [Number.POSITIVE_INFINITY, 0];
  for (const frame of frames) {
    const latency = frame.ops.find((one) => one.op === op)?.latency;
    if (latency === undefined || latency.count === 0) continue;
    low = Math.min(low, 10 ** Math.floor(Math.log10(Math.max(1, latency.minNs))));
    high = Math.max(high, 10 ** Math.ceil(Math.log10(latency.maxNs + 1)));
  }
  return high === 0 ? [10, 1e6] : [low, Math.max(high, low * 10)];
}
