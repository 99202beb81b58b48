import { describe, expect, test } from "vitest";
import {
  FOLL_GET,
  FOLL_WRITE,
  OP_FAULT,
  OP_PIN_FAST,
  PG_HEAD,
  PG_REFERENCED,
} from "../../assembly/shared/codes.ts";
import {
  TRACE_BYTES,
  TRACE_IO_COMPLETE,
  TRACE_IO_SUBMIT,
  TRACE_IRQS_OFF,
  TRACE_OPERATION,
  TRACE_REF_MOD,
  TRACE_REF_MOD_AND_TEST,
} from "../../assembly/shared/trace_layout.ts";
import { type CpuTrace, TraceEvents } from "../../src/machine/trace.ts";
import { pageFlagWords } from "../../src/results/page_ref.ts";
import type { TraceRecord } from "../../src/results/record.ts";
import { chromeTrace } from "../../src/results/trace_chrome.ts";
import { ftraceText } from "../../src/results/trace_ftrace.ts";
import { type ChromeFile, chromeProblems, readFtrace } from "../support/trace_files.ts";
import { runRecord } from "./fixture.ts";

/** Words 2 to 9 of a record: kind, then seven fields; an operation's duration goes last. */
interface Made {
  readonly ns: number;
  readonly words: readonly number[];
  readonly durationNs?: number;
}

