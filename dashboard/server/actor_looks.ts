import {
  ACTOR_BEGAN_NS,
  ACTOR_READ_BYTES,
  ACTOR_READ_IOS,
  ACTOR_WRITE_BYTES,
  ACTOR_WRITE_IOS,
} from "../../assembly/shared/actor_layout.ts";
import {
  OP_READ_CORRECTED,
  OP_READ_LAT,
  OP_WRITE_CORRECTED,
  OP_WRITE_LAT,
} from "../../assembly/shared/codes.ts";
import { CPU_ACTOR } from "../../assembly/shared/layout.ts";
import {
  SCHEDULE_DROPPED,
  SCHEDULE_LATE,
  SCHEDULE_READ,
  SCHEDULE_WRITE,
} from "../../assembly/shared/pacing_layout.ts";
import { OP_CODES } from "../../src/executors/threads/collect.ts";
import { COARSE } from "../../src/machine/histogram_geometry.ts";
import { histogramAt, readOpStat } from "../../src/machine/latency.ts";
import { cpuAddress, type Machine } from "../../src/machine/machine.ts";
import { OP_NAMES } from "../../src/scenario/metric_names.ts";
import type { OpFrame } from "../../src/stream/frame.ts";
import { CoarseCounts } from "./coarse_slots.ts";

/** What an actor counts by direction, in bytes from its block. */
export const IO_COUNTERS: readonly (readonly [string, number])[] = [
  ["read.ios", ACTOR_READ_IOS],
  ["read.bytes", ACTOR_READ_BYTES],
  ["read.late", SCHEDULE_READ + SCHEDULE_LATE],
  ["read.dropped", SCHEDULE_READ + SCHEDULE_DROPPED],
  ["write.ios", ACTOR_WRITE_IOS],
  ["write.bytes", ACTOR_WRITE_BYTES],
  ["write.late", SCHEDULE_WRITE + SCHEDULE_LATE],
  ["write.dropped", SCHEDULE_WRITE + SCHEDULE_DROPPED],
];

/** The operations of a result, and the core's histograms that each is made of. */
const SOURCES: readonly (readonly number[])[] = OP_NAMES.map((name) => {
  if (name === "io") return [OP_READ_LAT, OP_WRITE_LAT];
  if (name === "io_corrected") return [OP_READ_CORRECTED, OP_WRITE_CORRECTED];
  return OP_CODES.filter(([known]) => known === name).map(([, code]) => code);
});
const IO = OP_NAMES.indexOf("io");
const IO_CORRECTED = OP_NAMES.indexOf("io_corrected");
const READ_IOS = IO_COUNTERS.findIndex(([name]) => name === "read.ios");
const WRITE_IOS = IO_COUNTERS.findIndex(([name]) => name === "write.ios");

/** Sums of what the actors did since the last look. */
export class LookSums {
  private readonly ops = OP_NAMES.map(() => ({
    ...{ count: 0, batchOps: 0, batchNs: 0, batches: 0 },
    latency: new CoarseCounts(),
  }));
  readonly io = new Float64Array(IO_COUNTERS.length);

  op(index: number) {
    return this.ops[index] as (typeof this.ops)[number];
  }

  /** The operations that were done, and everything is zero again. */
  takeOps(): OpFrame[] {
    const done: OpFrame[] = [];
    this.ops.forEach((sum, op) => {
      const latency = sum.latency.take();
      const count = op === IO ? this.ios() : sum.count;
      const { batchOps, batchNs, batches } = sum;
      if (count > 0 || latency.count > 0) {
        // Only I/Os with a schedule have an intended start, and only timed ones tell of it.
        const counted = op === IO_CORRECTED ? latency.count : count;
        done.push({ op, count: counted, batchOps, batchNs: Math.round(batchNs), batches, latency });
      }
      Object.assign(sum, { count: 0, batchOps: 0, batchNs: 0, batches: 0 });
    });
    return done;
  }

