const FIRST_CAPACITY = 4096;
/** Slots at the most: 128 MiB, and 16 MiB for costs. */
export const FINGERPRINTS_MAX = 2 ** 24;

/**
 * The states that were seen, by 64-bit fingerprints, and, if they have costs, each with the
 * smallest (0 to 255) at which it was reached. Two states of one fingerprint would be taken for
 * one: of n states, with a probability of n² / 2^65.
 */
export class Fingerprints {
  /** Two words a slot, beside each other: one line of cache. A free slot is 0, 0. */
  #halves = new Int32Array(FIRST_CAPACITY * 2);
  #costs: Uint8Array | undefined;
  size = 0;

  constructor({ costs = false } = {}) {
    if (costs) this.#costs = new Uint8Array(FIRST_CAPACITY);
  }

  /** False: no more fit. */
  get hasRoom(): boolean {
    return this.size < FINGERPRINTS_MAX / 2;
  }

  get bytes(): number {
    return this.#halves.byteLength + (this.#costs?.byteLength ?? 0);
  }

  /** True: new, or reached at a smaller cost than before. */
  add(low: number, high: number, cost = 0): boolean {
    if (this.size * 4 >= this.#halves.length) this.#grow();
    // 0, 0 is a free slot.
    const first = low | high ? low : 1;
    const slot = this.#slotOf(first, high);
    const at = slot * 2;
    if (this.#halves[at] === 0 && this.#halves[at + 1] === 0) {
      this.#halves[at] = first;
      this.#halves[at + 1] = high;
      this.size++;
    } else if (this.#costs === undefined || (this.#costs[slot] as number) <= cost) return false;
    if (this.#costs) this.#costs[slot] = cost;
    return true;
  }

  /** Where it lies, or the free slot where it belongs. */
  #slotOf(low: number, high: number): number {
    const halves = this.#halves;
    const mask = (halves.length >> 1) - 1;
    let slot = (low ^ Math.imul(high, 0x9e3779b1)) & mask;
    for (; ; slot = (slot + 1) & mask) {
      const [one, other] = [halves[slot * 2], halves[slot * 2 + 1]];
      if ((one === low && other === high) || (one === 0 && other === 0)) return slot;
    }
  }

  #grow(): void {
    const [halves, costs] = [this.#halves, this.#costs];
    this.#halves = new Int32Array(halves.length * 2);
    if (costs) this.#costs = new Uint8Array(costs.length * 2);
    for (let from = 0; from < halves.length; from += 2) {
      const [low, high] = [halves[from] as number, halves[from + 1] as number];
      if (low === 0 && high === 0) continue;
      const slot = this.#slotOf(low, high);
      this.#halves[slot * 2] = low;
      this.#halves[slot * 2 + 1] = high;
      if (costs && this.#costs) this.#costs[slot] = costs[from >> 1] as number;
    }
  }
}
