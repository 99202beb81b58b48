import { splitmix64 } from "../src/machine/prng.ts";

/** A median with the interval in which 95 % of the bootstrap's medians lie. */
export interface Estimate {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

const RESAMPLES = 1000;

/** The value below which a share `q` of the sample lies; neighbours are interpolated. */
export function quantile(sample: readonly number[], q: number): number {
  if (sample.length === 0) throw new RangeError("quantile of an empty sample");
  const sorted = [...sample].sort((a, b) => a - b);
  const at = (sorted.length - 1) * q;
  const low = sorted[Math.floor(at)] as number;
  const high = sorted[Math.ceil(at)] as number;
  return low + (high - low) * (at - Math.floor(at));
}

export function median(sample: readonly number[]): number {
  return quantile(sample, 0.5);
}

/**
 * Percentile bootstrap of the median of all values. Values of one group share a disturbance (a
 * process, where its memory happens to lie), so whole groups are drawn first, then values within
 * them. The same seed gives the same interval.
 */
export function bootstrapMedian(groups: readonly (readonly number[])[], seed = 1n): Estimate {
  let draws = 0;
  const pick = <T>(from: readonly T[]): T => {
    const draw = Number(splitmix64(seed, draws++) >> 32n) / 2 ** 32;
    return from[Math.floor(draw * from.length)] as T;
  };
  const medians = Array.from({ length: RESAMPLES }, () =>
    median(
      groups.flatMap(() => {
        const group = pick(groups);
        return group.map(() => pick(group));
      }),
    ),
  );
  return {
    median: median(groups.flat()),
    low: quantile(medians, 0.025),
    high: quantile(medians, 0.975),
  };
}

/**
 * How far apart two slices of the same thing are: the factor that 19 of 20 neighbours within a
 * group stay below. 1.1 means that a difference of 10 % between two slices is noise.
 */
export function repeatability(groups: readonly (readonly number[])[]): number {
  const factors = groups.flatMap((group) =>
    group.slice(1).map((value, i) => {
      const ratio = value / (group[i] as number);
      return Math.max(ratio, 1 / ratio);
    }),
  );
  return factors.length === 0 ? 1 : quantile(factors, 0.95);
}
