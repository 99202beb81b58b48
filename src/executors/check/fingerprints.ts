const FIRST_CAPACITY = 4096;
/** Slots at the most: 144 MiB. */
export const FINGERPRINTS_MAX = 2 ** 24;

/**
 * The states that were seen, by 64-bit fingerprints, each with the smallest cost at which it was
 * reached (0 to 254). Two states of one fingerprint would be taken for one: of n states, with a
 * probability of n² / 2^65.
 */
export class Fingerprints {
  #lows = new Int32Array(FIRST_CAPACITY);
  #highs = new Int32Array(FIRST_CAPACITY);
  /** Cost + 1; 0: a free slot. */
  #costs = new Uint8Array(FIRST_CAPACITY);
  size = 0;

  /** False: no more fit. */
  get hasRoom(): boolean {
    return this.size < FINGERPRINTS_MAX / 2;
  }

  get bytes(): number {
    return this.#costs.length * 9;
  }

  /** True: new, or reached at a smaller cost than before. */
  add(low: number, high: number, cost: number): boolean {
    if (this.size * 2 >= this.#costs.length) this.#grow();
    const at = this.#slot(low, high);
    const known = this.#costs[at] as number;
    if (known !== 0 && known - 1 <= cost) return false;
    if (known === 0) this.size++;
    this.#lows[at] = low;
    this.#highs[at] = high;
    this.#costs[at] = cost + 1;
    return true;
  }

  #slot(low: number, high: number): number {
    const mask = this.#costs.length - 1;
    let at = (low ^ Math.imul(high, 0x9e3779b1)) & mask;
    while (this.#costs[at] !== 0 && (this.#lows[at] !== low || this.#highs[at] !== high)) {
      at = (at + 1) & mask;
    }
    return at;
  }

  #grow(): void {
    const [lows, highs, costs] = [this.#lows, this.#highs, this.#costs];
    this.#lows = new Int32Array(lows.length * 2);
    this.#highs = new Int32Array(highs.length * 2);
    this.#costs = new Uint8Array(costs.length * 2);
    for (let from = 0; from < costs.length; from++) {
      if (costs[from] === 0) continue;
      const to = this.#slot(lows[from] as number, highs[from] as number);
      this.#lows[to] = lows[from] as number;
      this.#highs[to] = highs[from] as number;
      this.#costs[to] = costs[from] as number;
    }
  }
}
