import { MOST_ACTORS } from "./limits.ts";
import type { Problem } from "./problem.ts";
import type { Group } from "./scenario.ts";

/** What is wrong with the number of actors of a group, told from the sum of its clones alone. */
export function tooManyActors({ jobs }: Group, where: string): Problem | undefined {
  const actors = jobs.reduce((total, { clones }) => total + clones, 0);
  if (actors <= MOST_ACTORS) return undefined;
  return {
    where,
    found: `${actors} actors in one stonewall group`,
    accepted: `at most ${MOST_ACTORS}: fewer clones (numjobs), or a stonewall between jobs`,
  };
}
