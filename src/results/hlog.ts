import { LatencyHistogram } from "../machine/histogram.ts";
import { schemeName } from "../scenario/machine_words.ts";
import { encodeV2Base64 } from "./hdr_v2.ts";
import type { DirectionRecord, RunRecord } from "./record.ts";
import { opsOf, sampleWords } from "./record_facts.ts";

/** Java's writer reports Interval_Max in ms when values are ns. */
const NS_PER_MAX_UNIT = 1e6;

/**
 * HdrHistogram's interval log, version 1.3 (HistogramLogWriter.java): one interval, the measured
 * run, with a line for each operation and for the jobs' latencies together. Values in ns.
 */
export function hlog(record: RunRecord): string {
  const startSeconds = (record.startedAtMs / 1000).toFixed(3);
  const { machine } = record.scenario;
  const lines = [
    `#[pinlab ${record.environment.pinlab}: values in ns, scheme ${schemeName(machine)}, ` +
      `${sampleWords(record.scenario)} timed]`,
    "#[Histogram log format version 1.3]",
    `#[StartTime: ${startSeconds} (seconds since epoch), ${javaDate(record.startedAtMs)}]`,
    `#[BaseTime: ${startSeconds} (seconds since epoch)]`,
    '"StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram"',
    ...histograms(record)
      .filter(([, histogram]) => histogram.count > 0)
      .map(([tag, histogram]) => intervalLine(tag, record.durationNs, histogram)),
  ];
  return `${lines.join("\n")}\n`;
}

/** Each tag with its histogram; tags have neither commas nor spaces. */
function histograms(record: RunRecord): [string, LatencyHistogram][] {
  const ops = opsOf(record).map(([name, op]): [string, LatencyHistogram] => [name, op.latency]);
  const sum = (of: (direction: DirectionRecord) => LatencyHistogram, side: "read" | "write") =>
    record.jobs.reduce((total, job) => total.plus(of(job[side])), LatencyHistogram.empty());
  const sides = (["read", "write"] as const).flatMap((side): [string, LatencyHistogram][] => [
    [`${side}_slat`, sum((direction) => direction.slat, side)],
    [`${side}_clat`, sum((direction) => direction.clat, side)],
    [`${side}_lat`, sum((direction) => direction.lat, side)],
    [`${side}_corrected`, sum((direction) => direction.corrected, side)],
  ]);
  return [...ops, ...sides];
}

function intervalLine(tag: string, durationNs: number, histogram: LatencyHistogram): string {
  const length = (durationNs / 1e9).toFixed(3);
  const max = (histogram.maxNs / NS_PER_MAX_UNIT).toFixed(3);
  return `Tag=${tag},0.000,${length},${max},${encodeV2Base64(histogram)}`;
}

/** Java's Date.toString() in UTC: `Mon Nov 23 12:16:00 UTC 2026`. */
function javaDate(epochMs: number): string {
  const [weekday, day, month, year, time] = new Date(epochMs).toUTCString().split(" ");
  return `${weekday?.replace(",", "")} ${month} ${day} ${time} UTC ${year}`;
}
