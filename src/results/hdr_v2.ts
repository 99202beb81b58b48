import { deflateSync } from "node:zlib";
import {
  HISTOGRAM_DIGITS,
  HISTOGRAM_HIGHEST_NS,
  HISTOGRAM_LOWEST_NS,
} from "../../assembly/shared/histogram.ts";
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

export function encodeV2Base64(histogram: LatencyHistogram): string {
  const compressed = deflateSync(encodeV2(histogram));
  const head = Buffer.alloc(COMPRESSED_HEADER_BYTES);
  head.writeInt32BE(COMPRESSED_COOKIE, 0);
  head.writeInt32BE(compressed.length, 4);
  return Buffer.concat([head, compressed]).toString("base64");
}

/** The payload before compression. */
export function encodeV2(histogram: LatencyHistogram): Buffer {
  const counts = encodeCounts(histogram);
  const head = Buffer.alloc(HEADER_BYTES);
  head.writeInt32BE(COOKIE, 0);
  head.writeInt32BE(counts.length, 4);
  head.writeInt32BE(0, 8);
  head.writeInt32BE(HISTOGRAM_DIGITS, 12);
  head.writeBigInt64BE(BigInt(HISTOGRAM_LOWEST_NS), 16);
  head.writeBigInt64BE(BigInt(HISTOGRAM_HIGHEST_NS), 24);
  head.writeDoubleBE(1, 32);
  return Buffer.concat([head, counts]);
}

function encodeCounts(histogram: LatencyHistogram): Buffer {
  const bytes: number[] = [];
  let next = 0;
  for (const { index, count } of histogram.nonZero()) {
    putEmptySlots(bytes, index - next);
    putLeb128(bytes, count * 2);
    next = index + 1;
  }
  // An empty histogram still has its slot 0.
  if (next === 0) putEmptySlots(bytes, 1);
  return Buffer.from(bytes);
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
