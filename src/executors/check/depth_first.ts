import { Fingerprints } from "./fingerprints.ts";
import { firstOf, type Scheduler, type SchedulingPoint, straightOn } from "./scheduler.ts";

/** What makes a fingerprint of (state, CPU that has run last) of one of the state. */
const CPU_FACTOR = 0x9e3779b1;

/**
 * Depth first through all choices, leaving a path where a state is known. With a bound, through
 * those with so many preemptions at the most: switches away from a CPU that could have gone on.
 */
export class DepthFirst implements Scheduler {
  readonly states = new Fingerprints();
  /** True: a choice was left out because of the bound. */
  wasBounded = false;
  readonly #bound: number;
  /** By depth: who has not been tried there, and preemptions up to there. */
  readonly #untried: number[] = [];
  readonly #preemptions: number[] = [];
  #resumesAt = -1;

  constructor(bound = Number.POSITIVE_INFINITY) {
    this.#bound = bound;
  }

  newExecution(): number | undefined {
    if (this.#resumesAt < 0) {
      this.#resumesAt = 0;
      return 0;
    }
    while (this.#untried.length > 0 && this.#untried.at(-1) === 0) this.#untried.pop();
    if (this.#untried.length === 0) return undefined;
    this.#resumesAt = this.#untried.length - 1;
    return this.#resumesAt;
  }

  next(point: SchedulingPoint): number | undefined {
    const { depth } = point;
    if (depth < this.#untried.length) return this.#take(point, firstOf(this.#untried[depth] ?? 0));
    const isBounded = this.#bound !== Number.POSITIVE_INFINITY;
    const used = this.#preemptions[depth] ?? 0;
    const salt = isBounded ? Math.imul(point.running + 1, CPU_FACTOR) : 0;
    const cost = isBounded ? used : 0;
    if (!this.states.add(point.low ^ salt, point.high, cost)) return undefined;
    const straight = straightOn(point);
    const mayPreempt = used < this.#bound || straight !== point.running;
    if (!mayPreempt && point.runnable !== 1 << straight) this.wasBounded = true;
    this.#untried[depth] = mayPreempt ? point.runnable : 1 << straight;
    return this.#take(point, straight);
  }

  #take({ depth, runnable, running }: SchedulingPoint, cpu: number): number {
    this.#untried[depth] = (this.#untried[depth] ?? 0) & ~(1 << cpu);
    const isPreempted = cpu !== running && running >= 0 && (runnable & (1 << running)) !== 0;
    this.#preemptions[depth + 1] = (this.#preemptions[depth] ?? 0) + (isPreempted ? 1 : 0);
    return cpu;
  }
}
