import { Choices } from "./choices.ts";
import { Fingerprints } from "./fingerprints.ts";
import { type Scheduler, type SchedulingPoint, straightOn } from "./scheduler.ts";

/** What makes a fingerprint of (state, CPU that has run last) of one of the state. */
const CPU_FACTOR = 0x9e3779b1;

/**
 * Depth first through all schedules with so many preemptions at the most: switches away from a CPU
 * that could have gone on (Musuvathi and Qadeer, PLDI 2007).
 */
export class Bounded implements Scheduler {
  readonly states = new Fingerprints({ costs: true });
  /** True: a choice was left out because of the bound. */
  wasBounded = false;
  readonly #bound: number;
  readonly #choices = new Choices();
  /** By depth: preemptions up to there. */
  readonly #preemptions: number[] = [0];

  constructor(bound: number) {
    this.#bound = bound;
  }

  newExecution(): number | undefined {
    return this.#choices.newExecution();
  }

  next(point: SchedulingPoint): number | undefined {
    const { depth, runnable, running } = point;
    const used = this.#preemptions[depth] as number;
    if (this.#choices.left(depth) !== undefined) {
      return this.#count(point, this.#choices.take(depth), used);
    }
    const salt = Math.imul(running + 1, CPU_FACTOR);
    if (!this.states.add(point.low ^ salt, point.high, used)) return undefined;
    const straight = straightOn(point);
    const mayPreempt = used < this.#bound || straight !== running;
    if (!mayPreempt && runnable !== 1 << straight) this.wasBounded = true;
    this.#choices.open(depth, mayPreempt ? runnable : 1 << straight, straight);
    return this.#count(point, straight, used);
  }

  #count({ depth, runnable, running }: SchedulingPoint, cpu: number, used: number): number {
    const isPreempted = cpu !== running && running >= 0 && (runnable & (1 << running)) !== 0;
    this.#preemptions[depth + 1] = used + (isPreempted ? 1 : 0);
    return cpu;
  }
}
