import { HISTOGRAM_HIGHEST_NS, HISTOGRAM_LOWEST_NS } from "../../assembly/shared/histogram.ts";
import type { LatencyHistogram } from "../machine/histogram.ts";

/**
 * HdrHistogram's compressed V2 encoding, big-endian (HdrHistogram, AbstractHistogram.java):
 *
 *   compressed   cookie 4 | length 4 | zlib of
 *   payload      cookie 4 | length 4 | normalizing offset 4 | digits 4 |
 *                lowest 8 | highest 8 | conversion ratio 8 (double) | counts
 *   counts       one ZigZag LEB128 number a slot, up to the highest in use;
 *                a negative one stands for as many empty slots
 *
 * hdr-histogram-js 3.0.1 writes 1 as the offset and the integer 1 as the ratio, which shifts
 * every value for a reader that heeds them; hence an encoder of our own.
 */

const COOKIE = 0x1c849303 | 0x10;
const COMPRESSED_COOKIE = 0x1c849304 | 0x10;
const HEADER_BYTES = 40;
const COMPRESSED_HEADER_BYTES = 8;

/** The payload before compression; where there is zlib, whoever asks knows. */
export function encodeV2(histogram: LatencyHistogram): Uint8Array<ArrayBuffer> {
  const counts = encodeCounts(histogram);
  const bytes = new Uint8Array(HEADER_BYTES + counts.length);
  const head = new DataView(bytes.buffer);
  head.setInt32(0, COOKIE);
  head.setInt32(4, counts.length);
  head.setInt32(8, 0);
  head.setInt32(12, histogram.geometry.digits);
  head.setBigInt64(16, BigInt(HISTOGRAM_LOWEST_NS));
  head.setBigInt64(24, BigInt(HISTOGRAM_HIGHEST_NS));
  head.setFloat64(32, 1);
  bytes.set(counts, HEADER_BYTES);
  return bytes;
}

/** The zlib of a payload with the head that says what it is. */
export function withV2Head(compressed: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(COMPRESSED_HEADER_BYTES + compressed.length);
  const head = new DataView(bytes.buffer);
  head.setInt32(0, COMPRESSED_COOKIE);
  head.setInt32(4, compressed.length);
  bytes.set(compressed, COMPRESSED_HEADER_BYTES);
  return bytes;
}

function encodeCounts(histogram: LatencyHistogram): Uint8Array {
  const bytes: number[] = [];
  let next = 0;
  for (const { index, count } of histogram.nonZero()) {
    putEmptySlots(bytes, index - next);
    putLeb128(bytes, count * 2);
    next = index + 1;
  }
  // An empty histogram still has its slot 0.
  if (next === 0) putEmptySlots(bytes, 1);
  return Uint8Array.from(bytes);
}

/** A single empty slot is the count 0, a run of them its negative length. */
function putEmptySlots(bytes: number[], slots: number): void {
  if (slots === 1) putLeb128(bytes, 0);
  else if (slots > 1) putLeb128(bytes, slots * 2 - 1);
}

/** Seven bits a byte, lowest first; exact for what a double counts exactly (< 2^53). */
function putLeb128(bytes: number[], zigZag: number): void {
  let rest = zigZag;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
}
