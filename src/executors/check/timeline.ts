import type { Counterexample } from "./outcome.ts";
import type { PageState } from "./page_state.ts";
import { Recorder } from "./recorder.ts";
import type { Telling } from "./told_words.ts";
import { type Subject, Trial } from "./trial.ts";

/** A call that a CPU made; its steps are all that lies between its first and its last. */
export interface CallEvent {
  readonly kind: "call";
  readonly cpu: number;
  /** Steps (accesses and beginnings of calls) of all CPUs before it. */
  readonly step: number;
  readonly words: string;
  /** The step behind its last one, or behind the last one that it came to. */
  readonly end: number;
}

/** A word that changed: its name, and what it held. */
export interface ChangeEvent {
  readonly kind: "change";
  readonly cpu: number;
  readonly step: number;
  readonly name: string;
  readonly telling: Telling;
  /** The page frame whose word it is. */
  readonly pfn: number | undefined;
  readonly before: number;
  readonly after: number;
}

/** An answer of the pinned test: VERDICT_*. */
export interface VerdictEvent {
  readonly kind: "verdict";
  readonly cpu: number;
  readonly step: number;
  readonly code: number;
}

export type TimelineEvent = CallEvent | ChangeEvent | VerdictEvent;

/** What a counterexample does until it breaks the invariant, and what the pages were like. */
export interface Timeline {
  readonly actors: readonly string[];
  readonly events: readonly TimelineEvent[];
  /** Where it broke; no CPU: when none could run any more. */
  readonly broke: { readonly cpu: number | undefined; readonly step: number };
  /** Pages of which something changed: at the start, and when it broke. */
  readonly before: readonly PageState[];
  readonly after: readonly PageState[];
}

/** What a counterexample does, step by step, as a replay shows it. */
export function timelineOf(
  subject: Subject,
  { schedule, leftOut, breach }: Counterexample,
): Timeline {
  const trial = new Trial(subject, leftOut);
  const recorder = new Recorder(trial, breach);
  trial.replay(schedule, (isOver) => recorder.end(isOver));
  return { actors: trial.actors.map(({ name }) => name), ...recorder.told() };
}
