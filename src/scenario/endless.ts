import type { Job } from "./scenario.ts";

/** True for a job that never ends by itself: nothing but a duration or the other jobs end it. */
export function isEndless(job: Job): boolean {
  const runs = job.pattern === "mapper" || (job.pattern === "gup_test" && job.passes === undefined);
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
