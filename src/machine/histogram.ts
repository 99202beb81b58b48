import { HISTOGRAM_SLOTS } from "../../assembly/shared/histogram.ts";
import {
  COARSE,
  clampNs,
  FINE,
  type Geometry,
  highestValueAt,
  indexOf,
  lowestValueAt,
} from "./histogram_geometry.ts";

/** A slot that holds at least one value: its bounds are inclusive, `midNs` is its middle. */
export interface HistogramSlot {
  readonly index: number;
  readonly lowNs: number;
  readonly highNs: number;
  readonly midNs: number;
  readonly count: number;
}

/**
 * Latencies in ns with HdrHistogram's geometry (assembly/shared/histogram.ts). Percentiles, mean
 * and deviation are HdrHistogram's; minimum and maximum are exact where they were tracked.
 * Only slots in use are stored: ascending indices and, beside them, their counts.
 */
export class LatencyHistogram {
  private constructor(
    private indices: Uint16Array,
    private counts: Float64Array,
    private total: number,
    private lowestNs: number,
    private highestNs: number,
    readonly geometry: Geometry,
  ) {}

  static empty(geometry: Geometry = FINE): LatencyHistogram {
    return new LatencyHistogram(new Uint16Array(0), new Float64Array(0), 0, 0, 0, geometry);
  }

  /**
   * From the slots in use, ascending, and their counts, none of them 0; minimum and maximum as
   * `fromCounts` takes them. RangeError if a slot lies outside the geometry or out of order.
   */
  static fromSlots(
    indices: Uint16Array,
    counts: Float64Array,
    minNs: number,
    maxNs: number,
    geometry: Geometry = FINE,
  ): LatencyHistogram {
    if (indices.length === 0) return LatencyHistogram.empty(geometry);
    let total = 0;
    for (let i = 0; i < indices.length; i++) {
      const index = indices[i] as number;
      if (index >= geometry.slots || (i > 0 && index <= (indices[i - 1] as number))) {
        throw new RangeError(`slot ${index} is out of order or beyond ${geometry.slots}`);
      }
      total += counts[i] as number;
    }
    const first = indices[0] as number;
    const last = indices[indices.length - 1] as number;
    const low = indexOf(minNs, geometry) === first;
    const high = indexOf(maxNs, geometry) === last;
    return new LatencyHistogram(
      indices,
      counts,
      total,
      low ? clampNs(minNs) : lowestValueAt(first, geometry),
      high ? clampNs(maxNs) : highestValueAt(last, geometry),
      geometry,
    );
  }

  /**
   * From one counter a slot. `minNs` and `maxNs` were tracked apart from the counts; one that
   * does not lie in the first or last slot in use gives way to that slot's bound.
   */
  static fromCounts(
    counts: Uint32Array | Float64Array,
    minNs: number,
    maxNs: number,
  ): LatencyHistogram {
    if (counts.length > HISTOGRAM_SLOTS) {
      throw new RangeError(`${counts.length} counters, the histogram has ${HISTOGRAM_SLOTS} slots`);
    }
    let used = 0;
    for (let index = 0; index < counts.length; index++) {
      if ((counts[index] as number) > 0) used += 1;
    }
    const indices = new Uint16Array(used);
    const inUse = new Float64Array(used);
    for (let index = 0, at = 0; at < used; index++) {
      const count = counts[index] as number;
      if (count > 0) {
        indices[at] = index;
        inUse[at] = count;
        at += 1;
      }
    }
    return LatencyHistogram.fromSlots(indices, inUse, minNs, maxNs);
  }

  get count(): number {
    return this.total;
  }

  /** Smallest latency; 0 when empty. */
  get minNs(): number {
    return this.lowestNs;
  }

  /** Largest latency; 0 when empty. */
  get maxNs(): number {
    return this.highestNs;
  }

  /** Mean of the slots' middles, within minimum and maximum; 0 when empty. */
  get meanNs(): number {
    return Math.min(Math.max(this.meanOfMiddles(), this.lowestNs), this.highestNs);
  }

  /** Standard deviation of the slots' middles; 0 when empty. */
  get stddevNs(): number {
    if (this.total === 0) return 0;
    const mean = this.meanOfMiddles();
    let sum = 0;
    for (const { midNs, count } of this.nonZero()) sum += (midNs - mean) ** 2 * count;
    return Math.sqrt(sum / this.total);
  }

  /**
   * The latency that `percent` (0..100) of the values do not exceed: the upper bound of its
   * slot, never above the maximum. 0 gives the minimum; an empty histogram gives 0.
   */
  percentile(percent: number): number {
    if (this.total === 0) return 0;
    if (!(percent > 0)) return this.lowestNs;
    const wanted = countAtPercentile(Math.min(percent, 100), this.total);
    let seen = 0;
    for (let i = 0; i < this.indices.length; i++) {
      seen += this.counts[i] as number;
      if (seen >= wanted) {
        const highNs = highestValueAt(this.indices[i] as number, this.geometry);
        return Math.min(highNs, this.highestNs);
      }
    }
    return this.highestNs;
  }

