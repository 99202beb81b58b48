import type { LatencyHistogram } from "../machine/histogram.ts";

/** One line of fio's latency distribution: latencies below `below` units, at or above the last. */
export interface LatencyShare {
  /** fio's name of the range: its upper bound, or ">=2000". */
  readonly label: string;
  /** Percent of all latencies; what is not none is at least 0.01, as fio has it. */
  readonly percent: number;
}

export interface LatencyShares {
  readonly ns: readonly LatencyShare[];
  readonly us: readonly LatencyShare[];
  readonly ms: readonly LatencyShare[];
}

/** fio's ranges, the same in each unit; milliseconds go on to 2000 and beyond (HOWTO, "lat"). */
const BOUNDS = [2, 4, 10, 20, 50, 100, 250, 500, 750, 1000] as const;
const MS_BOUNDS = [...BOUNDS, 2000] as const;

/** How the latencies spread over fio's ranges; a slot counts where its middle lies. */
export function latencyShares(latency: LatencyHistogram): LatencyShares {
  const ns = new Array<number>(BOUNDS.length).fill(0);
  const us = new Array<number>(BOUNDS.length).fill(0);
  const ms = new Array<number>(MS_BOUNDS.length + 1).fill(0);
  for (const { midNs, count } of latency.nonZero()) {
    if (midNs < 1e3) add(ns, rangeOf(midNs, BOUNDS), count);
    else if (midNs < 1e6) add(us, rangeOf(midNs / 1e3, BOUNDS), count);
    else add(ms, rangeOf(midNs / 1e6, MS_BOUNDS), count);
  }
  const labels = MS_BOUNDS.map(String).concat(">=2000");
  const shares = (counts: readonly number[]): LatencyShare[] =>
    counts.map((count, i) => ({
      label: labels[i] as string,
      percent: percentOf(count, latency.count),
    }));
  return { ns: shares(ns), us: shares(us), ms: shares(ms) };
}

function rangeOf(value: number, bounds: readonly number[]): number {
  const range = bounds.findIndex((bound) => value < bound);
  return range < 0 ? bounds.length : range;
}

function add(counts: number[], range: number, count: number): void {
  counts[range] = (counts[range] as number) + count;
}

function percentOf(count: number, total: number): number {
  return count === 0 ? 0 : Math.max((100 * count) / total, 0.01);
}
