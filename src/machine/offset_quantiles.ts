import { normalQuantile } from "../scenario/normal_quantile.ts";
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