  private ios(): number {
    return (this.io[READ_IOS] as number) + (this.io[WRITE_IOS] as number);
  }
}

/** When a look is taken. */
export interface LookAt {
  readonly closes: boolean;
  readonly isMeasured: boolean;
}

/** One actor as the last look found it. */
export class ActorLooks {
  private beganNs = 0;
  private readonly io = new Float64Array(IO_COUNTERS.length);
  private readonly stats = OP_NAMES.map(() => ({ count: 0, batchOps: 0, batchNs: 0, batches: 0 }));
  private readonly seen = new Map<number, Uint32Array>();
  /** Of each operation: the latencies that were entered since the measurement began. */
  private readonly entered = new Float64Array(OP_NAMES.length);

  constructor(
    private readonly machine: Machine,
    private readonly cpu: number,
  ) {}

  /**
   * Adds what the actor did since the last look. It zeroes its figures when its measurement
   * begins: what it then has is all new. `closes`: the phase before that has just ended, and what
   * was measured since is left for the next look. `isMeasured`: the group's measurement has begun,
   * and who has not seen that yet still does what does not count.
   */
  look(sums: LookSums, { closes, isMeasured }: LookAt): void {
    const began = this.double(ACTOR_BEGAN_NS);
    if (isMeasured && began === 0) return;
    if (began !== this.beganNs) {
      this.forget();
      this.beganNs = began;
      if (closes) return;
    }
    IO_COUNTERS.forEach(([, offset], i) => {
      const now = this.long(offset);
      sums.io[i] = (sums.io[i] as number) + Math.max(0, now - (this.io[i] as number));
      this.io[i] = now;
    });
    SOURCES.forEach((codes, op) => {
      for (const code of codes) {
        const added = this.lookAtHistogram(sums.op(op).latency, code);
        this.entered[op] = (this.entered[op] as number) + added;
      }
      if (op !== IO && op !== IO_CORRECTED) this.lookAtStat(sums, op, codes[0] as number);
    });
  }

  private forget(): void {
    this.io.fill(0);
    this.entered.fill(0);
    for (const stat of this.stats) {
      Object.assign(stat, { count: 0, batchOps: 0, batchNs: 0, batches: 0 });
    }
    for (const counts of this.seen.values()) counts.fill(0);
  }

  /**
   * A look may find a latency whose operation is not counted yet, and waits are only entered: the
   * larger of the two since the beginning is what was done, as the result has it. Of two looks'
   * differences the larger would count such an operation twice.
   */
  private lookAtStat(sums: LookSums, op: number, code: number): void {
    const stat = readOpStat(this.machine, this.cpu, code);
    const now = { ...stat, count: Math.max(stat.count, this.entered[op] as number) };
    const before = this.stats[op] as { -readonly [K in keyof typeof now]: number };
    const sum = sums.op(op);
    sum.count += Math.max(0, now.count - before.count);
    sum.batchOps += Math.max(0, now.batchOps - before.batchOps);
    sum.batchNs += Math.max(0, now.batchNs - before.batchNs);
    sum.batches += Math.max(0, now.batches - before.batches);
    Object.assign(before, now);
  }

  private lookAtHistogram(sum: CoarseCounts, code: number): number {
    const found = histogramAt(this.machine, this.cpu, code);
    if (found === undefined) return 0;
    let before = this.seen.get(code);
    if (before === undefined) {
      before = new Uint32Array(COARSE.slots);
      this.seen.set(code, before);
    }
    return sum.addNew(found.counts, found.minNs, found.maxNs, before);
  }

  private long(offset: number): number {
    const at = (cpuAddress(this.machine, this.cpu) + CPU_ACTOR + offset) / 8;
    return Number(this.machine.longs[at] ?? 0n);
  }

  private double(offset: number): number {
    return this.machine.doubles[(cpuAddress(this.machine, this.cpu) + CPU_ACTOR + offset) / 8] ?? 0;
  }
}
