import type { LatencyHistogram } from "../machine/histogram.ts";

/** A latency as fio's json and json+ state it; ns. */
export interface LatencyJson {
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly stddev: number;
  /** Latencies behind these figures: those that were timed, not all there were. */
  readonly N: number;
  /** fio's keys: the percentile with six decimals. Absent when nothing was timed. */
  readonly percentile?: Readonly<Record<string, number>>;
  /** Middle of each slot in use → latencies in it; json+ only. */
  readonly bins?: Readonly<Record<string, number>>;
}

/**
 * fio's highest bin. fio counts longer latencies there, and fio_jsonplus_clat2csv does not end
 * when it meets a higher one.
 */
const HIGHEST_BIN_NS = 17_112_760_320;

export function latencyJson(
  latency: LatencyHistogram,
  percentiles: readonly number[],
  withBins: boolean,
): LatencyJson {
  const figures = {
    min: latency.minNs,
    max: latency.maxNs,
    mean: rounded(latency.meanNs),
    stddev: rounded(latency.stddevNs),
    N: latency.count,
  };
  if (latency.count === 0) return figures;
  const percentile = Object.fromEntries(
    percentiles.map((percent) => [percent.toFixed(6), latency.percentile(percent)]),
  );
  return { ...figures, percentile, ...(withBins ? { bins: binsOf(latency) } : {}) };
}

/** Six decimals, as fio prints its doubles. */
export function rounded(value: number): number {
  return Number(value.toFixed(6));
}

function binsOf(latency: LatencyHistogram): Record<string, number> {
  const bins: Record<string, number> = {};
  for (const { midNs, count } of latency.nonZero()) {
    const key = String(Math.min(midNs, HIGHEST_BIN_NS));
    bins[key] = (bins[key] ?? 0) + count;
  }
  return bins;
}
