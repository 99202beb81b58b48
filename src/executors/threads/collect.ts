import {
  ACTOR_READ_BYTES,
  ACTOR_READ_IOS,
  ACTOR_WRITE_BYTES,
  ACTOR_WRITE_IOS,
} from "../../../assembly/shared/actor_layout.ts";
import {
  OP_FAULT,
  OP_LOCK_WAIT,
  OP_MMAP_LOCK_WAIT,
  OP_MR_DEREG,
  OP_MR_REG,
  OP_PAGE_MKCLEAN,
  OP_PIN_FAST,
  OP_PIN_SLOW,
  OP_READ_CORRECTED,
  OP_READ_SLAT,
  OP_TRUNCATE,
  OP_UNPIN,
  OP_WRITE_CORRECTED,
  OP_WRITE_SLAT,
  OP_WRITEBACK_PAGE,
} from "../../../assembly/shared/codes.ts";
import { CPU_ACTOR } from "../../../assembly/shared/layout.ts";
import {
  SCHEDULE_DROPPED,
  SCHEDULE_LATE,
  SCHEDULE_READ,
  SCHEDULE_WRITE,
} from "../../../assembly/shared/pacing_layout.ts";
import { LatencyHistogram } from "../../machine/histogram.ts";
import { type OpStat, readHistogram, readOpStat } from "../../machine/latency.ts";
import { cpuAddress, type Machine } from "../../machine/machine.ts";
import type { Calibration, DirectionRecord, OpName, OpRecord } from "../../results/record.ts";

export const OP_CODES: readonly (readonly [Exclude<OpName, "io" | "io_corrected">, number])[] = [
  ["pin_fast", OP_PIN_FAST],
  ["pin_slow", OP_PIN_SLOW],
  ["unpin", OP_UNPIN],
  ["mr_reg", OP_MR_REG],
  ["mr_dereg", OP_MR_DEREG],
  ["fault", OP_FAULT],
  ["lock_wait", OP_LOCK_WAIT],
  ["mmap_lock_wait", OP_MMAP_LOCK_WAIT],
  ["writeback_page", OP_WRITEBACK_PAGE],
  ["page_mkclean", OP_PAGE_MKCLEAN],
  ["truncate", OP_TRUNCATE],
];

const NO_STAT: OpStat = { count: 0, batchOps: 0, batchNs: 0, batches: 0 };

/** Everything that one operation left behind, added up over actors and groups. */
class OpSum {
  latency = LatencyHistogram.empty();
  stat: OpStat = NO_STAT;
  /** Measured time of the groups that did it. */
  durationNs = 0;

  add(latency: LatencyHistogram, stat: OpStat): void {
    this.latency = this.latency.plus(latency);
    this.stat = {
      count: this.stat.count + stat.count,
      batchOps: this.stat.batchOps + stat.batchOps,
      batchNs: this.stat.batchNs + stat.batchNs,
      batches: this.stat.batches + stat.batches,
    };
  }
}

/** Reads of one direction by one actor, and its three latencies. */
export function readDirection(
  machine: Machine,
  cpu: number,
  direction: "read" | "write",
  runtimeNs: number,
): DirectionRecord {
  const actor = cpuAddress(machine, cpu) + CPU_ACTOR;
  const isRead = direction === "read";
  const long = (offset: number) => Number(machine.longs[(actor + offset) / 8] ?? 0n);
  const schedule = isRead ? SCHEDULE_READ : SCHEDULE_WRITE;
  const slat = isRead ? OP_READ_SLAT : OP_WRITE_SLAT;
  return {
    ios: long(isRead ? ACTOR_READ_IOS : ACTOR_WRITE_IOS),
    bytes: long(isRead ? ACTOR_READ_BYTES : ACTOR_WRITE_BYTES),
    runtimeNs,
    slat: readHistogram(machine, cpu, slat),
    clat: readHistogram(machine, cpu, slat + 1),
    lat: readHistogram(machine, cpu, slat + 2),
    corrected: readHistogram(machine, cpu, isRead ? OP_READ_CORRECTED : OP_WRITE_CORRECTED),
    late: long(schedule + SCHEDULE_LATE),
    dropped: long(schedule + SCHEDULE_DROPPED),
  };
}