  /** A new histogram of both histograms' values; both are of one geometry. */
  plus(other: LatencyHistogram): LatencyHistogram {
    if (other.geometry.halfBits !== this.geometry.halfBits) {
      throw new RangeError("histograms of unlike geometries do not add");
    }
    if (other.total === 0) return this.copy();
    if (this.total === 0) return other.copy();
    const longest = this.indices.length + other.indices.length;
    const indices = new Uint16Array(longest);
    const counts = new Float64Array(longest);
    let [mine, theirs, used] = [0, 0, 0];
    while (mine < this.indices.length || theirs < other.indices.length) {
      const left = this.indices[mine] ?? this.geometry.slots;
      const right = other.indices[theirs] ?? this.geometry.slots;
      indices[used] = Math.min(left, right);
      let count = 0;
      if (left <= right) count += this.counts[mine++] as number;
      if (right <= left) count += other.counts[theirs++] as number;
      counts[used++] = count;
    }
    return new LatencyHistogram(
      indices.slice(0, used),
      counts.slice(0, used),
      this.total + other.total,
      Math.min(this.lowestNs, other.lowestNs),
      Math.max(this.highestNs, other.highestNs),
      this.geometry,
    );
  }

  /** The same values in coarser slots; minimum and maximum stay exact. */
  coarsened(): LatencyHistogram {
    const indices = new Uint16Array(this.indices.length);
    const counts = new Float64Array(this.indices.length);
    let used = 0;
    for (let i = 0; i < this.indices.length; i++) {
      const index = indexOf(lowestValueAt(this.indices[i] as number, this.geometry), COARSE);
      if (used > 0 && indices[used - 1] === index) used -= 1;
      indices[used] = index;
      counts[used] = (counts[used] as number) + (this.counts[i] as number);
      used += 1;
    }
    const { lowestNs, highestNs } = this;
    const [slots, sums] = [indices.slice(0, used), counts.slice(0, used)];
    return LatencyHistogram.fromSlots(slots, sums, lowestNs, highestNs, COARSE);
  }

  /** Counts one latency. */
  record(ns: number): void {
    const value = clampNs(ns);
    const index = indexOf(value, this.geometry);
    const at = firstNotBelow(this.indices, index);
    if (this.indices[at] !== index) {
      this.indices = withInserted(this.indices, new Uint16Array(this.indices.length + 1), at);
      this.counts = withInserted(this.counts, new Float64Array(this.counts.length + 1), at);
      this.indices[at] = index;
    }
    this.counts[at] = (this.counts[at] as number) + 1;
    this.lowestNs = this.total === 0 ? value : Math.min(this.lowestNs, value);
    this.highestNs = Math.max(this.highestNs, value);
    this.total += 1;
  }

  /** The slots in use, ascending. */
  *nonZero(): Generator<HistogramSlot, void> {
    for (let i = 0; i < this.indices.length; i++) {
      const index = this.indices[i] as number;
      const lowNs = lowestValueAt(index, this.geometry);
      const width = highestValueAt(index, this.geometry) + 1 - lowNs;
      yield {
        index,
        lowNs,
        highNs: lowNs + width - 1,
        midNs: lowNs + Math.floor(width / 2),
        count: this.counts[i] as number,
      };
    }
  }

  private meanOfMiddles(): number {
    if (this.total === 0) return 0;
    let sum = 0;
    for (const { midNs, count } of this.nonZero()) sum += midNs * count;
    return sum / this.total;
  }

  private copy(): LatencyHistogram {
    const { indices, counts, total, lowestNs, highestNs, geometry } = this;
    return new LatencyHistogram(
      indices.slice(),
      counts.slice(),
      total,
      lowestNs,
      highestNs,
      geometry,
    );
  }
}

/**
 * How many values the percentile must cover: rounded up, but not for the last bit of the product
 * (99.9 % of 1000 is 999, not the 1000 that 999.0000000000001 would round to).
 */
function countAtPercentile(percent: number, total: number): number {
  const exact = (percent / 100) * total;
  const lastBit = 2 ** (Math.floor(Math.log2(exact)) - 52);
  return Math.max(Math.ceil(exact - lastBit), 1);
}

function firstNotBelow(ascending: Uint16Array, wanted: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle] as number) < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** `from` in `to`, which is one longer, with a free place at `at`. */
function withInserted<T extends Uint16Array | Float64Array>(from: T, to: T, at: number): T {
  to.set(from.subarray(0, at), 0);
  to.set(from.subarray(at), at + 1);
  return to;
}
