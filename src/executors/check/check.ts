import { monotonicNs } from "../../machine/clock.ts";
import { Bounded } from "./bounded.ts";
import { DepthFirst } from "./depth_first.ts";
import type { Exploration, Limits } from "./explore.ts";
import type { Fingerprints } from "./fingerprints.ts";
import type { Effort, Outcome } from "./outcome.ts";
import { Pct } from "./pct.ts";
import { RandomWalk } from "./random_walk.ts";
import type { Scheduler } from "./scheduler.ts";
import { type Found, shrink } from "./shrink.ts";
import type { StrategyName } from "./strategies.ts";
import { encodeToken } from "./token.ts";
import { DEPTH_MAX, type Subject, Trial } from "./trial.ts";

export interface CheckOptions {
  readonly strategy: StrategyName;
  /** Of one execution at the most; undefined: unbounded. */
  readonly preemptions?: number | undefined;
  /** Executions at the most; undefined: unlimited. */
  readonly schedules?: number | undefined;
  readonly timeMs: number;
  /** Asked now and then; true: it ends as it is. */
  readonly isInterrupted?: (() => boolean) | undefined;
  /** Hears now and then how far it is. */
  readonly onProgress?: ((effort: Effort) => void) | undefined;
}

export interface CheckResult {
  readonly subject: Subject;
  readonly outcome: Outcome;
  readonly effort: Effort;
  readonly seconds: number;
}

/** Chance begins here, always: the same input has the same outcome. */
const SEED = 1;
/** Random executions before the search, until so many in a row teach nothing new. */
const DULL_WALKS = 64;
const PCT_DEPTH = 3;
/** Share of the time after which a search that does not end gives way to a bounded one. */
const EXHAUSTIVE_SHARE = 0.7;
const BOUND_MAX = 8;
/** Reasons for which nothing else is tried. */
const ENDS: readonly unknown[] = ["schedule-limit", "interrupted"];

/** Explores a race on a machine until it is exhausted, broken, or a limit is reached. */
export class Check {
  readonly #subject: Subject;
  readonly #options: CheckOptions;
  readonly #trial: Trial;
  readonly #begun = monotonicNs();
  /** Of the search that is under way, or was last. */
  #states: Fingerprints | undefined;

  constructor(subject: Subject, options: CheckOptions) {
    this.#subject = subject;
    this.#options = options;
    this.#trial = new Trial(subject);
  }

  run(): CheckResult {
    const outcome = this.#outcome();
    const seconds = (monotonicNs() - this.#begun) / 1e9;
    return { subject: this.#subject, outcome, effort: this.#effort(), seconds };
  }

  #outcome(): Outcome {
    const { strategy, preemptions } = this.#options;
    if (strategy !== "dfs") return this.#sample(strategy);
    const seen = this.#walk();
    if (seen !== undefined) return seen;
    if (preemptions !== undefined) return this.#bounded(preemptions);
    const exhausted = this.#told(this.#search(() => new DepthFirst(), EXHAUSTIVE_SHARE));
    const isEnd = exhausted.kind !== "stopped" || ENDS.includes(exhausted.reason);
    return isEnd ? exhausted : this.#iterated(exhausted);
  }

  /** Random executions: most bugs show at once, and what is shared is learnt. */
  #walk(): Outcome | undefined {
    const walk = new RandomWalk(SEED);
    const { explorer, cpus } = this.#trial;
    for (let known = -1; known !== cpus.sharing.count; ) {
      known = cpus.sharing.count;
      const most = this.#options.schedules ?? Number.POSITIVE_INFINITY;
      const schedules = Math.min(explorer.counts.schedules + DULL_WALKS, most);
      const found = explorer.explore(walk, this.#limits(1, schedules), false);
      const isEnough = found.kind === "stopped" && found.reason === "schedule-limit";
      if (!isEnough || schedules === most) return this.#told(found);
    }
    return undefined;
  }

  #sample(strategy: "pct" | "random"): Outcome {
    const cpus = this.#trial.cpus.count;
    const scheduler: Scheduler =
      strategy === "pct" ? new Pct(SEED, cpus, PCT_DEPTH) : new RandomWalk(SEED);
    return this.#told(this.#trial.explorer.explore(scheduler, this.#limits(1), false));
  }

  /** Preemptions 0, 1, 2 … as far as time goes, after an exhaustive search that did not end. */
  #iterated(given: Outcome): Outcome {
    let last = given;
    for (let bound = 0; bound <= BOUND_MAX; bound++) {
      const outcome = this.#bounded(bound);
      const isCut = outcome.kind === "stopped" && outcome.reason !== "preemption-bound";
      if (isCut) break;
      last = outcome;
      if (outcome.kind !== "stopped") break;
    }
    return last;
  }

  #bounded(bound: number): Outcome {
    let last: Bounded | undefined;
    const found = this.#search(() => {
      last = new Bounded(bound);
      return last;
    }, 1);
    if (found.kind !== "exhausted" || !last?.wasBounded) return this.#told(found);
    const preempted = bound === 1 ? "1 preemption" : `${bound} preemptions`;
    const words = `every schedule with up to ${preempted}; no proof beyond`;
    return { kind: "stopped", reason: "preemption-bound", words, preemptions: bound };
  }

  /** Begun again until nothing is learnt on the way. */
  #search(begin: () => DepthFirst | Bounded, share: number): Exploration {
    while (true) {
      const scheduler = begin();
      this.#states = scheduler.states;
      const limits = { ...this.#limits(share), isFull: () => !scheduler.states.hasRoom };
      const found = this.#trial.explorer.explore(scheduler, limits, true);
      if (found.kind !== "learnt") return found;
    }
  }

  #limits(share: number, schedules = this.#options.schedules): Limits {
    const end = this.#begun + this.#options.timeMs * 1e6 * share;
    const endsFor = () => {
      this.#options.onProgress?.(this.#effort());
      if (this.#options.isInterrupted?.()) return "interrupted";
      return monotonicNs() > end ? "time-limit" : undefined;
    };
    return { depth: DEPTH_MAX, schedules, endsFor };
  }

  #told(found: Exploration): Outcome {
    switch (found.kind) {
      case "exhausted":
        return { kind: "passed" };
      case "violated":
        return this.#shrunk({ ...found, leftOut: 0 });
      case "stopped":
        return found;
      case "learnt":
        throw new Error("a search that was to be begun again was taken for its end");
    }
  }

  #shrunk(found: Found): Outcome {
    confirm(this.#subject, found);
    const shortest = shrink(this.#subject, found);
    confirm(this.#subject, shortest);
    const { breach, schedule, leftOut } = shortest;
    const token = encodeToken(this.#subject, schedule, leftOut);
    return { kind: "violated", counterexample: { breach, schedule, leftOut, token } };
  }

  #effort(): Effort {
    const { counts } = this.#trial.explorer;
    const { machine } = this.#trial.world;
    const bytes = machine.plan.bytes + (this.#states?.bytes ?? 0);
    return { ...counts, states: this.#states?.size, bytes };
  }
}

/** Every violation is replayed twice, each time on a machine of its own. */
function confirm(subject: Subject, { breach, schedule, leftOut }: Found): void {
  for (let time = 0; time < 2; time++) {
    const again = new Trial(subject, leftOut).replay(schedule);
    if (again?.invariant === breach.invariant && again.words === breach.words) continue;
    const words = again === undefined ? "nothing" : `${again.invariant}: ${again.words}`;
    throw new Error(`a schedule that broke ${breach.invariant} (${breach.words}) broke ${words}`);
  }
}
