import type { Breach } from "../executors/check/explore.ts";
import type { CallEvent, Timeline, TimelineEvent } from "../executors/check/timeline.ts";
import type { InvariantName } from "../scenario/promises.ts";
import { changeWords, verdictWords } from "./check_event_words.ts";
import { wrapped } from "./words.ts";

/** Of what a call does, and of what is left of a line that is too long. */
const INDENT = 2;
const HANGING = 2;

/** A lane a CPU, time downwards; `✗` is where the invariant broke. */
export function laneLines(timeline: Timeline, { invariant }: Breach, width: number): string[] {
  const { actors, events, broke } = timeline;
  const lanes = new Lanes(Math.floor(width / actors.length));
  for (const event of events) lanes.tell(event);
  if (broke.cpu === undefined) lanes.lines.push(`✗ ${endWords(invariant)}: ${invariant}`);
  else lanes.put(broke.cpu, `✗ ${invariant}`);
  const heads = actors.map((name, cpu) => `CPU${cpu} ${name}`.padEnd(lanes.width));
  return [heads.join("").trimEnd(), "─".repeat(width), ...lanes.lines];
}

/** What a call does is indented under it. */
class Lanes {
  readonly lines: string[] = [];
  /** The call of each CPU that is under way, and the one under which the last line stands. */
  readonly #calls: (CallEvent | undefined)[] = [];
  #under: CallEvent | undefined;

  constructor(readonly width: number) {}

  tell(event: TimelineEvent): void {
    if (event.kind === "call") {
      this.#calls[event.cpu] = event;
      this.#under = event;
      this.#write(event.cpu, 0, event.words);
      return;
    }
    const words = event.kind === "verdict" ? verdictWords(event.code) : changeWords(event);
    if (words !== undefined) this.put(event.cpu, words);
  }

  /** A line under the CPU's call, which is named again if others ran since the last one. */
  put(cpu: number, words: string): void {
    const call = this.#calls[cpu];
    if (call !== this.#under) this.#write(cpu, 0, `… ${call?.words.replace(/\(.*\)$/, "()")}`);
    this.#under = call;
    this.#write(cpu, INDENT, words);
  }

  #write(cpu: number, indent: number, words: string): void {
    const [first = "", ...rest] = brokenLines(words, this.width - indent - HANGING);
    const all = [first, ...rest.map((line) => " ".repeat(HANGING) + line)];
    this.lines.push(...all.map((line) => " ".repeat(cpu * this.width + indent) + line));
  }
}

/** What a word becomes has a line of its own where both do not fit. */
function brokenLines(words: string, width: number): string[] {
  if (words.length <= width) return [words];
  return words.split(/ (?=→)/).flatMap((part) => wrapped(part, width));
}

/** When it broke, if no step broke it. */
function endWords(invariant: InvariantName): string {
  if (invariant === "no-deadlock") return "nobody can run any more";
  return "at the end, when everything is given back";
}
