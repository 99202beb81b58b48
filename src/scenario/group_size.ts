import { MOST_ACTORS } from "./limits.ts";
import type { Problem } from "./problem.ts";
import type { Group } from "./scenario.ts";
import { submittersOf } from "./submitters.ts";

/** Actors of a group: its clones, or each clone's submitters. */
export function actorsOf({ jobs }: Group): number {
  return jobs.reduce((total, job) => total + job.clones * submittersOf(job), 0);
}

/** What is wrong with the number of actors of a group, told from its jobs without placing them. */
export function tooManyActors(group: Group, where: string): Problem | undefined {
  const actors = actorsOf(group);
  if (actors <= MOST_ACTORS) return undefined;
  const offloads = group.jobs.some((job) => submittersOf(job) > 1);
  const how = offloads ? " (clones times iodepth, where submission is offloaded)" : "";
  const less = offloads ? "fewer clones (numjobs), a lower iodepth" : "fewer clones (numjobs)";
  return {
    where,
    found: `${actors} actors in one stonewall group${how}`,
    accepted: `at most ${MOST_ACTORS}: ${less}, or a stonewall between jobs`,
  };
}
