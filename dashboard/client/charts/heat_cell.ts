import { durationWords, shareWords, wholeWords } from "../../../src/results/words.ts";
import type { Frame } from "../../../src/stream/frame.ts";
import type { LatencyRows } from "./heat_scale.ts";

/** What stands at one place of a heat map. */
export interface HeatCell {
  readonly beginUs: number;
  readonly endUs: number;
  readonly lowNs: number;
  readonly highNs: number;
  readonly count: number;
  /** Of all that were timed in that time, and how many of them were no slower. */
  readonly total: number;
  readonly upTo: number;
}

/** The frame at a time and a row of its latencies; undefined: nobody looked then. */
export function cellAt(
  frames: readonly Frame[],
  op: number,
  scale: LatencyRows,
  atUs: number,
  row: number,
): HeatCell | undefined {
  const frame = frames.find(({ beginUs, endUs }) => beginUs <= atUs && atUs < endUs);
  if (frame === undefined) return undefined;
  const latency = frame.ops.find((one) => one.op === op)?.latency;
  let [count, total, upTo] = [0, 0, 0];
  for (const { index, count: times } of latency?.nonZero() ?? []) {
    total += times;
    if ((scale.first[index] as number) <= row) upTo += times;
    if ((scale.first[index] as number) <= row && row <= (scale.last[index] as number)) {
      count += times;
    }
  }
  const { beginUs, endUs } = frame;
  const [lowNs, highNs] = [scale.nsAt(row), scale.nsAt(row + 1)];
  return { beginUs, endUs, lowNs, highNs, count, total, upTo };
}

/** `12.3 s to 12.4 s, 80ns to 87ns: 1,234 of 5,678 (21.7%), 93.2% up to here`. */
export function cellWords(cell: HeatCell, name: string): string {
  const { beginUs, endUs, lowNs, highNs, count, total, upTo } = cell;
  const time = `${secondWords(beginUs)} to ${secondWords(endUs)}`;
  if (total === 0) return `${time}: no ${name} was timed`;
  const range = `${durationWords(Math.round(lowNs))} to ${durationWords(Math.round(highNs))}`;
  const share = `${wholeWords(count)} of ${wholeWords(total)} (${shareWords(count / total)})`;
  return `${time}, ${range}: ${share}, ${shareWords(upTo / total)} up to here`;
}

/** A moment of the run: `12.3 s`. */
export function secondWords(us: number): string {
  return `${(us / 1e6).toFixed(us % 1e6 === 0 ? 0 : 1)} s`;
}
