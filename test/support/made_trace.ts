import { FOLL_WRITE, OP_PIN_FAST, PG_HEAD, PG_REFERENCED } from "../../assembly/shared/codes.ts";
import { TRACE_BYTES, TRACE_OPERATION } from "../../assembly/shared/trace_layout.ts";
import { type CpuTrace, TraceEvents } from "../../src/machine/trace.ts";
import type { TraceRecord } from "../../src/results/record.ts";
import { runRecord } from "../results/fixture.ts";

/** Traces made by hand, record by record. */

/** Words 2 to 9 of a record: kind, then seven fields; an operation's duration goes last. */
interface Made {
  readonly ns: number;
  readonly words: readonly number[];
  readonly durationNs?: number;
}

export function traceOf(records: readonly Made[], written = records.length): CpuTrace {
  const buffer = new ArrayBuffer(records.length * TRACE_BYTES);
  const words = new Int32Array(buffer);
  const doubles = new Float64Array(buffer);
  records.forEach(({ ns, words: fields, durationNs }, i) => {
    doubles[(i * TRACE_BYTES) / 8] = ns;
    words.set(fields, (i * TRACE_BYTES) / 4 + 2);
    if (durationNs !== undefined) doubles[(i * TRACE_BYTES) / 8 + 4] = durationNs;
  });
  return { written, writtenRefs: written, events: new TraceEvents(buffer) };
}

export function traced(...cpus: CpuTrace[]) {
  const actors = cpus.map((_, i) => (i === 0 ? "a job of 20 letters" : `db.${i}`));
  const written = cpus.reduce((sum, cpu) => sum + cpu.written, 0);
  const kept = cpus.reduce((sum, cpu) => sum + cpu.events.length, 0);
  const groups = [{ actors, cpus }];
  const trace: TraceRecord = { written, kept, dropped: written - kept, eventsPerCpu: 4, groups };
  return runRecord({ trace });
}

export const ref = (
  ns: number,
  kind: number,
  pfn: number,
  count: number,
  val: number,
  ret = 0,
): Made => ({
  ns,
  words: [kind, pfn, PG_REFERENCED | PG_HEAD, count, 0, 0x53c1, val, ret],
});
export const op = (
  ns: number,
  durationNs: number,
  code = OP_PIN_FAST,
  flags = FOLL_WRITE,
): Made => ({
  ns,
  durationNs,
  words: [TRACE_OPERATION, code, flags, 1, 1, 1024],
});
export const io = (ns: number, kind: number, slot: number): Made => ({
  ns,
  words: [kind, slot, 1, 4096, 0, 0, 8192, 1],
});

export const text = (parts: Iterable<string>) => [...parts].join("");
/** A million records, one a µs, on one CPU. */
export function millionEvents() {
  const count = 2 ** 20;
  const bytes = new ArrayBuffer(count * TRACE_BYTES);
  const doubles = new Float64Array(bytes);
  for (let i = 0; i < count; i++) doubles[(i * TRACE_BYTES) / 8] = 1000 * i;
  return traced({ written: count, writtenRefs: count, events: new TraceEvents(bytes) });
}

/** How many lines come, and the longest part in characters. */
export function measureParts(parts: Iterable<string>): { lines: number; longest: number } {
  let longest = 0;
  let lines = 0;
  for (const part of parts) {
    longest = Math.max(longest, part.length);
    for (let at = part.indexOf("\n"); at !== -1; at = part.indexOf("\n", at + 1)) lines++;
  }
  return { lines, longest };
}
