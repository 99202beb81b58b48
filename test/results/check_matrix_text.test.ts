import { describe, expect, test } from "vitest";
import type { CheckResult } from "../../src/executors/check/check.ts";
import { matrixText, sumLine } from "../../src/results/check_matrix_text.ts";
import { RACE, resultsOf } from "./check_results.ts";

describe("matrixText", () => {
  test("a row a scheme, columns where values matter, the posted ones in brackets", () => {
    const results = resultsOf(({ scheme, recheck }) =>
      scheme === "bias" && recheck === "none" ? "stopped" : "passed",
    );
    expect(matrixText(RACE, results).split("\n")).toEqual([
      "a-race: of two",
      "",
      "recheck   none    before-lock",
      "bias      stop1  [ok]",
      "exact     ok     [ok]",
      "",
      "tlb (ipi, broadcast) changes no verdict.",
      "stop1 = stopped (time-limit): --time; ok = passed, every schedule; [ ] = as the scheme was",
      "posted",
      "",
    ]);
  });

  test("what was stopped at a bound shares a column with what passed: the smallest bound", () => {
    const bounded = (result: CheckResult, preemptions: number): CheckResult => ({
      ...result,
      outcome: { kind: "stopped", reason: "preemption-bound", words: "", preemptions },
    });
    const results = resultsOf(() => "passed").map((result, i) => {
      return i === 0 || i === 3 ? bounded(result, i) : result;
    });
    expect(matrixText(RACE, results).split("\n").slice(2, 4)).toEqual([
      "        verdict",
      "bias   [≤0]",
    ]);
    expect(matrixText(RACE, results)).toContain("≤N = stopped: every schedule with up to N");
  });

  test("what was not expected is marked, and told with its replay line, once a cell", () => {
    const results = resultsOf(({ scheme }) => (scheme === "exact" ? "violated" : "passed"));
    expect(matrixText(RACE, results)).toContain(
      [
        "        verdict",
        "bias   [ok]",
        "exact  [uaf!]",
        "",
        "recheck (none, before-lock) changes no verdict.",
        "tlb (ipi, broadcast) changes no verdict.",
        "ok = passed, every schedule; uaf = violated: no-use-after-free; [ ] = as the scheme was " +
          "posted",
        "! exact recheck=none: violated, expected: passed (and 3 more of the cell)",
        "    replay: pinlab check a-race --scheme exact --rules 5.0 --recheck none --replay TOKEN",
      ].join("\n"),
    );
  });

  test("what a scheme refuses is a dot, and a value that was asked for is named", () => {
    const results = resultsOf(({ recheck }) => (recheck === "none" ? "stopped" : "passed")).filter(
      ({ subject: { machine } }) =>
        machine.tlb === "ipi" && (machine.scheme === "bias" || machine.recheck !== "none"),
    );
    const text = matrixText(RACE, results);
    expect(text).toContain("exact     ·      [ok]");
    expect(text).toContain("tlb is ipi.");
    expect(text).toContain("· = refused: not sound");
  });
});

test("the sum of all", () => {
  const results = resultsOf(({ tlb }) => (tlb === "ipi" ? "passed" : "violated"));
  const words =
    "8 checks: 4 passed, 4 violated, 0 stopped; 4 not as expected; 40 states in 1 min 5 s, " +
    "6B at the most";
  expect(sumLine(results, 65)).toBe(words);
});
