import type { MachineInput } from "../../scenario/machine_spec.ts";
import type { InvariantName } from "../../scenario/promises.ts";
import type { MachineSpec } from "../../scenario/scenario.ts";
import type { Actor } from "./actor.ts";
import type { RaceRules } from "./judge.ts";
import type { World } from "./world.ts";

/** What a race comes to where its space is exhausted. */
export type Expected = "passed" | "violated";

/** The actors of a race on a world that was set up for them, and what it looks at itself. */
export interface Stage extends Omit<RaceRules, "holds"> {
  readonly actors: readonly Actor[];
}

/** A way to do it wrong that is this race's own, and no variant of the machine. */
export interface Twist {
  readonly name: string;
  readonly words: string;
}

/** One kernel bug, or one argument of the threads, retold. */
export interface Race {
  readonly name: string;
  /** One line. */
  readonly title: string;
  /** What happened, or was argued, and where to read it. */
  readonly story: string;
  /** One a CPU. */
  readonly actors: readonly string[];
  /** What must hold, beside what always must. */
  readonly holds: readonly InvariantName[];
  readonly twists?: readonly Twist[];
  /** The machines on which `check` runs it, in order. */
  readonly machines: readonly RaceMachine[];
  /** Parameters that matter to it: the matrix has every value of each. */
  readonly matters: readonly Axis[];
  /** Schemes that it is about; undefined: every one. */
  readonly appliesTo?: (machine: MachineSpec) => boolean;
  readonly expects: (machine: MachineSpec, twist: string | undefined) => Expected;
  /** Sets the world up (on CPU 0, unobserved) and says what the CPUs do. */
  readonly stage: (world: World, twist: string | undefined) => Stage;
}

export type Axis = "test-at" | "recheck" | "tlb" | "stable-pages" | "on-pinned" | "rules";

/** A machine of a race; `twist`: a variant of the race's own. */
export interface RaceMachine extends MachineInput {
  readonly twist?: string;
}
