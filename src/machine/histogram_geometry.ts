import {
  HISTOGRAM_DIGITS,
  HISTOGRAM_HALF_BITS,
  HISTOGRAM_HIGHEST_NS,
  HISTOGRAM_SLOTS,
} from "../../assembly/shared/histogram.ts";

/** How fine a histogram's slots are: 2^halfBits of them to each power of two. */
export interface Geometry {
  readonly halfBits: number;
  /** Significant decimal digits that such slots keep apart. */
  readonly digits: number;
  readonly slots: number;
}

/** HdrHistogram's with 3 significant digits: what the core records and every result has. */
export const FINE: Geometry = Object.freeze({
  halfBits: HISTOGRAM_HALF_BITS,
  digits: HISTOGRAM_DIGITS,
  slots: HISTOGRAM_SLOTS,
});
/** HdrHistogram's with 2 significant digits, up to 1 h: every slot is made of whole fine ones. */
export const COARSE: Geometry = Object.freeze({ halfBits: 7, digits: 2, slots: 36 << 7 });

/** Slot of a latency in ns; below 0 counts as 0, above the highest as the highest. */
export function indexOf(ns: number, { halfBits }: Geometry = FINE): number {
  const value = clampNs(ns);
  const high = Math.floor(value / 2 ** 32);
  const low = (value >>> 0) | (2 ** (halfBits + 1) - 1);
  const leadingZeros = high > 0 ? Math.clz32(high) : 32 + Math.clz32(low);
  const bucket = 63 - halfBits - leadingZeros;
  return bucket * 2 ** halfBits + Math.floor(value / 2 ** bucket);
}

/** Smallest latency in ns that falls into a slot. */
export function lowestValueAt(index: number, geometry: Geometry = FINE): number {
  const bucket = bucketAt(index, geometry);
  return (index - bucket * 2 ** geometry.halfBits) * 2 ** bucket;
}

/** Largest latency in ns that falls into a slot. */
export function highestValueAt(index: number, geometry: Geometry = FINE): number {
  return lowestValueAt(index, geometry) + 2 ** bucketAt(index, geometry) - 1;
}

export function clampNs(ns: number): number {
  return ns > 0 ? Math.min(Math.floor(ns), HISTOGRAM_HIGHEST_NS) : 0;
}

function bucketAt(index: number, { halfBits }: Geometry): number {
  return Math.max((index >>> halfBits) - 1, 0);
}
