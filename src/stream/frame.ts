import { LatencyHistogram } from "../machine/histogram.ts";
import { COARSE } from "../machine/histogram_geometry.ts";

/**
 * A frame: what a run did between two looks at it. Its figures are differences, so that frames
 * add: a viewer that falls behind gets the sum of what it missed, and no count is lost. Times are
 * whole µs since the run began, pauses included.
 */

export const PHASES = ["setup", "warmup", "measure", "paused", "drain", "done"] as const;
export type Phase = (typeof PHASES)[number];

/** What one operation did in a frame; by its index in RunInfo.ops. */
export interface OpFrame {
  readonly op: number;
  /** All operations, timed or not. */
  readonly count: number;
  /** Operations timed in batches, how long they took (ns, clock reads included), and batches. */
  readonly batchOps: number;
  readonly batchNs: number;
  readonly batches: number;
  /** Operations timed alone, in COARSE slots. */
  readonly latency: LatencyHistogram;
}

export interface Frame {
  /** The first and the last look that it covers. */
  readonly fromSeq: number;
  readonly seq: number;
  readonly beginUs: number;
  readonly endUs: number;
  readonly phase: Phase;
  /** The stonewall group, from 0. */
  readonly group: number;
  /** Ascending by op; those that did nothing are left out. */
  readonly ops: readonly OpFrame[];
  /** How far each counter of RunInfo.counters went on, by its index; zeros are left out. */
  readonly counters: ReadonlyMap<number, number>;
  /** What replaced the state before (RunState, state.ts) as JSON; undefined: it stayed. */
  readonly state: string | undefined;
  /** What happened meanwhile (StreamEvent, state.ts), each as JSON, oldest first. */
  readonly events: readonly string[];
}

const NOTHING: Omit<OpFrame, "op"> = {
  count: 0,
  batchOps: 0,
  batchNs: 0,
  batches: 0,
  latency: LatencyHistogram.empty(COARSE),
};

/** Can they be one frame? Figures of a warm-up are not those of the measurement. */
export function areAlike(earlier: Frame, later: Frame): boolean {
  return earlier.phase === later.phase && earlier.group === later.group;
}

/** Both frames as one; `later` follows `earlier`, which gives its phase if they differ. */
export function mergeFrames(earlier: Frame, later: Frame): Frame {
  const counters = new Map(earlier.counters);
  for (const [index, value] of later.counters) {
    counters.set(index, (counters.get(index) ?? 0) + value);
  }
  return {
    fromSeq: earlier.fromSeq,
    seq: later.seq,
    beginUs: earlier.beginUs,
    endUs: later.endUs,
    phase: earlier.phase,
    group: earlier.group,
    ops: mergeOps(earlier.ops, later.ops),
    counters,
    state: later.state ?? earlier.state,
    events: [...earlier.events, ...later.events],
  };
}

/** As few frames as the phases allow: neighbours of one phase and group become one. */
export function coalesce(frames: readonly Frame[]): Frame[] {
  const merged: Frame[] = [];
  for (const frame of frames) {
    const last = merged.at(-1);
    if (last !== undefined && areAlike(last, frame)) {
      merged[merged.length - 1] = mergeFrames(last, frame);
    } else merged.push(frame);
  }
  return merged;
}

function mergeOps(earlier: readonly OpFrame[], later: readonly OpFrame[]): OpFrame[] {
  const ofLater = new Map(later.map((one) => [one.op, one]));
  const numbers = new Set([...earlier, ...later].map(({ op }) => op));
  const ofEarlier = new Map(earlier.map((one) => [one.op, one]));
  return [...numbers]
    .sort((a, b) => a - b)
    .map((op) => addOps(op, ofEarlier.get(op) ?? NOTHING, ofLater.get(op) ?? NOTHING));
}

function addOps(op: number, a: Omit<OpFrame, "op">, b: Omit<OpFrame, "op">): OpFrame {
  return {
    op,
    count: a.count + b.count,
    batchOps: a.batchOps + b.batchOps,
    batchNs: a.batchNs + b.batchNs,
    batches: a.batches + b.batches,
    latency: a.latency.plus(b.latency),
  };
}
