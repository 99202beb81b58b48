import type { Job } from "./scenario.ts";

/** Actors that a job runs: one a clone; offloaded, one for each submitter of each clone. */
export function actorsOf({ clones, iodepth, submit }: Job): number {
  return submit === "offload" ? clones * iodepth : clones;
}
