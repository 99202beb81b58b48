import { Draws } from "../../machine/prng.ts";
import type { Scheduler, SchedulingPoint } from "./scheduler.ts";

/** A CPU that has run through so many points alone is taken to spin: it yields. */
const SPIN_POINTS = 256;

/**
 * Probabilistic concurrency testing (Burckhardt and others, ASPLOS 2010): each execution gives the
 * CPUs random priorities and runs the highest that can; at `depth` - 1 random points the one that
 * runs falls below all others. A bug that needs `depth` orderings is met with a probability of at
 * least 1 / (CPUs × points^(depth - 1)) an execution.
 */
export class Pct implements Scheduler {
  readonly #draws: Draws;
  readonly #cpus: number;
  readonly #depth: number;
  /** Points of the longest execution so far. */
  #length = 1;
  #priorities: number[] = [];
  #changes = new Set<number>();
  #lowest = 0;
  /** Points that the running CPU has been through in a row. */
  #streak = 0;

  constructor(seed: number, cpus: number, depth: number) {
    this.#draws = new Draws(seed);
    this.#cpus = cpus;
    this.#depth = depth;
  }

  newExecution(): number {
    const order = Array.from({ length: this.#cpus }, (_, cpu) => cpu);
    for (let at = order.length - 1; at > 0; at--) {
      const other = this.#draws.below(at + 1);
      [order[at], order[other]] = [order[other] as number, order[at] as number];
    }
    this.#priorities = order;
    this.#lowest = -1;
    this.#changes = new Set(
      Array.from({ length: this.#depth - 1 }, () => this.#draws.below(this.#length)),
    );
    return 0;
  }

  next({ depth, runnable, running }: SchedulingPoint): number {
    this.#length = Math.max(this.#length, depth + 1);
    const spins = this.#streak >= SPIN_POINTS;
    if (running >= 0 && (spins || this.#changes.has(depth))) {
      this.#priorities[running] = this.#lowest--;
    }
    let best = -1;
    for (let cpu = 0; cpu < this.#cpus; cpu++) {
      if ((runnable & (1 << cpu)) === 0) continue;
      if (best < 0 || (this.#priorities[cpu] as number) > (this.#priorities[best] as number)) {
        best = cpu;
      }
    }
    this.#streak = best === running && !spins ? this.#streak + 1 : 0;
    return best;
  }
}
