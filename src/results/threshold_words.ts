import { findMetric, type LatencyOf, type MetricKind } from "../scenario/metrics.ts";
import type { RunRecord, ThresholdRecord } from "./record.ts";
import { durationWords } from "./words.ts";

/** What a threshold found, for every output that says so. */

const TIME_UNITS = ["ns", "us", "ms", "s"] as const;

/** `found 6.124us`, or why there is nothing to find; and if it was this one, what ended the run. */
export function foundWords(record: RunRecord, judged: ThresholdRecord): string {
  const { threshold, value, abortedAtMs, abortedValue } = judged;
  const measured = metricWords(threshold.metric, value);
  const found =
    measured === undefined
      ? `nothing measured: ${whyUnmeasured(record, threshold.metric)}`
      : `found ${measured}`;
  if (abortedAtMs === undefined || abortedValue === undefined) return found;
  const then = metricWords(threshold.metric, abortedValue);
  return `${found}; ended the run at ${then} after ${durationWords(abortedAtMs * 1e6)}`;
}

/** A metric's value with its unit; undefined: nothing of it was measured. */
export function metricWords(metric: string, value: number | undefined): string | undefined {
  return value === undefined ? undefined : valueWords(findMetric(metric)?.kind ?? "count", value);
}

/** Thresholds that do not hold. */
export function failedThresholds(record: RunRecord): ThresholdRecord[] {
  return record.thresholds.filter(({ ok }) => !ok);
}

/** Six figures, so that what misses a limit by little does not look like the limit. */
function valueWords(kind: MetricKind, value: number): string {
  switch (kind) {
    case "time": {
      const step = Math.floor(Math.log10(Math.max(value, 1)) / 3);
      const unit = Math.min(step, TIME_UNITS.length - 1);
      return `${sixFigures(value / 1000 ** unit)}${TIME_UNITS[unit]}`;
    }
    case "rate":
      return `${sixFigures(value)} a second`;
    case "bandwidth":
      return `${sixFigures(value)} bytes a second`;
    case "bytes":
      return `${value} bytes`;
    case "share":
      return `${sixFigures(value * 100)}%`;
    case "count":
      return String(value);
  }
}

function sixFigures(value: number): string {
  const rounded = Number(value.toPrecision(6));
  return Number.isInteger(value) ? String(value) : String(rounded);
}

function whyUnmeasured(record: RunRecord, name: string): string {
  const source = findMetric(name)?.source;
  if (record.durationNs === 0) return "the run ended before its measurement";
  switch (source?.from) {
    case "latency":
    case "percentile":
      return whyUntimed(record, source.of);
    case "op":
      return record.ops[source.op] === undefined
        ? `the run did no ${source.op}`
        : `no ${source.op} was timed in batches of 4 and more`;
    case "direction":
      return `no ${source.direction} had an intended start: no job has a rate`;
    case "pins":
      return "no pin was taken";
    default:
      return "this executor does not count it";
  }
}

function whyUntimed(record: RunRecord, of: LatencyOf): string {
  const what = "op" in of ? of.op : of.direction;
  const count =
    "op" in of
      ? (record.ops[of.op]?.count ?? 0)
      : record.jobs.reduce((sum, job) => sum + job[of.direction].ios, 0);
  if (count === 0) return `the run did no ${what}`;
  if ("part" in of && of.part === "corrected") {
    return `no ${what} with an intended start was timed`;
  }
  return `none of ${count} (${what}) was timed, --sample ${record.scenario.run.sample}`;
}
