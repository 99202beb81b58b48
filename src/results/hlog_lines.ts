import type { LatencyHistogram } from "../machine/histogram.ts";

/** Lines of HdrHistogram's interval log, version 1.3 (HistogramLogWriter.java); values in ns. */

/** Java's writer reports Interval_Max in ms when values are ns. */
const NS_PER_MAX_UNIT = 1e6;

export interface LogInterval {
  /** With neither commas nor spaces. */
  readonly tag: string;
  /** Since the start of the log, and how long; seconds. */
  readonly beginS: number;
  readonly lengthS: number;
  readonly histogram: LatencyHistogram;
}

export function logHead(words: string, startedAtMs: number): string[] {
  const startSeconds = (startedAtMs / 1000).toFixed(3);
  return [
    `#[${words}]`,
    "#[Histogram log format version 1.3]",
    `#[StartTime: ${startSeconds} (seconds since epoch), ${javaDate(startedAtMs)}]`,
    `#[BaseTime: ${startSeconds} (seconds since epoch)]`,
    '"StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram"',
  ];
}

/** `encoded`: the histogram in the compressed V2 encoding, base64. */
export function logLine({ tag, beginS, lengthS, histogram }: LogInterval, encoded: string): string {
  const max = (histogram.maxNs / NS_PER_MAX_UNIT).toFixed(3);
  return `Tag=${tag},${beginS.toFixed(3)},${lengthS.toFixed(3)},${max},${encoded}`;
}

/** Java's Date.toString() in UTC: `Mon Nov 23 12:16:00 UTC 2026`. */
function javaDate(epochMs: number): string {
  const [weekday, day, month, year, time] = new Date(epochMs).toUTCString().split(" ");
  return `${weekday?.replace(",", "")} ${month} ${day} ${time} UTC ${year}`;
}
