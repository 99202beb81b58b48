import type { LatencyHistogram } from "../machine/histogram.ts";
import { type LatencyShare, latencyShares } from "./latency_shares.ts";
import { fioNumber } from "./words.ts";

/** fio's latency lines, with fio's choice of unit: where no figure of interest is lost. */

/** `    clat (usec): min=27, max=5991, avg=397.15, stdev=200.34` */
export function latencyLine(name: string, latency: LatencyHistogram): string {
  const { minNs, maxNs, meanNs, stddevNs } = latency;
  let [unit, divisor] = ["nsec", 1];
  if (minNs > 2e6 && maxNs > 99_999_999 && stddevNs > 1e6) [unit, divisor] = ["msec", 1e6];
  else if (minNs > 2000 && maxNs > 99_999 && stddevNs > 1000) [unit, divisor] = ["usec", 1e3];
  const whole = (ns: number): string => fioNumber(Math.floor(ns / divisor), { digits: 6 });
  const fixed = (ns: number): string => (ns / divisor).toFixed(2).padStart(5);
  return (
    `    ${name} (${unit}): min=${whole(minNs)}, max=${whole(maxNs)}, ` +
    `avg=${fixed(meanNs)}, stdev=${fixed(stddevNs)}`
  );
}

/** The block `clat percentiles (usec):`, four to a line as a rule. */
export function percentileLines(
  name: string,
  latency: LatencyHistogram,
  percentiles: readonly number[],
): string[] {
  const values = percentiles.map((percent) => latency.percentile(percent));
  if (values.length === 0) return [];
  const shortest = Math.min(...values);
  const longest = Math.max(...values);
  let [unit, divisor] = ["nsec", 1];
  if (shortest > 2e6 && longest > 99_999_999) [unit, divisor] = ["msec", 1e6];
  else if (shortest > 2000 && longest > 99_999) [unit, divisor] = ["usec", 1e3];
  const precision = Math.max(2, ...percentiles.map(decimals));
  const width = Math.max(5, String(Math.ceil(longest / divisor)).length);
  const perLine = Math.floor((80 - 7) / (precision + 10 + width));
  const cells = percentiles.map((percent, i) => {
    const value = String(Math.ceil((values[i] as number) / divisor)).padStart(width);
    return `${percent.toFixed(precision).padStart(precision + 3)}th=[${value}]`;
  });
  const lines = [`    ${name} percentiles (${unit}):`];
  for (let i = 0; i < cells.length; i += perLine) {
    const end = i + perLine >= cells.length ? "" : ",";
    lines.push(`     | ${cells.slice(i, i + perLine).join(", ")}${end}`);
  }
  return lines;
}

/** The lines `lat (usec)   : 50=0.01%, …`; ranges without latencies are left out. */
export function distributionLines(latency: LatencyHistogram): string[] {
  const shares = latencyShares(latency);
  return [
    ...shareLines("nsec", shares.ns),
    ...shareLines("usec", shares.us),
    ...shareLines("msec", shares.ms),
  ];
}

function shareLines(unit: string, shares: readonly LatencyShare[]): string[] {
  const cells = shares
    .filter(({ percent }) => percent > 0)
    .map(({ label, percent }) => `${label}=${percent.toFixed(2)}%`);
  const lines: string[] = [];
  for (let i = 0; i < cells.length; i += 5) {
    lines.push(`  lat (${unit})   : ${cells.slice(i, i + 5).join(", ")}`);
  }
  return lines;
}

function decimals(percent: number): number {
  return Math.min(String(percent).split(".")[1]?.length ?? 0, 6);
}
