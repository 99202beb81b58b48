import type { LatencyGoal } from "../../scenario/pace.ts";

/** What the executor and its workers tell each other: one task a worker, one answer a task. */

/** The log that an actor replays. */
export interface ReplayTask {
  readonly path: string;
  readonly keepsTime: boolean;
  readonly timeScalePercent: number;
  readonly skip: readonly ("read" | "write")[];
}

export interface WorkerTask {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** Address of the actor's CPU block. */
  readonly cpu: number;
  /** Value of CONTROL_START that opens the barrier. */
  readonly startWord: number;
  /** Measured ms after which the actor ends; undefined: the executor stops it. */
  readonly runtimeMs: number | undefined;
  /** The executor ends the measurement: the job's own limits do not count. */
  readonly endless: boolean;
  /** From the barrier on; the actor's own measurement begins no earlier. */
  readonly startDelayMs: number;
  readonly latencyGoal: LatencyGoal | undefined;
  readonly iodepth: number;
  /** Operations (OP_*) that happened once, before the measurement, and stay in the figures. */
  readonly keeps: readonly number[];
  readonly replay: ReplayTask | undefined;
}

export interface WorkerAnswer {
  /** 0, or the errno with which the actor failed. */
  readonly error: number;
  /** Where it failed. */
  readonly stage: "setup" | "run";
  /** Measured time, warm-up left out, drain included. */
  readonly measuredNs: number;
  /** Why it failed, where an errno does not say it. */
  readonly why: string | undefined;
  /** A replay that was cut short, so far behind its log that more may have been dropped. */
  readonly hasDroppedMore: boolean;
}

/** Phases of a group, in CONTROL_PHASE. */
export const PHASE_WARMUP = 0;
export const PHASE_MEASURE = 1;
