import { TRACE_REF_KINDS } from "../../assembly/shared/trace_layout.ts";
import { hasReturn, PAGE_REF_NAMES, pageFlagWords } from "./page_ref.ts";
import type { RunRecord } from "./record.ts";
import { inParts, type TraceThread, threadsOf } from "./trace_parts.ts";

/** Pages of anonymous memory can be moved: MIGRATE_MOVABLE. */
const MIGRATE_TYPE = 1;
/** The kernel's names of tasks have no more characters. */
const COMM_CHARACTERS = 15;

/**
 * The page_ref events of a traced run as `/sys/kernel/tracing/trace` prints them, in order of
 * time within each stonewall group. Times are seconds of CLOCK_MONOTONIC.
 */
export function ftraceText(record: RunRecord): Iterable<string> {
  return inParts(ftraceLines(record));
}

function* ftraceLines(record: RunRecord): Generator<string> {
  const threads = threadsOf(record);
  const sum = (of: (thread: TraceThread) => number) =>
    threads.reduce((total, thread) => total + of(thread), 0);
  yield header(
    sum(keptRefs),
    sum(({ trace }) => trace.writtenRefs),
    cpusOf(threads),
  );
  const groups = record.trace?.groups.length ?? 0;
  for (let group = 0; group < groups; group++) {
    yield* inTimeOrder(threads.filter((thread) => thread.group === group));
  }
}

function header(kept: number, written: number, cpus: number): string {
  return `# tracer: nop
#
# entries-in-buffer/entries-written: ${kept}/${written}   #P:${cpus}
#
#                                _-----=> irqs-off
#                               / _----=> need-resched
#                              | / _---=> hardirq/softirq
#                              || / _--=> preempt-depth
#                              ||| /     delay
#           TASK-PID     CPU#  ||||   TIMESTAMP  FUNCTION
#              | |         |   ||||      |         |
`;
}

function cpusOf(threads: readonly TraceThread[]): number {
  return threads.reduce((most, { cpu }) => Math.max(most, cpu + 1), 0);
}

function keptRefs({ trace: { events } }: TraceThread): number {
  let kept = 0;
  for (let i = 0; i < events.length; i++) if (events.kind(i) < TRACE_REF_KINDS) kept++;
  return kept;
}

/** Each CPU's events are in order already. */
function* inTimeOrder(threads: readonly TraceThread[]): Generator<string> {
  const heads = threads.map((thread) => new Head(thread));
  for (const head of heads) {
    const lost = head.thread.trace.writtenRefs - keptRefs(head.thread);
    if (lost > 0) yield `CPU:${head.thread.cpu} [LOST ${lost} EVENTS]\n`;
  }
  while (true) {
    let first: Head | undefined;
    for (const head of heads) if (head.ns < (first?.ns ?? Number.POSITIVE_INFINITY)) first = head;
    if (first === undefined) return;
    yield first.line();
    first.advance();
  }
}

/** The next page_ref event of a thread; at infinity when there is none. */
class Head {
  ns = 0;
  private index = -1;
  private readonly task: string;

  constructor(readonly thread: TraceThread) {
    const { name, tid, cpu } = thread;
    const comm = name.replaceAll(/\s/g, "_").slice(0, COMM_CHARACTERS).padStart(16);
    this.task = `${comm}-${String(tid).padEnd(7)} [${String(cpu).padStart(3, "0")}]`;
    this.advance();
  }

  advance(): void {
    const { events } = this.thread.trace;
    do this.index++;
    while (this.index < events.length && events.kind(this.index) >= TRACE_REF_KINDS);
    const isLeft = this.index < events.length;
    this.ns = isLeft ? events.timeNs(this.index) : Number.POSITIVE_INFINITY;
  }

  line(): string {
    const { events } = this.thread.trace;
    const kind = events.kind(this.index);
    const irqs = events.hasIrqsOff(this.index) ? "d" : ".";
    const us = Math.floor(Math.round(this.ns) / 1000);
    const seconds = String(Math.floor(us / 1e6)).padStart(5);
    const fraction = String(us % 1e6).padStart(6, "0");
    const when = `${irqs}... ${seconds}.${fraction}`;
    return `${this.task} ${when}: ${PAGE_REF_NAMES[kind]}: ${this.words(kind)}\n`;
  }

  private words(kind: number): string {
    const ref = this.thread.trace.events.ref(this.index);
    return (
      `pfn=0x${ref.pfn.toString(16)} flags=${pageFlagWords(ref.flags)} count=${ref.count} ` +
      `mapcount=${ref.mapcount} mapping=${ref.mapping.toString(16).padStart(16, "0")} ` +
      `mt=${MIGRATE_TYPE} val=${ref.val}${hasReturn(kind) ? ` ret=${ref.ret}` : ""}`
    );
  }
}
