import { OP_COUNT } from "../../assembly/shared/codes.ts";
import {
  HISTOGRAM_BYTES,
  HISTOGRAM_COUNTS,
  HISTOGRAM_MAX,
  HISTOGRAM_MIN,
  HISTOGRAM_SLOTS,
} from "../../assembly/shared/histogram.ts";
import {
  CPU_BYTES,
  CPU_OPSTATS,
  OPSTAT_BATCH_NS,
  OPSTAT_BATCH_OPS,
  OPSTAT_BATCHES,
  OPSTAT_BYTES,
  OPSTAT_COUNT,
  PARAM_CPUS,
  PARAM_HISTOGRAMS,
} from "../../assembly/shared/layout.ts";
import { LatencyHistogram } from "./histogram.ts";
import { cpuAddress, type Machine } from "./machine.ts";

/** One operation's latencies (OP_*) on one CPU where they lie, ns; undefined: there are none. */
export function histogramAt(
  { plan, words, longs }: Machine,
  cpu: number,
  op: number,
): { minNs: number; maxNs: number; counts: Int32Array } | undefined {
  const base = plan.histogramsAt + (cpu * OP_COUNT + op) * HISTOGRAM_BYTES;
  // The core keeps the successor of the minimum; 0 means that nothing was recorded.
  const successor = Number(longs[(base + HISTOGRAM_MIN) / 8] ?? 0n);
  if (successor === 0) return undefined;
  const maxNs = Number(longs[(base + HISTOGRAM_MAX) / 8] ?? 0n);
  const first = (base + HISTOGRAM_COUNTS) / 4;
  return { minNs: successor - 1, maxNs, counts: words.subarray(first, first + HISTOGRAM_SLOTS) };
}

/** A copy of one operation's latencies (OP_*) on one CPU; ns. */
export function readHistogram(machine: Machine, cpu: number, op: number): LatencyHistogram {
  const found = histogramAt(machine, cpu, op);
  if (found === undefined) return LatencyHistogram.empty();
  const counts = new Uint32Array(found.counts.slice().buffer);
  return LatencyHistogram.fromCounts(counts, found.minNs, found.maxNs);
}

/** How often an operation was done, and what its timed batches came to. */
export interface OpStat {
  readonly count: number;
  readonly batchOps: number;
  readonly batchNs: number;
  readonly batches: number;
}

export function readOpStat(machine: Machine, cpu: number, op: number): OpStat {
  const base = cpuAddress(machine, cpu) + CPU_OPSTATS + op * OPSTAT_BYTES;
  const long = (offset: number) => Number(machine.longs[(base + offset) / 8] ?? 0n);
  return {
    count: long(OPSTAT_COUNT),
    batchOps: long(OPSTAT_BATCH_OPS),
    batchNs: machine.doubles[(base + OPSTAT_BATCH_NS) / 8] ?? 0,
    batches: long(OPSTAT_BATCHES),
  };
}

/**
 * Zeroes counters and histograms of the operations of one CPU, all but those in `keeps`. It goes by
 * the parameters in memory, so that a worker can call it too; `block` is the CPU's address.
 */
export function clearOperations(
  words: Int32Array,
  block: number,
  keeps: readonly number[] = [],
): void {
  const parameter = (at: number): number => (words[at >>> 2] ?? 0) >>> 0;
  const first = ((block - parameter(PARAM_CPUS)) / CPU_BYTES) * OP_COUNT;
  const histograms = parameter(PARAM_HISTOGRAMS);
  for (let op = 0; op < OP_COUNT; op++) {
    if (keeps.includes(op)) continue;
    const stat = block + CPU_OPSTATS + op * OPSTAT_BYTES;
    words.fill(0, stat / 4, (stat + OPSTAT_BYTES) / 4);
    const histogram = histograms + (first + op) * HISTOGRAM_BYTES;
    if (histograms) words.fill(0, histogram / 4, (histogram + HISTOGRAM_BYTES) / 4);
  }
}
