import type { SteadyStateRecord } from "../../results/record.ts";
import type { SteadyState } from "../../scenario/pace.ts";

/**
 * Tells from a rate a second whether it holds still, by fio's rules (steadystate.c): over the last
 * `windowMs`, the largest deviation from the mean or the slope of a least-squares line must lie
 * below the limit, not at it. Unlike fio, the mean that a slope is a share of is not rounded down,
 * and a rate of zero is never steady.
 */
export class SteadyStateDetector {
  readonly #wanted: SteadyState;
  readonly #seconds: number;
  readonly #iops: number[] = [];
  readonly #bytes: number[] = [];
  #attained = false;

  constructor(wanted: SteadyState) {
    this.#wanted = wanted;
    this.#seconds = Math.max(1, Math.floor(wanted.windowMs / 1000));
  }

  /** Takes the I/Os and bytes a second of one more second; true: it is steady, and stays so. */
  add(iops: number, bytes: number): boolean {
    if (this.#attained) return true;
    for (const [ring, rate] of [
      [this.#iops, iops],
      [this.#bytes, bytes],
    ] as const) {
      ring.push(rate);
      if (ring.length > this.#seconds) ring.shift();
    }
    const found = this.#found();
    const above = meanOf(this.#measured()) > 0;
    this.#attained = above && found !== undefined && Math.abs(found) < this.#wanted.limit;
    return this.#attained;
  }

  record(): SteadyStateRecord {
    return {
      attained: this.#attained,
      iopsMean: meanOf(this.#iops),
      bytesMean: meanOf(this.#bytes),
      found: this.#found(),
      iops: [...this.#iops],
      bytes: [...this.#bytes],
    };
  }

  #measured(): readonly number[] {
    return this.#wanted.measure === "iops" ? this.#iops : this.#bytes;
  }

  /** Of a full window: deviation or slope, in percent of the mean if so asked. */
  #found(): number | undefined {
    const rates = this.#measured();
    if (rates.length < this.#seconds) return undefined;
    const mean = meanOf(rates);
    const found = this.#wanted.criterion === "slope" ? slopeOf(rates) : deviationOf(rates, mean);
    const shown = this.#wanted.inPercent ? (100 * found) / mean : found;
    return Number.isFinite(shown) ? shown : undefined;
  }
}

function meanOf(rates: readonly number[]): number {
  return rates.length > 0 ? rates.reduce((sum, rate) => sum + rate, 0) / rates.length : 0;
}

function deviationOf(rates: readonly number[], mean: number): number {
  return Math.max(...rates.map((rate) => Math.abs(rate - mean)));
}

/** A second of the line that lies nearest to the rates; of one rate alone there is none: NaN. */
function slopeOf(rates: readonly number[]): number {
  const middle = (rates.length - 1) / 2;
  const mean = meanOf(rates);
  let products = 0;
  let squares = 0;
  rates.forEach((rate, second) => {
    products += (second - middle) * (rate - mean);
    squares += (second - middle) ** 2;
  });
  return products / squares;
}
