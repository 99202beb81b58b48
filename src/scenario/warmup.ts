import type { Group, RunSpec } from "./scenario.ts";

/**
 * How long a stonewall group runs before its figures begin, in ms: the longest of its jobs' ramps,
 * where a job without one of its own takes the run's warm-up. A replay is measured from its first
 * entry on.
 */
export function warmupOf({ jobs }: Group, run: RunSpec): number {
  if (jobs.some((job) => job.replay !== undefined)) return 0;
  return Math.max(0, ...jobs.map((job) => job.rampMs ?? run.warmupMs));
}
