import type { Job, PatternName } from "./scenario.ts";

/** What works on files and memory of others, pass by pass. */
const BACKGROUND: readonly PatternName[] = ["writeback", "reclaim", "truncate"];

export function isBackground({ pattern }: Pick<Job, "pattern">): boolean {
  return BACKGROUND.includes(pattern);
}

/** True for patterns that read and write a file of their own. */
export function doesIo({ pattern }: Pick<Job, "pattern">): boolean {
  return pattern !== "gup_test" && pattern !== "mapper" && !isBackground({ pattern });
}

/** True for a job that never ends by itself: nothing but a duration or the other jobs end it. */
export function isEndless(job: Job): boolean {
  const loops = job.pattern === "gup_test" && job.passes === undefined;
  const runs = loops || job.pattern === "mapper" || isBackground(job);
  return runs && job.runtimeMs === undefined;
}

/** True for patterns that pin with FOLL_LONGTERM. */
export function isLongTerm({ pattern }: Job): boolean {
  return pattern === "fixed_buffers" || pattern === "rdma_mr" || pattern === "xsk_umem";
}

/** True if time alone ends the job, whatever its sizes say; without a runtime they do. */
export function isTimed(job: Job): boolean {
  return job.timeBased && job.runtimeMs !== undefined;
}
