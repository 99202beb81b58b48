import { durationWords, wholeWords } from "../../../src/results/words.ts";
import type { Frame } from "../../../src/stream/frame.ts";
import type { ChartTable } from "./chart.ts";
import { secondWords } from "./heat_cell.ts";
import { framesIn, mergedLatency } from "./window.ts";

const MOST_ROWS = 40;
const PERCENTILES = [50, 99, 99.9] as const;

/** A heat map in numbers: percentiles of as many parts of the time as a reader bears. */
export function heatTable(frames: readonly Frame[], op: number): ChartTable {
  const columns = ["time", "timed", ...PERCENTILES.map((percent) => `p${percent}`), "max"];
  const each = Math.max(1, Math.ceil(frames.length / MOST_ROWS));
  const rows: string[][] = [];
  for (let at = 0; at < frames.length; at += each) {
    const part = frames.slice(at, at + each);
    const [first, last] = [part[0] as Frame, part.at(-1) as Frame];
    const range = { beginUs: first.beginUs, endUs: last.endUs };
    const latency = mergedLatency(framesIn(part, range), op);
    const cells = PERCENTILES.map((percent) => durationWords(latency.percentile(percent)));
    rows.push([
      `${secondWords(range.beginUs)} to ${secondWords(range.endUs)}`,
      wholeWords(latency.count),
      ...(latency.count === 0 ? ["-", "-", "-", "-"] : [...cells, durationWords(latency.maxNs)]),
    ]);
  }
  return { columns, rows };
}
