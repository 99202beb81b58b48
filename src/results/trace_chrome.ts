import {
  FOLL_GET,
  FOLL_LONGTERM,
  FOLL_PIN,
  FOLL_WRITE,
  OP_FAULT,
  OP_LOCK_WAIT,
  OP_MMAP_LOCK_WAIT,
  OP_MR_DEREG,
  OP_MR_REG,
  OP_PIN_FAST,
  OP_PIN_SLOW,
  OP_UNPIN,
} from "../../assembly/shared/codes.ts";
import {
  TRACE_IO_COMPLETE,
  TRACE_IO_SUBMIT,
  TRACE_OPERATION,
} from "../../assembly/shared/trace_layout.ts";
import type { TraceEvents } from "../machine/trace.ts";
import { usesBias } from "../scenario/machine_words.ts";
import { hasReturn, PAGE_REF_NAMES, pageFlagWords } from "./page_ref.ts";
import type { RunRecord } from "./record.ts";
import { inParts, type TraceThread, threadsOf } from "./trace_parts.ts";

/** Slice names: of pins, then of plain references. */
const OP_WORDS: Readonly<Record<number, readonly [pin: string, get: string]>> = {
  [OP_PIN_FAST]: ["pin_fast", "get_fast"],
  [OP_PIN_SLOW]: ["pin_slow", "get_slow"],
  [OP_UNPIN]: ["unpin", "put"],
  [OP_FAULT]: ["fault", "fault"],
  [OP_MR_REG]: ["mr_reg", "mr_reg"],
  [OP_MR_DEREG]: ["mr_dereg", "mr_dereg"],
  [OP_LOCK_WAIT]: ["lock_wait", "lock_wait"],
  [OP_MMAP_LOCK_WAIT]: ["mmap_lock_wait", "mmap_lock_wait"],
};

const FOLL_NAMES: readonly (readonly [number, string])[] = [
  [FOLL_WRITE, "FOLL_WRITE"],
  [FOLL_GET, "FOLL_GET"],
  [FOLL_LONGTERM, "FOLL_LONGTERM"],
  [FOLL_PIN, "FOLL_PIN"],
];

/**
 * A traced run as Chrome's JSON, which ui.perfetto.dev opens: a process a stonewall group, a
 * thread an actor; operations are slices, page_ref events instants inside them, I/Os asynchronous
 * slices from submission to completion. Times in µs since the first event.
 */
export function chromeTrace(record: RunRecord): Iterable<string> {
  return inParts(chromeText(record));
}

function* chromeText(record: RunRecord): Generator<string> {
  yield `{"displayTimeUnit":"ns",\n"otherData":${JSON.stringify(otherData(record))},\n`;
  let before = '"traceEvents":[\n';
  for (const event of chromeEvents(record)) {
    yield before + event;
    before = ",\n";
  }
  yield before === ",\n" ? "\n]}\n" : '"traceEvents":[]}\n';
}

function otherData(record: RunRecord) {
  const { scenario, environment, trace } = record;
  const { scheme, bias, rules } = scenario.machine;
  return {
    pinlab: environment.pinlab,
    scenario: scenario.name,
    source: scenario.source,
    scheme,
    bias: usesBias(scenario.machine) ? bias : null,
    rules,
    seed: scenario.run.seed,
    written: trace?.written ?? 0,
    kept: trace?.kept ?? 0,
    dropped: trace?.dropped ?? 0,
    first_event_monotonic_ns: firstNs(threadsOf(record)),
  };
}

function firstNs(threads: readonly TraceThread[]): number {
  let first = Number.POSITIVE_INFINITY;
  for (const { trace } of threads) {
    const { events } = trace;
    for (let i = 0; i < events.length; i++) first = Math.min(first, events.timeNs(i));
  }
  return Number.isFinite(first) ? Math.round(first) : 0;
}

function* chromeEvents(record: RunRecord): Generator<string> {
  const threads = threadsOf(record);
  const zeroNs = firstNs(threads);
  for (let group = 0; group < (record.trace?.groups.length ?? 0); group++) {
    const name = `${record.scenario.name}, group ${group}`;
    yield metadata(pidOf(group), 0, "process_name", { name });
  }
  for (const thread of threads) {
    if (thread.trace.events.length === 0) continue;
    const pid = pidOf(thread.group);
    yield metadata(pid, thread.tid, "thread_name", { name: thread.name });
    yield metadata(pid, thread.tid, "thread_sort_index", { sort_index: thread.cpu });
    yield* new ThreadEvents(thread, zeroNs).lines();
  }
}

function pidOf(group: number): number {
  return group + 1;
}

function metadata(pid: number, tid: number, name: string, args: object): string {
  return JSON.stringify({ ph: "M", pid, tid, name, args });
}

