import { LatencyHistogram } from "../machine/histogram.ts";
import { schemeName } from "../scenario/machine_words.ts";
import { encodeV2Base64 } from "./hdr_v2.ts";
import { logHead, logLine } from "./hlog_lines.ts";
import type { DirectionRecord, RunRecord } from "./record.ts";
import { opsOf, sampleWords } from "./record_facts.ts";

/**
 * HdrHistogram's interval log, version 1.3 (HistogramLogWriter.java): one interval, the measured
 * run, with a line for each operation and for the jobs' latencies together. Values in ns.
 */
export function hlog(record: RunRecord): string {
  const { machine } = record.scenario;
  const words =
    `pinlab ${record.environment.pinlab}: values in ns, scheme ${schemeName(machine)}, ` +
    `${sampleWords(record.scenario)} timed`;
  const lines = [
    ...logHead(words, record.startedAtMs),
    ...histograms(record)
      .filter(([, histogram]) => histogram.count > 0)
      .map(([tag, histogram]) => {
        const [beginS, lengthS] = [0, record.durationNs / 1e9];
        return logLine({ tag, beginS, lengthS, histogram }, encodeV2Base64(histogram));
      }),
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
