import type { PerDirection } from "./per_direction.ts";

/** What the options say about when an I/O may start, as fio counts it: 0 asks for nothing. */
export interface PacingSettings {
  readonly bytesASecond: PerDirection<number>;
  readonly iosASecond: PerDirection<number>;
  readonly process: "linear" | "poisson";
  readonly ignoresThinktime: boolean;
  readonly pauseNs: number;
  readonly spinNs: number;
  readonly blocks: number;
  readonly countedAt: "complete" | "issue";
  /** A range to draw from, or twice the same. */
  readonly startDelayMs: { readonly low: number; readonly high: number };
  /** undefined: the run's own warm-up. */
  readonly rampMs: number | undefined;
  readonly loops: number;
  readonly submit: "inline" | "offload";
}

/** What ends a job early or changes its depth: 0 asks for nothing. */
export interface GoalSettings {
  readonly latencyTargetNs: number;
  readonly latencyWindowMs: number;
  readonly latencyPercentile: number;
  readonly latencyRun: boolean;
  readonly steady: SteadyCriterion;
  readonly steadyWindowMs: number;
  readonly steadyRampMs: number;
}

/** `ss=`: what is looked at and how still it must hold. */
export interface SteadyCriterion {
  readonly measure: "iops" | "bw";
  readonly criterion: "deviation" | "slope";
  readonly limit: number;
  readonly inPercent: boolean;
}

/** fio's defaults. */
export const DEFAULT_PACING: PacingSettings = Object.freeze({
  bytesASecond: { read: 0, write: 0 },
  iosASecond: { read: 0, write: 0 },
  process: "linear",
  ignoresThinktime: false,
  pauseNs: 0,
  spinNs: 0,
  blocks: 1,
  countedAt: "complete",
  startDelayMs: { low: 0, high: 0 },
  rampMs: undefined,
  loops: 1,
  submit: "inline",
});

/** fio's defaults; its steady state counts only with a window. */
export const DEFAULT_GOALS: GoalSettings = Object.freeze({
  latencyTargetNs: 0,
  latencyWindowMs: 0,
  latencyPercentile: 100,
  latencyRun: false,
  steady: Object.freeze({
    measure: "iops",
    criterion: "slope",
    limit: 0.01,
    inPercent: true,
  }),
  steadyWindowMs: 0,
  steadyRampMs: 0,
});
