import { describe, expect, test } from "vitest";
import { invariantLines } from "../../src/results/invariants_text.ts";
import type { InvariantBreach } from "../../src/results/record.ts";
import type { MachineInput } from "../../src/scenario/machine_spec.ts";
import { fileRecord, judged, runRecord } from "./fixture.ts";

const BROKEN: InvariantBreach = {
  name: "no-lost-dma-write",
  count: 1412,
  expected: false,
  first: "write 17 to page 3 of its file (frame 4711) never reached the disk",
};
const FOUND: InvariantBreach = { ...BROKEN, name: "fsync-durable", count: 1, expected: true };

/** Lets fsync skip what is pinned, which promises no durability. */
const SKIPS: MachineInput = {
  scheme: "bias",
  sync: "barrier",
  onPinned: { background: "skip", fsync: "skip" },
};

function linesOf(...violated: InvariantBreach[]): string[] {
  const record = fileRecord(SKIPS);
  return invariantLines({ ...record, invariants: { ...record.invariants, violated } });
}

describe("each invariant", () => {
  test("of a run without files, if all hold, has its name", () => {
    expect(invariantLines(runRecord())).toEqual([
      "  invariants   : no-false-negative, no-overflow, no-sleep-in-atomic,",
      "                 conserved-refcount",
      "                 all hold",
    ]);
  });

  test("has a promise or none, and what became of it", () => {
    const lines = linesOf(BROKEN, FOUND).map((line) => line.trim());
    expect(lines[0]).toBe("invariants   : 1 PROMISE BROKEN, 1 violated as expected of this scheme");
    expect(lines).toContain("no-overflow               promised  held");
    expect(lines).toContain("no-lost-dma-write         promised  BROKEN");
    expect(lines).toContain("fsync-durable                       violated as expected");
    expect(lines).toContain("verdict-stable            promised  not decided by threads");
  });

  test("that was violated says how often, and how first", () => {
    const text = linesOf(BROKEN, FOUND)
      .map((line) => line.trim())
      .join(" ");
    expect(text).toContain(
      "no-lost-dma-write violated 1,412 times (BROKEN PROMISE), first: write 17 to page 3",
    );
    expect(text).toContain("fsync-durable violated once (expected of this scheme), first: write");
  });

  test("that none decided is none", () => {
    const invariants = { checked: [], promised: [], violated: [] };
    expect(invariantLines(runRecord({ invariants }))[0]).toContain("none checked");
  });
});

describe("a broken promise", () => {
  test("has the command that repeats it, fit to be pasted", () => {
    const record = fileRecord(SKIPS);
    const thresholds = [judged("io.p99 < 5us abortOnFail").threshold];
    const lines = invariantLines({
      ...record,
      scenario: { ...record.scenario, thresholds },
      invariants: { ...record.invariants, violated: [BROKEN] },
    });
    expect(lines.slice(-4)).toEqual([
      "  repeat       : pinlab run examples/randread-4k.fio --scheme bias+barrier \\",
      "                   --bias 1024 --rules 5.0 --on-pinned skip --seed 1 \\",
      "                   --duration 10000ms --warmup 1000ms --sample 512 \\",
      "                   --threshold 'io.p99 < 5us abortOnFail'",
    ]);
    for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(80);
  });

  test("of a program's scenario has none, nor has an expected finding", () => {
    expect(linesOf(FOUND).join("\n")).not.toContain("repeat");
    const record = fileRecord(SKIPS);
    const scenario = { ...record.scenario, source: "api" };
    const invariants = { ...record.invariants, violated: [BROKEN] };
    expect(invariantLines({ ...record, scenario, invariants }).join("\n")).not.toContain("repeat");
  });
});
