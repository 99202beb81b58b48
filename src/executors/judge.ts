import { LatencyHistogram } from "../machine/histogram.ts";
import type { DirectionRecord, JobRecord, RunRecord, ThresholdRecord } from "../results/record.ts";
import {
  type DIRECTION_FIGURES,
  type Direction,
  findMetric,
  type LATENCY_FIGURES,
  type LatencyOf,
  type Metric,
  type PIN_FIGURES,
  type RUN_FIGURES,
} from "../scenario/metrics.ts";
import type { Threshold } from "../scenario/scenario.ts";

/** What thresholds are held against: a finished run, or what a running one has come to so far. */
export type Figures = Pick<
  RunRecord,
  "durationNs" | "ops" | "vmstat" | "pins" | "work" | "invariants"
> & {
  readonly jobs: readonly Pick<JobRecord, "job" | "stonewallGroup" | "error" | "read" | "write">[];
};

/** The threshold that ended a run, after so many measured ms, and the value that it saw. */
export interface EarlyEnd {
  readonly threshold: Threshold;
  readonly atMs: number;
  readonly value: number;
}

/** Holds each threshold against a finished run. */
export function judge(
  thresholds: readonly Threshold[],
  figures: Figures,
  ended: EarlyEnd | undefined,
): ThresholdRecord[] {
  return thresholds.map((threshold) => {
    const value = metricValue(threshold.metric, figures);
    const aborted = ended?.threshold === threshold ? ended : undefined;
    return {
      threshold,
      value,
      ok: aborted === undefined && value !== undefined && holds(threshold, value),
      abortedAtMs: aborted?.atMs,
      abortedValue: aborted?.value,
    };
  });
}

/**
 * A value so far that no end of the run can mend, or that is to be taken for the run's: what only
 * grows may still reach a lower bound, and nothing is said of what was not measured yet.
 */
export function failsAlready(threshold: Threshold, figures: Figures): number | undefined {
  const metric = findMetric(threshold.metric);
  const value = metric && metricValue(threshold.metric, figures);
  if (metric === undefined || value === undefined || holds(threshold, value)) return undefined;
  const { sign, limit } = threshold;
  const isBeyond = sign === "<" || sign === "<=" || (sign === "==" && value > limit);
  return metric.grows && !isBeyond ? undefined : value;
}

function holds({ sign, limit }: Threshold, value: number): boolean {
  switch (sign) {
    case "<":
      return value < limit;
    case "<=":
      return value <= limit;
    case ">":
      return value > limit;
    case ">=":
      return value >= limit;
    case "==":
      return value === limit;
    case "!=":
      return value !== limit;
  }
}

/** A metric's value (its kind gives the unit); undefined: nothing of it was measured. */
function metricValue(name: string, figures: Figures): number | undefined {
  const metric = findMetric(name);
  return metric && sourceValue(metric, figures);
}

function sourceValue({ source }: Metric, figures: Figures): number | undefined {
  switch (source.from) {
    case "latency":
      return measured(latencyOf(source.of, figures), OF_LATENCY[source.figure]);
    case "percentile":
      return measured(latencyOf(source.of, figures), (all) => all.percentile(source.percent));
    case "op": {
      const op = figures.ops[source.op];
      if (source.figure === "batch_mean") return op?.batchMeanNs;
      // Every operation is counted: one that was not done was done no times.
      return figures.durationNs > 0 ? (op?.[source.figure] ?? 0) : undefined;
    }
    case "direction":
      return figures.durationNs > 0
        ? OF_DIRECTION[source.figure](figures, source.direction)
        : undefined;
    case "pins":
      return OF_PINS[source.figure](figures);
    case "run":
      return OF_RUN[source.figure](figures);
    case "fallback":
      return figures.pins.fastFallbacks[source.cause];
    case "work":
      return figures.work[source.kind];
    case "vmstat":
      return figures.vmstat[source.counter];
  }
}

