import { Choices } from "./choices.ts";
import { Fingerprints } from "./fingerprints.ts";
import { type Scheduler, type SchedulingPoint, straightOn } from "./scheduler.ts";

/** Depth first through all choices, leaving a path where a state is known. */
export class DepthFirst implements Scheduler {
  readonly states = new Fingerprints();
  readonly #choices = new Choices();

  newExecution(): number | undefined {
    return this.#choices.newExecution();
  }

  next(point: SchedulingPoint): number | undefined {
    const { depth, runnable, low, high } = point;
    if (this.#choices.left(depth) !== undefined) return this.#choices.take(depth);
    if (!this.states.add(low, high)) return undefined;
    const straight = straightOn(point);
    this.#choices.open(depth, runnable, straight);
    return straight;
  }
}
