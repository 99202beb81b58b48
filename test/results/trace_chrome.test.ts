import { describe, expect, test } from "vitest";
import { FOLL_GET, OP_FAULT, OP_PIN_FAST } from "../../assembly/shared/codes.ts";
import {
  TRACE_IO_COMPLETE,
  TRACE_IO_SUBMIT,
  TRACE_REF_MOD,
} from "../../assembly/shared/trace_layout.ts";
import { chromeTrace } from "../../src/results/trace_chrome.ts";
import {
  io,
  measureParts,
  millionEvents,
  op,
  ref,
  text,
  traced,
  traceOf,
} from "../support/made_trace.ts";
import { type ChromeFile, chromeProblems } from "../support/trace_files.ts";
import { runRecord } from "./fixture.ts";

const chrome = (record: ReturnType<typeof traced>) =>
  JSON.parse(text(chromeTrace(record))) as ChromeFile;

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
  const { lines, longest } = measureParts(chromeTrace(millionEvents()));
  expect(lines).toBeGreaterThan(2 ** 20);
  expect(longest).toBeLessThan(2 ** 17);
}, 60_000);