function measured(
  latencies: LatencyHistogram,
  figure: (latencies: LatencyHistogram) => number,
): number | undefined {
  return latencies.count === 0 ? undefined : figure(latencies);
}

function latencyOf(of: LatencyOf, { ops, jobs }: Figures): LatencyHistogram {
  if ("op" in of) return ops[of.op]?.latency ?? LatencyHistogram.empty();
  return jobs.reduce((all, job) => all.plus(job[of.direction][of.part]), LatencyHistogram.empty());
}

const OF_LATENCY: Readonly<
  Record<keyof typeof LATENCY_FIGURES, (latencies: LatencyHistogram) => number>
> = {
  min: (latencies) => latencies.minNs,
  mean: (latencies) => latencies.meanNs,
  max: (latencies) => latencies.maxNs,
  stddev: (latencies) => latencies.stddevNs,
  med: (latencies) => latencies.percentile(50),
};

const OF_DIRECTION: Readonly<
  Record<
    keyof typeof DIRECTION_FIGURES,
    (figures: Figures, direction: Direction) => number | undefined
  >
> = {
  iops: (figures, direction) => aSecond(figures, direction, (one) => one.ios),
  bw: (figures, direction) => aSecond(figures, direction, (one) => one.bytes),
  ios: (figures, direction) => total(figures, direction, (one) => one.ios),
  bytes: (figures, direction) => total(figures, direction, (one) => one.bytes),
  late: (figures, direction) => ofScheduled(figures, direction, (one) => one.late),
  dropped: (figures, direction) => ofScheduled(figures, direction, (one) => one.dropped),
};

const OF_PINS: Readonly<
  Record<keyof typeof PIN_FIGURES, (figures: Figures) => number | undefined>
> = {
  covered: ({ pins }) => pins.covered,
  true_positive: ({ pins }) => pins.truePositive,
  false_positive: ({ pins }) => pins.falsePositive,
  false_negative: ({ pins }) => pins.falseNegative,
  undecided: ({ pins }) => pins.undecided,
  refused: ({ work }) => work.pins_refused,
  refused_overflow: ({ pins }) => pins.refusedOverflow,
};

const OF_RUN: Readonly<Record<keyof typeof RUN_FIGURES, (figures: Figures) => number | undefined>> =
  {
    violations: ({ invariants }) =>
      sum(invariants.violated, ({ expected, count }) => (expected ? 0 : count)),
    findings: ({ invariants }) =>
      sum(invariants.violated, ({ expected, count }) => (expected ? count : 0)),
    errors: ({ jobs }) => sum(jobs, ({ error }) => (error === 0 ? 0 : 1)),
    fallbacks: ({ pins }) => sum(Object.values(pins.fastFallbacks), (times) => times),
    duration: ({ durationNs }) => durationNs,
  };

type Part = (direction: DirectionRecord) => number;

function total({ jobs }: Figures, direction: Direction, part: Part): number {
  return sum(jobs, (job) => part(job[direction]));
}

/** Over the measured time of the stonewall groups that did any, as an operation's rate is. */
function aSecond(figures: Figures, direction: Direction, part: Part): number {
  const longestNs = new Map<number, number>();
  for (const { stonewallGroup, [direction]: side } of figures.jobs) {
    if (side.ios === 0) continue;
    const known = longestNs.get(stonewallGroup) ?? 0;
    longestNs.set(stonewallGroup, Math.max(known, side.runtimeNs));
  }
  const ns = sum([...longestNs.values()], (one) => one);
  return ns > 0 ? (total(figures, direction, part) * 1e9) / ns : 0;
}

/** Only an I/O with an intended start can be late. */
function ofScheduled(figures: Figures, direction: Direction, part: Part): number | undefined {
  const jobs = figures.jobs.filter(
    ({ job }) => job.arrivals?.[direction] !== undefined || job.replay?.keepsTime === true,
  );
  return jobs.length === 0 ? undefined : total({ ...figures, jobs }, direction, part);
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((all, item) => all + of(item), 0);
}
