/**
 * Latencies in HdrHistogram counters inside the shared memory (geometry: shared/histogram.ts), one
 * set per CPU, written by that CPU alone; and per operation how often, and how long in batches.
 */
import {
  CPU_BYTES, CPU_OPSTATS, OPSTAT_BATCHES, OPSTAT_BATCH_NS, OPSTAT_BATCH_OPS, OPSTAT_BYTES,
  OPSTAT_COUNT, PARAM_CPUS, PARAM_HISTOGRAMS,
} from "../shared/layout.ts";
import { OP_COUNT } from "../shared/codes.ts";
import {
  HISTOGRAM_BYTES, HISTOGRAM_CLZ_BASE, HISTOGRAM_COUNTS, HISTOGRAM_HALF_BITS, HISTOGRAM_HIGHEST_NS,
  HISTOGRAM_MAX, HISTOGRAM_MIN, HISTOGRAM_SUB_BUCKET_MASK,
} from "../shared/histogram.ts";
import {
  quietAdd32, quietAdd64, quietAddF64, quietLoad32, quietLoad64, quietStore64,
} from "../memory/quiet";

function histogramOf(cpu: usize, op: u32): usize {
  const index = (cpu - quietLoad32(PARAM_CPUS)) / CPU_BYTES;
  return quietLoad32(PARAM_HISTOGRAMS) + (index * OP_COUNT + op) * <usize>HISTOGRAM_BYTES;
}

/** Records one latency; above the highest value it counts as the highest. Negative counts as 0. */
export function recordLatency(cpu: usize, op: u32, ns: f64): void {
  if (!quietLoad32(PARAM_HISTOGRAMS)) return;
  let value = ns > 0 ? <u64>ns : 0;
  if (value > <u64>HISTOGRAM_HIGHEST_NS) value = HISTOGRAM_HIGHEST_NS;
  const histogram = histogramOf(cpu, op);
  const bucket = HISTOGRAM_CLZ_BASE - clz(value | HISTOGRAM_SUB_BUCKET_MASK);
  const slot = <usize>((bucket << HISTOGRAM_HALF_BITS) + (value >> bucket));
  // The minimum is kept as its successor, so that zeroed memory means "none yet".
  const min = quietLoad64(histogram + HISTOGRAM_MIN);
  if (min == 0 || value + 1 < min) quietStore64(histogram + HISTOGRAM_MIN, value + 1);
  const max = quietLoad64(histogram + HISTOGRAM_MAX);
  if (value > max) quietStore64(histogram + HISTOGRAM_MAX, value);
  quietAdd32(histogram + HISTOGRAM_COUNTS + (slot << 2), 1);
}

@inline
export function countOps(cpu: usize, op: u32, count: u32): void {
  quietAdd64(cpu + CPU_OPSTATS + <usize>op * OPSTAT_BYTES + OPSTAT_COUNT, <u64>count);
}

/** `count` operations took `ns` together, one clock read included. */
export function recordBatch(cpu: usize, op: u32, count: u32, ns: f64): void {
  const stat = cpu + CPU_OPSTATS + <usize>op * OPSTAT_BYTES;
  quietAdd64(stat + OPSTAT_BATCH_OPS, <u64>count);
  quietAddF64(stat + OPSTAT_BATCH_NS, ns);
  quietAdd64(stat + OPSTAT_BATCHES, 1);
}
