import { splitmix64 } from "../src/machine/prng.ts";

/** A median with the interval in which 95 % of the bootstrap's medians lie. */
export interface Estimate {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

const RESAMPLES = 2000;

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

/** Percentile bootstrap of the median; the same seed gives the same interval. */
export function bootstrapMedian(sample: readonly number[], seed = 1n): Estimate {
  const medians: number[] = [];
  let draws = 0;
  for (let i = 0; i < RESAMPLES; i++) {
    const resample = sample.map(() => {
      const draw = Number(splitmix64(seed, draws++) >> 32n);
      return sample[Math.floor((draw / 2 ** 32) * sample.length)] as number;
    });
    medians.push(median(resample));
  }
  return {
    median: median(sample),
    low: quantile(medians, 0.025),
    high: quantile(medians, 0.975),
  };
}

/**
 * How far apart two slices of the same thing are: the largest factor between neighbours that 19 of
 * 20 pairs stay below. 1.1 means that a difference of 10 % is noise.
 */
export function repeatability(sample: readonly number[]): number {
  const factors = sample.slice(1).map((value, i) => {
    const ratio = value / (sample[i] as number);
    return Math.max(ratio, 1 / ratio);
  });
  return factors.length === 0 ? 1 : quantile(factors, 0.95);
}
