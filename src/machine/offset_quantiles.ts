import type { RandomDistribution } from "../scenario/scenario.ts";

/**
 * `count + 1` ascending quantiles of an offset distribution over `blocks` blocks, each a block
 * number in [0, blocks). The core draws between two neighbours; blocks are not scrambled, so the
 * popular ones stand at the start of the file.
 */
export function offsetQuantiles(
  distribution: RandomDistribution,
  blocks: number,
  count: number,
): number[] {
  const inverse = inverseOf(distribution, blocks);
  const quantiles: number[] = [];
  let floor = 0;
  for (let i = 0; i <= count; i++) {
    floor = Math.max(floor, blockAt(inverse(i / count), blocks));
    quantiles.push(floor);
  }
  return quantiles;
}

/** The block at a share of the file; what the formula cannot tell lies in its endless tail. */
function blockAt(share: number, blocks: number): number {
  const block = Math.floor(share * blocks);
  return Number.isNaN(block) ? blocks - 1 : Math.min(blocks - 1, Math.max(0, block));
}

/** Share of accesses 0..1 → share of the file 0..1. */
function inverseOf(distribution: RandomDistribution, blocks: number): (p: number) => number {
  switch (distribution.kind) {
    case "random":
      return (p) => p;
    case "zipf":
      return zipfInverse(distribution.theta, blocks);
    case "pareto":
      // The share x of the file takes x^log(1-h)/log(h) of the accesses (fio's h).
      return (p) => p ** (Math.log(distribution.power) / Math.log1p(-distribution.power));
    case "normal":
      return (p) => 0.5 + (distribution.deviationPercent / 100) * normalQuantile(p);
    case "zoned":
      return zonedInverse(distribution.zones);
  }
}

/**
 * Rank r is drawn with weight r^-theta; its cumulated weight by the integral from 1/2. In
 * logarithms of 2r, so that no theta leaves the range of a double.
 */
function zipfInverse(theta: number, blocks: number): (p: number) => number {
  const exponent = 1 - theta;
  const span = Math.log(2 * blocks + 1);
  const grown = Math.expm1(exponent * span);
  const logOf = (p: number): number =>
    Math.abs(exponent) < 1e-9 ? p * span : Math.log1p(p * grown) / exponent;
  return (p) => Math.expm1(logOf(p)) / 2 / blocks;
}

function zonedInverse(
  zones: readonly { accessPercent: number; sizePercent: number }[],
): (p: number) => number {
  return (p) => {
    let access = 0;
    let size = 0;
    for (const zone of zones) {
      const width = zone.accessPercent / 100;
      if (width > 0 && p < access + width) {
        return size + ((p - access) / width) * (zone.sizePercent / 100);
      }
      access += width;
      size += zone.sizePercent / 100;
    }
    return size;
  };
}

/** Inverse of the standard normal distribution by bisection of Abramowitz and Stegun 26.2.17. */
function normalQuantile(p: number): number {
  let low = -8;
  let high = 8;
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (normalShare(middle) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

function normalShare(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const poly =
    t *
    (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const tail = (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * poly;
  return z > 0 ? 1 - tail : tail;
}
