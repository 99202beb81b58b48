import { Bounded } from "./bounded.ts";
import type { Breach, Schedule } from "./explore.ts";
import type { LeftOut } from "./outcome.ts";
import { DEPTH_MAX, operationsOf, type Subject, Trial } from "./trial.ts";

/** Executions for one attempt to find something shorter. */
const SCHEDULES_MAX = 200_000;
/** Preemptions beyond which nobody looks for the fewest. */
const PREEMPTIONS_MAX = 4;

export interface Found {
  readonly breach: Breach;
  readonly schedule: Schedule;
  readonly leftOut: LeftOut;
}

/**
 * The shortest counterexample that is to be had: fewest preemptions first, then operations (and so
 * actors) left out one after the other, then turns cut off that going straight on would take too.
 */
export function shrink(subject: Subject, found: Found): Found {
  let best = fewestPreemptions(subject, found.leftOut) ?? found;
  for (let again = true; again; ) {
    again = false;
    for (let operation = 0; operation < operationsOf(new Trial(subject).actors); operation++) {
      const leftOut = best.leftOut | (1 << operation);
      if (leftOut === best.leftOut) continue;
      const shorter = fewestPreemptions(subject, leftOut);
      // What is left out must not make another bug of it.
      if (shorter?.breach.invariant !== best.breach.invariant) continue;
      best = shorter;
      again = true;
    }
  }
  return { ...best, ...cutTail(subject, best) };
}

/** A schedule that breaks an invariant, with as few preemptions as any; undefined: none. */
function fewestPreemptions(subject: Subject, leftOut: LeftOut): Found | undefined {
  const trial = new Trial(subject, leftOut);
  for (let bound = 0; bound <= PREEMPTIONS_MAX; bound++) {
    const limits = { depth: DEPTH_MAX, schedules: trial.explorer.counts.schedules + SCHEDULES_MAX };
    let outcome = trial.explorer.explore(new Bounded(bound), limits, true);
    while (outcome.kind === "learnt") {
      outcome = trial.explorer.explore(new Bounded(bound), limits, true);
    }
    if (outcome.kind === "violated") {
      return { breach: outcome.breach, schedule: outcome.schedule, leftOut };
    }
  }
  return undefined;
}

/** The last turns go by themselves. */
function cutTail(subject: Subject, { schedule, breach, leftOut }: Found): Pick<Found, "schedule"> {
  const trial = new Trial(subject, leftOut);
  let kept = schedule;
  while (kept.length > 0) {
    const shorter = kept.slice(0, -1);
    if (trial.replay(shorter)?.invariant !== breach.invariant) break;
    kept = shorter;
  }
  return { schedule: kept };
}