class ThreadEvents {
  private readonly events: TraceEvents;
  private readonly ids: string;
  private readonly begun = new Set<number>();

  constructor(
    thread: TraceThread,
    private readonly zeroNs: number,
  ) {
    this.events = thread.trace.events;
    this.ids = `"pid":${pidOf(thread.group)},"tid":${thread.tid}`;
  }

  *lines(): Generator<string> {
    for (const index of outerFirst(this.events)) {
      const kind = this.events.kind(index);
      if (kind === TRACE_OPERATION) yield this.slice(index);
      else if (kind === TRACE_IO_SUBMIT || kind === TRACE_IO_COMPLETE) {
        const line = this.io(index, kind);
        if (line !== undefined) yield line;
      } else yield this.instant(index, kind);
    }
  }

  /** Whole ns since the first event: stamps are whole but for what doubles leave over. */
  private sinceZero(ns: number): number {
    return Math.round(ns) - this.zeroNs;
  }

  private slice(index: number): string {
    const { op, flags, asked, result, vpn, durationNs } = this.events.operation(index);
    const beginNs = this.events.timeNs(index);
    const begin = this.sinceZero(beginNs);
    const duration = this.sinceZero(beginNs + durationNs) - begin;
    const name = OP_WORDS[op]?.[flags & FOLL_GET ? 1 : 0] ?? `op_${op}`;
    const args: string[] = [];
    if (asked > 0) args.push(`"pages":${asked}`, `"result":${result}`);
    if (vpn > 0) args.push(`"address":"0x${(vpn * 4096).toString(16)}"`);
    if (flags > 0) args.push(`"flags":"${follWords(flags)}"`);
    return (
      `{"ph":"X",${this.ids},"ts":${us(begin)},"dur":${us(duration)},` +
      `"cat":"gup","name":"${name}","args":{${args.join(",")}}}`
    );
  }

  private instant(index: number, kind: number): string {
    const ref = this.events.ref(index);
    const irqs = this.events.hasIrqsOff(index) ? ',"irqs":"off"' : "";
    const ret = hasReturn(kind) ? `"ret":${ref.ret},` : "";
    return (
      `{"ph":"i","s":"t",${this.ids},"ts":${us(this.sinceZero(this.events.timeNs(index)))},` +
      `"cat":"page_ref","name":"${PAGE_REF_NAMES[kind]}",` +
      `"args":{"pfn":"0x${ref.pfn.toString(16)}","val":${ref.val},"count":${ref.count},` +
      `${ret}"mapcount":${ref.mapcount},"flags":"${pageFlagWords(ref.flags)}"${irqs}}}`
    );
  }

  /** An end whose begin was overwritten has nothing to end. */
  private io(index: number, kind: number): string | undefined {
    const { slot, isRead, bytes, offset } = this.events.io(index);
    const begins = kind === TRACE_IO_SUBMIT;
    if (begins) this.begun.add(slot);
    else if (!this.begun.delete(slot)) return undefined;
    const args = begins ? `,"args":{"bytes":${bytes},"offset":${offset}}` : "";
    return (
      `{"ph":"${begins ? "b" : "e"}","cat":"io","id2":{"local":"0x${slot.toString(16)}"},` +
      `${this.ids},"ts":${us(this.sinceZero(this.events.timeNs(index)))},` +
      `"name":"${isRead ? "read" : "write"}"${args}}`
    );
  }
}

/** Indices in order of time, a slice before what lies in it; records are in order of their ends. */
function outerFirst(events: TraceEvents): Uint32Array {
  const times = Float64Array.from({ length: events.length }, (_, i) => events.timeNs(i));
  const durations = Float64Array.from({ length: events.length }, (_, i) =>
    events.kind(i) === TRACE_OPERATION ? events.operation(i).durationNs : -1,
  );
  const order = Uint32Array.from({ length: events.length }, (_, i) => i);
  return order.sort((a, b) => {
    const later = (times[a] ?? 0) - (times[b] ?? 0);
    if (later !== 0) return later;
    const [ofA, ofB] = [durations[a] ?? 0, durations[b] ?? 0];
    if (ofA !== ofB) return ofB - ofA;
    return ofA < 0 ? a - b : b - a;
  });
}

/** ns as µs, exactly. */
function us(ns: number): string {
  const fraction = ns % 1000;
  const whole = String((ns - fraction) / 1000);
  return fraction === 0 ? whole : `${whole}.${String(fraction).padStart(3, "0")}`;
}

function follWords(flags: number): string {
  return FOLL_NAMES.filter(([bit]) => flags & bit)
    .map(([, name]) => name)
    .join("|");
}