/** Adds clones up: I/Os and latencies add, the runtime is the slowest one's. */
export function addDirections(a: DirectionRecord, b: DirectionRecord): DirectionRecord {
  return {
    ios: a.ios + b.ios,
    bytes: a.bytes + b.bytes,
    runtimeNs: Math.max(a.runtimeNs, b.runtimeNs),
    slat: a.slat.plus(b.slat),
    clat: a.clat.plus(b.clat),
    lat: a.lat.plus(b.lat),
    corrected: a.corrected.plus(b.corrected),
    late: a.late + b.late,
    dropped: a.dropped + b.dropped,
  };
}

/** The operations of a run, gathered group by group. */
export class Operations {
  private readonly sums = new Map<OpName, OpSum>();
  private readonly ofGroup = new Set<OpSum>();

  private of(name: OpName): OpSum {
    const sum = this.sums.get(name) ?? new OpSum();
    this.sums.set(name, sum);
    this.ofGroup.add(sum);
    return sum;
  }

  /** All actors of a group were added; it was measured for so long. */
  endGroup(durationNs: number): void {
    for (const sum of this.ofGroup) sum.durationNs += durationNs;
    this.ofGroup.clear();
  }

  /**
   * Takes what the actor on `cpu` has measured; its directions make up `io`. Of the others only
   * those in `names` are read.
   */
  addActor(
    machine: Machine,
    cpu: number,
    directions: readonly DirectionRecord[],
    names?: ReadonlySet<OpName>,
  ): void {
    for (const [name, code] of OP_CODES) {
      if (names?.has(name) === false) continue;
      const stat = readOpStat(machine, cpu, code);
      const latency = readHistogram(machine, cpu, code);
      // Waits are only entered when they happen: what was recorded is what there was.
      const count = Math.max(stat.count, latency.count);
      if (count > 0) this.of(name).add(latency, { ...stat, count });
    }
    for (const { ios, lat, corrected } of directions) {
      if (ios > 0) this.of("io").add(lat, { ...NO_STAT, count: ios });
      if (corrected.count > 0) this.of("io_corrected").add(corrected, { ...NO_STAT, count: ios });
    }
  }

  /** The records; a rate is over the time of the groups in which the operation was done. */
  records({
    clockReadNs,
    clockGrainNs,
  }: Pick<Calibration, "clockReadNs" | "clockGrainNs">): Partial<Record<OpName, OpRecord>> {
    const records: Partial<Record<OpName, OpRecord>> = {};
    for (const [name, { latency, stat, durationNs }] of this.sums) {
      const { count } = stat;
      records[name] = {
        count,
        rate: durationNs > 0 ? count / (durationNs / 1e9) : 0,
        sampled: latency.count,
        batchMeanNs: batchMean(stat, clockReadNs),
        belowResolution: shareBelow(latency, clockReadNs + 2 * clockGrainNs),
        latency,
      };
    }
    return records;
  }

  /** Clock reads that sampling cost: two a timed operation, four a timed round of batches. */
  clockReads(): number {
    let reads = 0;
    for (const [name, { latency, stat }] of this.sums) {
      // Corrected latencies are told from the clock reads of the raw ones.
      if (name !== "io_corrected") reads += 2 * latency.count + 2 * stat.batches;
    }
    return reads;
  }
}

function shareBelow(latency: LatencyHistogram, ns: number): number {
  if (latency.count === 0) return 0;
  let below = 0;
  for (const slot of latency.nonZero()) if (slot.midNs <= ns) below += slot.count;
  return below / latency.count;
}

/** Below this many operations a batch, the mean would say more about the clock than about them. */
const LEAST_BATCH = 4;

/** Mean of operations timed in batches, the clock's own cost taken off; undefined: no telling. */
function batchMean(stat: OpStat, clockReadNs: number): number | undefined {
  const { batchOps, batchNs, batches } = stat;
  if (batches === 0 || batchOps < LEAST_BATCH * batches) return undefined;
  const mean = (batchNs - batches * clockReadNs) / batchOps;
  return mean > 0 ? mean : undefined;
}
