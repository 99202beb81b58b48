import { describe, expect, test } from "vitest";
import {
  TRACE_IRQS_OFF,
  TRACE_REF_MOD,
  TRACE_REF_MOD_AND_TEST,
} from "../../assembly/shared/trace_layout.ts";
import { ftraceText } from "../../src/results/trace_ftrace.ts";
import { measureParts, millionEvents, ref, text, traced, traceOf } from "../support/made_trace.ts";
import { readFtrace } from "../support/trace_files.ts";

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
});

test("a million events are written in parts", () => {
  const { lines, longest } = measureParts(ftraceText(millionEvents()));
  expect(lines).toBeGreaterThan(2 ** 20);
  expect(longest).toBeLessThan(2 ** 17);
}, 60_000);
