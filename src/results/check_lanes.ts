import type { Breach } from "../executors/check/explore.ts";
import type { CallEvent, Timeline, TimelineEvent } from "../executors/check/timeline.ts";
import { changeWords, verdictWords } from "./check_event_words.ts";
import { wrapped } from "./words.ts";

/** Of what a call does, and of what is left of a line that is too long. */
const INDENT = 2;
const HANGING = 2;

/**
 * A lane a CPU, time downwards: what a call does is indented under it. A call that goes on after
 * others ran is named again, `…` before it; `✗` is where the invariant broke.
 */
export function laneLines(
  { actors, events, broke }: Timeline,
  { invariant }: Breach,
  width: number,
): string[] {
  const lane = Math.floor(width / actors.length);
  const heads = actors.map((name, cpu) => `CPU${cpu} ${name}`.padEnd(lane));
  const lines = [heads.join("").trimEnd(), "─".repeat(width)];
  const put = (cpu: number, indent: number, words: string): void => {
    const [first = "", ...rest] = brokenLines(words, lane - indent - HANGING);
    const all = [first, ...rest.map((line) => " ".repeat(HANGING) + line)];
    lines.push(...all.map((line) => " ".repeat(cpu * lane + indent) + line));
  };
  const calls: (CallEvent | undefined)[] = [];
  /** The call under which the last line stands. */
  let under: CallEvent | undefined;
  for (const event of events) {
    const { cpu } = event;
    const words = eventWords(event);
    if (words === undefined) continue;
    if (event.kind === "call") calls[cpu] = event;
    const call = calls[cpu];
    if (event.kind !== "call" && call !== under)
      put(cpu, 0, `… ${call?.words.replace(/\(.*\)$/, "()")}`);
    under = call;
    put(cpu, event.kind === "call" ? 0 : INDENT, words);
  }
  if (broke.cpu === undefined) lines.push(`✗ nobody can run any more: ${invariant}`);
  else put(broke.cpu, INDENT, `✗ ${invariant}`);
  return lines;
}

/** What a word becomes has a line of its own where both do not fit. */
function brokenLines(words: string, width: number): string[] {
  if (words.length <= width) return [words];
  return words.split(/ (?=→)/).flatMap((part) => wrapped(part, width));
}

function eventWords(event: TimelineEvent): string | undefined {
  switch (event.kind) {
    case "call":
      return event.words;
    case "change":
      return changeWords(event);
    case "verdict":
      return verdictWords(event.code);
  }
}
