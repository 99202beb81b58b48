import { countWords, durationWords } from "../../src/results/words.ts";
import type { OpFigures, RunModel } from "./run_model.ts";

/** Runs side by side, in words. One run each: what differs is told, not what it means. */

const COMPARED = [50, 99, 99.9] as const;
/** Ratios closer to one than this are told as the same. */
const SAME = 0.02;

/** Parameters in which runs differ: a name and each one's value. */
export function differingParameters(models: readonly RunModel[]): string[][] {
  const maps = models.map(
    ({ parameters }) => new Map(parameters.map(({ name, value }) => [name, value])),
  );
  const names = [...new Set(maps.flatMap((map) => [...map.keys()]))];
  return names.flatMap((name) => {
    const values = maps.map((map) => map.get(name) ?? "-");
    return new Set(values).size > 1 ? [[name, ...values]] : [];
  });
}

/** What of the environments differs: figures of unlike machines say little of each other. */
export function differingEnvironment(models: readonly RunModel[]): string[] {
  const maps = models.map(
    ({ info }) => new Map(info.environment.map(({ name, value }) => [name, value])),
  );
  const names = [...new Set(maps.flatMap((map) => [...map.keys()]))];
  return names.filter((name) => new Set(maps.map((map) => map.get(name))).size > 1);
}

/** Sentences on an operation: each other run against the first. */
export function differencesOf(
  name: string,
  models: readonly RunModel[],
  labels: readonly string[],
): string[] {
  const [first, ...others] = models.map((model) => model.ops.find((op) => op.name === name));
  if (first === undefined) return [];
  return others.flatMap((other, i) => {
    const label = labels[i + 1] ?? "the other";
    if (other === undefined) return [`${label} did no ${name}.`];
    const words = [...latencyWords(first, other), rateWord(first, other)];
    return [`${label} against ${labels[0]}: ${words.join("; ")}.`];
  });
}

function latencyWords(first: OpFigures, other: OpFigures): string[] {
  const [a, b] = [first.latency, other.latency];
  if (a === undefined || b === undefined || a.count === 0 || b.count === 0) return [];
  return COMPARED.map((percent) => {
    const [one, two] = [a.percentile(percent), b.percentile(percent)];
    const values = `${durationWords(two)} against ${durationWords(one)}`;
    return `p${percent} ${ratioWords(two / one)} (${values})`;
  });
}

function rateWord(first: OpFigures, other: OpFigures): string {
  const rates = [other, first].map(({ rate }) => `${countWords(Math.round(rate))}/s`);
  const values = rates.join(" against ");
  return `rate ${ratioWords(other.rate / first.rate)} (${values})`;
}

/** `the same`, `12 % lower`, `1.8 times as high`. */
export function ratioWords(ratio: number): string {
  if (!Number.isFinite(ratio)) return "not to be compared";
  if (Math.abs(ratio - 1) < SAME) return "the same";
  if (ratio >= 1.5) return `${ratio.toFixed(ratio < 10 ? 1 : 0)} times as high`;
  const percent = Math.round(Math.abs(ratio - 1) * 100);
  return ratio > 1 ? `${percent} % higher` : `${percent} % lower`;
}
