import { describe, expect, test } from "vitest";
import type { CheckResult } from "../../src/executors/check/check.ts";
import type { Axis } from "../../src/executors/check/race.ts";
import { columnsOf, isPosted, isUnexpected } from "../../src/results/check_matrix.ts";
import { completeMachine } from "../../src/scenario/machine_spec.ts";
import { RECHECKS, resultOf, resultsOf } from "./check_results.ts";

const AXES: readonly Axis[] = ["recheck", "tlb"];

function valuesOf(results: readonly CheckResult[], axes = AXES): string[] {
  return columnsOf(axes, results).map(({ values }) => values.map((one) => one.join("+")).join(" "));
}

describe("columnsOf", () => {
  test("what never makes a difference is one column", () => {
    const results = resultsOf(() => "passed");
    expect(valuesOf(results)).toEqual(["none+before-lock ipi+broadcast"]);
    expect(columnsOf(AXES, results)[0]?.results).toHaveLength(results.length);
  });

  test("a value has columns of its own only where it makes a difference", () => {
    const isBroken = resultsOf(({ recheck, tlb }) =>
      recheck === "none" && tlb === "broadcast" ? "violated" : "passed",
    );
    expect(valuesOf(isBroken)).toEqual(["none ipi", "none broadcast", "before-lock ipi+broadcast"]);
  });

  test("one scheme is enough to make a difference", () => {
    const isOneBroken = resultsOf(({ scheme, tlb }) =>
      scheme === "exact" && tlb === "ipi" ? "violated" : "passed",
    );
    expect(valuesOf(isOneBroken)).toEqual(["none+before-lock ipi", "none+before-lock broadcast"]);
  });

  test("a limit is no proof: stopped is another verdict than passed", () => {
    const results = resultsOf(({ tlb }) => (tlb === "ipi" ? "passed" : "stopped"));
    expect(valuesOf(results)).toEqual(["none+before-lock ipi", "none+before-lock broadcast"]);
  });

  test("what a scheme refuses contradicts nothing", () => {
    const results = resultsOf(() => "passed").filter(
      ({ subject: { machine } }) => machine.scheme !== "exact" || machine.recheck !== "none",
    );
    expect(valuesOf(results)).toEqual(["none+before-lock ipi+broadcast"]);
  });

  test("without axes there is one column", () => {
    expect(
      valuesOf(
        resultsOf(() => "violated"),
        [],
      ),
    ).toEqual([""]);
  });
});

test("a scheme's own values are those that it was posted with", () => {
  const posted = completeMachine({ scheme: "bias", sync: "lock" });
  expect(isPosted(posted, ["test-at", "recheck"])).toBe(true);
  const other = completeMachine({ scheme: "bias", sync: "lock", recheck: "before-lock" });
  expect(isPosted(other, ["test-at", "recheck"])).toBe(false);
  expect(isPosted(other, ["test-at"])).toBe(true);
});

test("a limit that was reached contradicts nothing", () => {
  const machine = RECHECKS[0];
  expect(isUnexpected(resultOf(machine, "passed"))).toBe(false);
  expect(isUnexpected(resultOf(machine, "stopped"))).toBe(false);
  expect(isUnexpected(resultOf(machine, "violated"))).toBe(true);
});
