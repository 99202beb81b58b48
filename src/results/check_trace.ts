import type { CheckResult } from "../executors/check/check.ts";
import type { Counterexample } from "../executors/check/outcome.ts";
import { type Timeline, type TimelineEvent, timelineOf } from "../executors/check/timeline.ts";
import type { Subject } from "../executors/check/trial.ts";
import { schemeName } from "../scenario/machine_words.ts";
import { changeWords, valueWords, verdictWords } from "./check_event_words.ts";
import { parameterWords, replayLine } from "./check_text.ts";

/** An event of Chrome's JSON; a step is a microsecond. */
interface ChromeEvent {
  readonly ph: "M" | "X" | "i" | "C";
  readonly pid: number;
  readonly tid: number;
  readonly ts: number;
  readonly name: string;
  readonly dur?: number;
  readonly s?: "t" | "p";
  readonly cat?: string;
  readonly args?: Readonly<Record<string, unknown>>;
}

const TIME = "1 µs is one step: an access to the machine's memory, or the beginning of a call";
/** Thread numbers are unlike each other in the whole file. */
const TIDS_PER_PROCESS = 1000;

/**
 * Counterexamples as Chrome's JSON, which ui.perfetto.dev opens: a process a check (its number
 * among all that ran), a thread a CPU; calls are slices, what changes are instants in them,
 * refcounts are counters. The same results have the same bytes.
 */
export function checkTrace(results: readonly CheckResult[]): string {
  const events = results.flatMap(({ subject, outcome }, index) =>
    outcome.kind === "violated" ? processEvents(subject, outcome.counterexample, index + 1) : [],
  );
  const lines = events.map((event) => JSON.stringify(event)).join(",\n");
  const head = `{"displayTimeUnit":"ns",\n"otherData":${JSON.stringify({ time: TIME })},\n`;
  return `${head}"traceEvents":[\n${lines}\n]}\n`;
}

function processEvents(subject: Subject, found: Counterexample, pid: number): ChromeEvent[] {
  const timeline = timelineOf(subject, found);
  const tid = (cpu: number): number => pid * TIDS_PER_PROCESS + cpu;
  const { broke } = timeline;
  const breach: ChromeEvent = {
    ...{ ph: "i", s: "p", pid, tid: tid(broke.cpu ?? 0), ts: broke.step, cat: "breach" },
    name: found.breach.invariant,
    args: { words: found.breach.words, replay: replayLine(subject, found.token) },
  };
  return [
    ...names(subject, timeline, pid, tid),
    ...timeline.before.map(({ pfn, refcount }) => counter(pid, tid(0), 0, pfn, refcount)),
    ...timeline.events.flatMap((event) => eventsOf(event, pid, tid(event.cpu))),
    breach,
  ];
}

function names(
  subject: Subject,
  { actors }: Timeline,
  pid: number,
  tid: (cpu: number) => number,
): ChromeEvent[] {
  const parameters = parameterWords(subject);
  const words = [subject.race.name, schemeName(subject.machine), parameters].filter(
    (word) => word !== "–",
  );
  const name = (of: number, what: string, args: ChromeEvent["args"]): ChromeEvent => {
    return { ph: "M", pid, tid: of, ts: 0, name: what, args: args ?? {} };
  };
  return [
    name(tid(0), "process_name", { name: words.join(" ") }),
    ...actors.flatMap((actor, cpu) => [
      name(tid(cpu), "thread_name", { name: `CPU${cpu} ${actor}` }),
      name(tid(cpu), "thread_sort_index", { sort_index: cpu }),
    ]),
  ];
}

function eventsOf(event: TimelineEvent, pid: number, tid: number): ChromeEvent[] {
  const { step: ts } = event;
  const instant = { ph: "i", s: "t", pid, tid, ts } as const;
  if (event.kind === "call") {
    return [{ ph: "X", pid, tid, ts, dur: event.end - ts, cat: "call", name: event.words }];
  }
  if (event.kind === "verdict") {
    return [{ ...instant, cat: "verdict", name: verdictWords(event.code) }];
  }
  const name = changeWords(event);
  if (name === undefined) return [];
  const { telling, pfn, before, after } = event;
  const args = { before: valueWords(telling, before), after: valueWords(telling, after) };
  const change: ChromeEvent = { ...instant, cat: "change", name, args };
  if (telling !== "refcount" || pfn === undefined) return [change];
  return [change, counter(pid, tid, ts, pfn, after)];
}

function counter(pid: number, tid: number, ts: number, pfn: number, refcount: number): ChromeEvent {
  return { ph: "C", pid, tid, ts, name: `page ${pfn} refcount`, args: { refcount } };
}
