/** When a job's I/Os start, and what ends it early: the words of a scenario for both. */

/** So much a second: I/Os, or bytes of I/Os. */
export interface Rate {
  readonly per: "ios" | "bytes";
  readonly aSecond: number;
}

/**
 * An open loop: I/Os have intended starts, whatever became of those before them. A direction
 * without a rate starts each I/O as soon as the queue has a place.
 */
export interface Arrivals {
  readonly process: "linear" | "poisson";
  readonly read: Rate | undefined;
  readonly write: Rate | undefined;
}

/** fio's thinktime: a pause after every `blocks` I/Os, its first `spinNs` spent spinning. */
export interface Thinktime {
  readonly pauseNs: number;
  readonly spinNs: number;
  readonly blocks: number;
  readonly countedAt: "complete" | "issue";
  /** fio's rate_ignore_thinktime: a rate does not catch up with what it missed meanwhile. */
  readonly holdsRate?: boolean | undefined;
}

/** fio's latency_target: the deepest queue whose latency keeps the goal, window by window. */
export interface LatencyGoal {
  readonly targetNs: number;
  readonly windowMs: number;
  /** This share of a window's I/Os must keep the target, 0 < p <= 100. */
  readonly percentile: number;
  /** fio's latency_run: goes on adjusting instead of ending at the depth it found. */
  readonly keepsRunning: boolean;
}

/** fio's steadystate: the job ends when its rate holds still over a rolling window. */
export interface SteadyState {
  readonly measure: "iops" | "bw";
  /** Largest deviation from the mean, or the slope of a least-squares line. */
  readonly criterion: "deviation" | "slope";
  readonly limit: number;
  /** The limit is in percent of the mean. */
  readonly inPercent: boolean;
  readonly windowMs: number;
  /** Not looked at before. */
  readonly rampMs: number;
}
