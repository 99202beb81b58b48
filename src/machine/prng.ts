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

/** Numbers drawn one after the other, fast: sfc32 (Doty-Humphrey, public domain). */
export class Draws {
  readonly #state: Uint32Array;

  constructor(seed: number) {
    const [first, second] = [0, 1].map((index) => splitmix64(BigInt(seed), index));
    const low = (value: bigint | undefined): number => Number((value ?? 0n) & 0xffffffffn);
    const high = (value: bigint | undefined): number => Number((value ?? 0n) >> 32n);
    this.#state = Uint32Array.of(low(first), high(first), low(second), 1);
  }

  /** A whole number from 0 to `limit` - 1; limit: 1 to 2^32. */
  below(limit: number): number {
    return Math.floor((this.#next() / 2 ** 32) * limit);
  }

  #next(): number {
    const [a = 0, b = 0, c = 0, counter = 0] = this.#state;
    const drawn = (a + b + counter) >>> 0;
    this.#state[0] = b ^ (b >>> 9);
    this.#state[1] = c + (c << 3);
    this.#state[2] = ((c << 21) | (c >>> 11)) + drawn;
    this.#state[3] = counter + 1;
    return drawn;
  }
}

/** 128 bits that nobody can guess, in hexadecimal. */
export function randomToken(): string {
  return randomBytes(16).toString("hex");
}
