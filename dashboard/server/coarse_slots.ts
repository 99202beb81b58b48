import { HISTOGRAM_SLOTS } from "../../assembly/shared/histogram.ts";
import { LatencyHistogram } from "../../src/machine/histogram.ts";
import { COARSE, indexOf, lowestValueAt } from "../../src/machine/histogram_geometry.ts";

/** Histograms of the core as a look at them needs them: added up in COARSE slots, compared. */

/** The coarse slot of each fine one. */
const COARSE_OF = Uint16Array.from({ length: HISTOGRAM_SLOTS }, (_, fine) =>
  indexOf(lowestValueAt(fine), COARSE),
);

/** Counts of coarse slots, and between which of them there are any. */
export class CoarseCounts {
  readonly counts = new Float64Array(COARSE.slots);
  private first = COARSE.slots;
  private last = -1;
  private minNs = Number.POSITIVE_INFINITY;
  private maxNs = 0;

  /** Adds what came on top of `before`, which then holds what there is now; says how many. */
  addNew(fine: Int32Array, minNs: number, maxNs: number, before: Uint32Array): number {
    let added = 0;
    const low = indexOf(minNs);
    const high = indexOf(maxNs);
    for (let at = low; at <= high; ) {
      const slot = COARSE_OF[at] as number;
      let sum = 0;
      for (; at <= high && COARSE_OF[at] === slot; at++) sum += (fine[at] as number) >>> 0;
      const known = before[slot] as number;
      before[slot] = sum;
      if (sum <= known) continue;
      this.add(slot, sum - known);
      added += sum - known;
    }
    this.minNs = Math.min(this.minNs, minNs);
    this.maxNs = Math.max(this.maxNs, maxNs);
    return added;
  }

  /** What was added, as a histogram, and nothing is left. */
  take(): LatencyHistogram {
    let used = 0;
    for (let slot = this.first; slot <= this.last; slot++) if (this.counts[slot]) used += 1;
    const indices = new Uint16Array(used);
    const counts = new Float64Array(used);
    for (let slot = this.first, at = 0; slot <= this.last; slot++) {
      const count = this.counts[slot] as number;
      if (count === 0) continue;
      indices[at] = slot;
      counts[at++] = count;
      this.counts[slot] = 0;
    }
    const taken = LatencyHistogram.fromSlots(indices, counts, this.minNs, this.maxNs, COARSE);
    this.first = COARSE.slots;
    this.last = -1;
    this.minNs = Number.POSITIVE_INFINITY;
    this.maxNs = 0;
    return taken;
  }

  private add(slot: number, count: number): void {
    this.counts[slot] = (this.counts[slot] as number) + count;
    this.first = Math.min(this.first, slot);
    this.last = Math.max(this.last, slot);
  }
}
