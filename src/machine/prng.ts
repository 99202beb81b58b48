import { randomBytes } from "node:crypto";

/** The one place that makes numbers up: splitmix64, so that a seed repeats a run's choices. */

const GOLDEN = 0x9e3779b97f4a7c15n;
const MASK = (1n << 64n) - 1n;

/** The `index`-th 64-bit value of the stream that `seed` starts. */
export function splitmix64(seed: bigint, index: number): bigint {
  let z = (seed + GOLDEN * BigInt(index + 1)) & MASK;
  z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & MASK;
  z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & MASK;
  return z ^ (z >> 31n);
}

/** 128 bits that nobody can guess, in hexadecimal. */
export function randomToken(): string {
  return randomBytes(16).toString("hex");
}
