import { PAGE_FLAGS, PAGE_STRUCT_BYTES } from "../../../assembly/shared/layout.ts";
import type { Counterexample } from "./outcome.ts";
import { type Subject, Trial } from "./trial.ts";

/** One thing that happened on a CPU of a replayed schedule. */
export type TimelineEvent =
  | { readonly kind: "call"; readonly cpu: number; readonly words: string }
  | {
      /** An access that changed a word: its name, and what it held. */
      readonly kind: "change";
      readonly cpu: number;
      readonly name: string;
      /** True: the word is a page's flags. */
      readonly isFlags: boolean;
      readonly before: number;
      readonly after: number;
    };

/** What a counterexample does, step by step, as a replay shows it. */
export function timelineOf(
  subject: Subject,
  { schedule, leftOut }: Counterexample,
): {
  readonly actors: readonly string[];
  readonly events: readonly TimelineEvent[];
} {
  const trial = new Trial(subject, leftOut);
  const { cpus, world } = trial;
  const { memMapAt, pages } = world.machine.plan;
  const events: TimelineEvent[] = [];
  let pending: { cpu: number; address: number; before: number } | undefined;
  const settle = (): void => {
    if (pending === undefined) return;
    const { cpu, address, before } = pending;
    pending = undefined;
    const after = world.word(address);
    if (after === before) return;
    const offset = address - memMapAt;
    const isPage = offset >= 0 && offset < pages * PAGE_STRUCT_BYTES;
    const isFlags = isPage && offset % PAGE_STRUCT_BYTES === PAGE_FLAGS;
    events.push({ kind: "change", cpu, name: world.name(address), isFlags, before, after });
  };
  const { onAccess } = cpus;
  cpus.onAccess = (cpu, address, kind) => {
    settle();
    onAccess?.(cpu, address, kind);
    pending = { cpu, address, before: world.word(address) };
  };
  cpus.onCall = (cpu, { words }) => {
    settle();
    events.push({ kind: "call", cpu, words });
  };
  trial.replay(schedule, settle);
  return { actors: trial.actors.map(({ name }) => name), events };
}
