import { PMD_ORDER } from "../../assembly/shared/layout.ts";
import { pagesOfClone } from "../../src/machine/actor_arena.ts";
import type { Group, Job } from "../../src/scenario/scenario.ts";

/**
 * Puts folios of 2 MiB behind anonymous buffers. A reserved page (2M) is taken whole whatever it
 * holds; a transparent one needs 2 MiB to back.
 */
export function withHugePages(groups: readonly Group[], kind: "thp" | "2M"): Group[] {
  const fits = (job: Job): boolean => kind === "2M" || pagesOfClone(job) >= 2 ** PMD_ORDER;
  const isOpen = (job: Job): boolean => job.bufferFile === undefined && job.folioOrder === 0;
  return groups.map(({ jobs }) => ({
    jobs: jobs.map((job) => (isOpen(job) && fits(job) ? { ...job, folioOrder: PMD_ORDER } : job)),
  }));
}