function traceOf(records: readonly Made[], written = records.length): CpuTrace {
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

function traced(...cpus: CpuTrace[]) {
  const actors = cpus.map((_, i) => (i === 0 ? "a job of 20 letters" : `db.${i}`));
  const written = cpus.reduce((sum, cpu) => sum + cpu.written, 0);
  const kept = cpus.reduce((sum, cpu) => sum + cpu.events.length, 0);
  const groups = [{ actors, cpus }];
  const trace: TraceRecord = { written, kept, dropped: written - kept, eventsPerCpu: 4, groups };
  return runRecord({ trace });
}

const ref = (ns: number, kind: number, pfn: number, count: number, val: number, ret = 0): Made => ({
  ns,
  words: [kind, pfn, PG_REFERENCED | PG_HEAD, count, 0, 0x53c1, val, ret],
});
const op = (ns: number, durationNs: number, code = OP_PIN_FAST, flags = FOLL_WRITE): Made => ({
  ns,
  durationNs,
  words: [TRACE_OPERATION, code, flags, 1, 1, 1024],
});
const io = (ns: number, kind: number, slot: number): Made => ({
  ns,
  words: [kind, slot, 1, 4096, 0, 0, 8192, 1],
});

const text = (parts: Iterable<string>) => [...parts].join("");
const chrome = (record: ReturnType<typeof traced>) =>
  JSON.parse(text(chromeTrace(record))) as ChromeFile;

describe("ftrace text", () => {
  test("is the kernel's, to the letter", () => {
    const record = traced(
      traceOf([ref(161_787_931_400, TRACE_REF_MOD_AND_TEST, 0x3dbc47, 0, -1, 1)], 3),
      traceOf([ref(161_787_000_999, TRACE_REF_MOD | TRACE_IRQS_OFF, 16, 1025, 1023)]),
    );
    const lines = text(ftraceText(record)).split("\n");
    expect(lines.slice(0, 3)).toEqual([
      "# tracer: nop",
      "#",
      "# entries-in-buffer/entries-written: 2/4   #P:2",
    ]);
    expect(lines.slice(-4)).toEqual([
      "CPU:0 [LOST 2 EVENTS]",
      "            db.1-1001    [001] d...   161.787000: page_ref_mod: pfn=0x10 " +
        "flags=referenced|head count=1025 mapcount=0 mapping=00000000000053c1 mt=1 val=1023",
      " a_job_of_20_let-1000    [000] ....   161.787931: page_ref_mod_and_test: pfn=0x3dbc47 " +
        "flags=referenced|head count=0 mapcount=0 mapping=00000000000053c1 mt=1 val=-1 ret=1",
      "",
    ]);
  });

  test("the reader of these tests reads the kernel's own lines", () => {
    const own =
      "           <...>-33724 [067] ....   161.787931: page_ref_mod_and_test: pfn=0x3dbc47 " +
      "flags=referenced|uptodate|dirty|lru|active|swapbacked count=1 mapcount=1 " +
      "mapping=00000000d68d0ca0 mt=1 val=-1 ret=0\n";
    const { lines } = readFtrace(`# tracer: nop\n${own}`);
    expect(lines[0]).toMatchObject({ cpu: 67, seconds: 161.787931, val: -1, ret: 0, count: 1 });
  });

  test("flags without a name are printed in hex, no flags as none", () => {
    expect(pageFlagWords(0)).toBe("none");
    expect(pageFlagWords(0x80000000 | PG_HEAD)).toBe("head|0x80000000");
  });
});

describe("Chrome JSON", () => {
  test("slices come before what lies in them, whatever their order in the ring", () => {
    const record = traced(
      traceOf([
        ref(2_000, TRACE_REF_MOD, 7, 2, 1),
        op(2_000, 500, OP_FAULT, 0),
        op(2_000, 500),
        op(1_000, 1_500, OP_PIN_FAST, FOLL_GET),
      ]),
    );
    const file = chrome(record);
    expect(chromeProblems(file)).toEqual([]);
    const events = file.traceEvents.filter(({ ph }) => ph !== "M");
    expect(events.map(({ name, ts, dur }) => [name, ts, dur])).toEqual([
      ["get_fast", 0, 1.5],
      ["pin_fast", 1, 0.5],
      ["fault", 1, 0.5],
      ["page_ref_mod", 1, undefined],
    ]);
    expect(events[1]?.args).toEqual({
      pages: 1,
      result: 1,
      address: "0x400000",
      flags: "FOLL_WRITE",
    });
  });

  test("an I/O whose submission was overwritten is left out, one still on its way is not", () => {
    const [submit, complete] = [TRACE_IO_SUBMIT, TRACE_IO_COMPLETE];
    const record = traced(
      traceOf([io(1, complete, 64), io(2, submit, 64), io(3, complete, 64), io(4, submit, 64)]),
    );
    const file = chrome(record);
    expect(chromeProblems(file)).toEqual([]);
    const events = file.traceEvents.filter(({ cat }) => cat === "io");
    expect(events.map(({ ph }) => ph)).toEqual(["b", "e", "b"]);
    expect(events[0]?.args).toEqual({ bytes: 4096, offset: 2 ** 32 + 8192 });
  });

  test("the check of these tests finds slices that overlap", () => {
    const thread = { pid: 1, tid: 1 };
    const slice = (ts: number, dur: number) => ({ ph: "X", ...thread, name: "s", ts, dur });
    const named = { ph: "M", ...thread, name: "thread_name" };
    const file = (...events: ChromeFile["traceEvents"]) =>
      chromeProblems({ displayTimeUnit: "ns", otherData: {}, traceEvents: [named, ...events] });
    expect(file(slice(1, 5), slice(2, 1), slice(3, 3))).toEqual([]);
    expect(file(slice(1, 5), slice(2, 5))).toHaveLength(1);
  });

  test("nothing recorded is an empty trace, not a broken one", () => {
    expect(chrome(traced(traceOf([]))).traceEvents.filter(({ ph }) => ph !== "M")).toEqual([]);
    const none = JSON.parse(text(chromeTrace(runRecord({})))) as ChromeFile;
    expect(none.traceEvents).toEqual([]);
  });
});

test("a million events are written in parts", () => {
  const count = 2 ** 20;
  const bytes = new ArrayBuffer(count * TRACE_BYTES);
  const doubles = new Float64Array(bytes);
  for (let i = 0; i < count; i++) doubles[(i * TRACE_BYTES) / 8] = 1000 * i;
  const events = new TraceEvents(bytes);
  const record = traced({ written: count, writtenRefs: count, events });
  for (const parts of [chromeTrace(record), ftraceText(record)]) {
    let longest = 0;
    let lines = 0;
    for (const part of parts) {
      longest = Math.max(longest, part.length);
      for (let at = part.indexOf("\n"); at !== -1; at = part.indexOf("\n", at + 1)) lines++;
    }
    expect(lines).toBeGreaterThan(count);
    expect(longest).toBeLessThan(2 ** 17);
  }
}, 60_000);
