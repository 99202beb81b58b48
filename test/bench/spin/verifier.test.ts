import { expect, test, vi } from "vitest";
import { missingTools, readReport } from "../../../bench/spin/verifier.ts";

const counts = (errors: number) => `
State-vector 36 byte, depth reached 80, errors: ${errors}
      943 states, stored
      765 states, matched
     1708 transitions (= stored+matched)`;

test("a report without errors is a pass", () => {
  const found = readReport(counts(0));
  expect(found).toEqual({ verdict: "passed", states: 943, transitions: 1708 });
});

test.each([
  "pan:1: assertion violated  !(was_clean) (at depth 47)",
  "pan:1: invalid end state (at depth 49)",
])("%s: a violation", (line) => {
  expect(readReport(`${line}${counts(1)}`).verdict).toBe("violated");
});

test.each([
  ["the depth was too small", `error: max search depth too small${counts(0)}`],
  ["the error is another one", `pan:1: too few processes${counts(1)}`],
  ["nothing was counted", ""],
])("%s: no verdict", (_, report) => {
  expect(() => readReport(report)).toThrow("no verdict");
});

test("where nothing is installed, one message says what is missing", () => {
  vi.stubEnv("PATH", "");
  try {
    expect(missingTools()).toContain("needs spin and gcc");
  } finally {
    vi.unstubAllEnvs();
  }
});
