import { Draws } from "../../machine/prng.ts";
import type { Scheduler, SchedulingPoint } from "./scheduler.ts";

/** At each point any of the runnable CPUs, equally likely; for ever. */
export class RandomWalk implements Scheduler {
  readonly #draws: Draws;

  constructor(seed: number) {
    this.#draws = new Draws(seed);
  }

  newExecution(): number {
    return 0;
  }

  next({ runnable }: SchedulingPoint): number {
    let left = runnable;
    for (let skipped = this.#draws.below(countOf(runnable)); skipped > 0; skipped--) {
      left &= left - 1;
    }
    return 31 - Math.clz32(left & -left);
  }
}

/** How many bits are set. */
function countOf(mask: number): number {
  let count = 0;
  for (let left = mask; left !== 0; left &= left - 1) count++;
  return count;
}
