import { describe, expect, test } from "vitest";
import { checkTrace } from "../../src/results/check_trace.ts";
import { checked, everyViolation, raceOf } from "../support/counterexamples.ts";
import { type ChromeFile, chromeProblems } from "../support/trace_files.ts";

const read = (text: string) => JSON.parse(text) as ChromeFile;

describe("every race that is expected to break something, in one file", () => {
  const results = everyViolation();
  const text = checkTrace(results);
  const { traceEvents, otherData } = read(text);

  test("is what a viewer can read", () => {
    expect(chromeProblems(read(text))).toEqual([]);
    expect(otherData.time).toContain("1 µs is one step");
    for (const { ph, ts, pid, tid, name } of traceEvents) {
      expect([typeof ph, typeof name]).toEqual(["string", "string"]);
      expect([ts, pid, tid].every(Number.isInteger)).toBe(true);
    }
  });

  test("calls of one CPU do not overlap", () => {
    const ends = new Map<number, number>();
    for (const { ph, ts = 0, dur = 0, tid } of traceEvents) {
      if (ph !== "X") continue;
      expect(ts).toBeGreaterThanOrEqual(ends.get(tid) ?? 0);
      expect(dur).toBeGreaterThan(0);
      ends.set(tid, ts + dur);
    }
  });

  test("has a process a check, a thread a CPU, and one breach in each", () => {
    const named = (name: string) => traceEvents.filter((event) => event.name === name);
    expect(named("process_name").map(({ pid }) => pid)).toEqual(results.map((_, i) => i + 1));
    const cpus = results.reduce((sum, { subject }) => sum + subject.race.actors.length, 0);
    expect(new Set(named("thread_name").map(({ tid }) => tid)).size).toBe(cpus);
    const breaches = traceEvents.filter(({ cat }) => cat === "breach");
    expect(breaches.map(({ pid }) => pid)).toEqual(results.map((_, i) => i + 1));
    for (const { args } of breaches) expect(args?.replay).toMatch(/^pinlab check .+ --replay /);
  });

  test("the same results have the same bytes", () => {
    expect(checkTrace(results)).toBe(text);
  });
});

describe("one counterexample among several checks", () => {
  const race = raceOf("pin-vs-mkclean");
  const results = [checked(race, { scheme: "bias" }), checked(race, { scheme: "refcount" })];
  const { traceEvents } = read(checkTrace(results));

  test("has the number of its check, and its name", () => {
    expect(new Set(traceEvents.map(({ pid }) => pid))).toEqual(new Set([2]));
    expect(traceEvents[0]?.args).toEqual({ name: "pin-vs-mkclean refcount" });
    const threads = traceEvents.filter(({ name }) => name === "thread_name");
    expect(threads.map(({ args }) => args?.name)).toEqual(["CPU0 direct I/O", "CPU1 writeback"]);
  });

  test("its refcount is a counter, a change is an instant with what was before", () => {
    const counts = traceEvents.filter(({ ph }) => ph === "C").map(({ args }) => args?.refcount);
    expect(counts).toEqual([3, 4, 5, 4]);
    const change = traceEvents.find(({ name }) => name.startsWith("PTE 0: writable"));
    expect(change).toMatchObject({ ph: "i", cat: "change", tid: 2001 });
    expect(change?.args).toEqual({ before: "writable dirty page 1", after: "none" });
  });
});

test("without a violation there are no events", () => {
  const passed = checked(raceOf("try-get-vs-put"), { scheme: "bias" });
  expect(read(checkTrace([passed])).traceEvents).toEqual([]);
  expect(read(checkTrace([])).traceEvents).toEqual([]);
});
