import { ACTOR_FLAGS } from "../../assembly/shared/actor_layout.ts";
import { ACTOR_PACED } from "../../assembly/shared/codes.ts";
import { CPU_ACTOR } from "../../assembly/shared/layout.ts";
import {
  PACING_CROWDED,
  PACING_DEPTH,
  PACING_INTENDED,
  PACING_MARGIN_NS,
  PACING_PAUSE_BLOCKS,
  PACING_PAUSE_HOLDS,
  PACING_PAUSE_NS,
  PACING_PAUSE_ON_ISSUE,
  PACING_PAUSE_SPIN_NS,
  PACING_POISSON,
  PACING_TARGET_NS,
  SCHEDULE_GAP_NS,
  SCHEDULE_MEAN_GAP_NS,
  SCHEDULE_NS_PER_BYTE,
  SCHEDULE_ON,
  SCHEDULE_PHASE_NS,
  SCHEDULE_READ,
  SCHEDULE_WRITE,
} from "../../assembly/shared/pacing_layout.ts";
import { isPaced, meanGapNs, rateOf } from "../scenario/pacing.ts";
import type { Job } from "../scenario/scenario.ts";
import type { Machine } from "./machine.ts";

/** What a sleep is taken to last too long until the first one has shown it. */
const FIRST_MARGIN_NS = 100_000;

/** Where an actor stands among those that pace their I/Os together. */
export interface PacePlace {
  /** Share 0..1 of its gap by which its first intended start is put off. */
  readonly phase: number;
  /** More actors than CPUs. */
  readonly crowded: boolean;
}

/** Bytes of intended starts that the actor keeps, one a slot; 0: its I/Os are not paced. */
export function pacingBytesOf(job: Job): number {
  return isPaced(job) ? job.iodepth * 8 : 0;
}

/**
 * The arrival rates of a running actor, in percent of what its job was given; it sees them with its
 * next I/O. `cpu` is the address of its CPU block.
 */
export function scaleRates({ doubles }: Machine, cpu: number, job: Job, percent: number): void {
  writeGaps(doubles, cpu + CPU_ACTOR, job, percent / 100);
}

/** Gaps between intended starts, at `factor` times the job's rates; the schedules that have any. */
function writeGaps(doubles: Float64Array, block: number, job: Job, factor: number) {
  return (["read", "write"] as const).flatMap((direction) => {
    const rate = rateOf(job, direction);
    const meanGap = meanGapNs(job, direction);
    if (rate === undefined || meanGap === undefined) return [];
    const schedule = direction === "read" ? SCHEDULE_READ : SCHEDULE_WRITE;
    const double = (offset: number, value: number): void => {
      doubles[(block + schedule + offset) >>> 3] = value / factor;
    };
    double(SCHEDULE_GAP_NS, rate.per === "ios" ? meanGap : 0);
    double(SCHEDULE_NS_PER_BYTE, rate.per === "bytes" ? 1e9 / rate.aSecond : 0);
    double(SCHEDULE_MEAN_GAP_NS, meanGap);
    return [{ schedule, meanGap }];
  });
}

/** Writes the pacing part of an actor's zeroed block; `intendedAt` is the table's address. */
export function writePacing(
  { words, doubles }: Machine,
  block: number,
  job: Job,
  intendedAt: number,
  { phase, crowded }: PacePlace,
): void {
  if (!isPaced(job)) return;
  const word = (offset: number, value: number): void => {
    words[(block + offset) >>> 2] = value;
  };
  const double = (offset: number, value: number): void => {
    doubles[(block + offset) >>> 3] = value;
  };
  word(ACTOR_FLAGS, (words[(block + ACTOR_FLAGS) >>> 2] ?? 0) | ACTOR_PACED);
  for (const { schedule, meanGap } of writeGaps(doubles, block, job, 1)) {
    double(schedule + SCHEDULE_PHASE_NS, meanGap * phase);
    word(schedule + SCHEDULE_ON, 1);
  }
  word(PACING_POISSON, job.arrivals?.process === "poisson" ? 1 : 0);
  word(PACING_INTENDED, intendedAt);
  word(PACING_CROWDED, crowded ? 1 : 0);
  word(PACING_DEPTH, job.latencyGoal ? 1 : job.iodepth);
  double(PACING_MARGIN_NS, FIRST_MARGIN_NS);
  double(PACING_TARGET_NS, job.latencyGoal?.targetNs ?? 0);
  if (!job.thinktime) return;
  word(PACING_PAUSE_BLOCKS, job.thinktime.blocks);
  word(PACING_PAUSE_ON_ISSUE, job.thinktime.countedAt === "issue" ? 1 : 0);
  word(PACING_PAUSE_HOLDS, job.thinktime.holdsRate ? 1 : 0);
  double(PACING_PAUSE_NS, job.thinktime.pauseNs);
  double(PACING_PAUSE_SPIN_NS, job.thinktime.spinNs);
}
