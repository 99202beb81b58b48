import type { Breach, Counts, Schedule, StopReason } from "./explore.ts";

/** Operations that a shorter counterexample leaves out: a bit for each of all CPUs, in order. */
export type LeftOut = number;

/** A schedule that breaks an invariant: the shortest that was found. */
export interface Counterexample {
  readonly breach: Breach;
  readonly schedule: Schedule;
  readonly leftOut: LeftOut;
  readonly token: string;
}

/** What became of a check: a limit or bound that was reached is no proof. */
export type Outcome =
  | { readonly kind: "passed" }
  | { readonly kind: "violated"; readonly counterexample: Counterexample }
  | {
      readonly kind: "stopped";
      readonly reason: StopReason | "preemption-bound" | "sampled";
      readonly words: string;
      /** Up to so many of them every schedule was tried. */
      readonly preemptions?: number;
    };

/** How much was explored for it. */
export interface Effort extends Counts {
  /** Different states; undefined: the strategy does not tell them apart. */
  readonly states: number | undefined;
  /** Memory for states, undo log and the machine, bytes. */
  readonly bytes: number;
}
