import { expect, test } from "vitest";
import { DEFAULT_JOB } from "../../src/scenario/defaults.ts";
import { isEndless, isTimed } from "../../src/scenario/endless.ts";

test.each([
  { given: { pattern: "mapper" }, endless: true },
  { given: { pattern: "gup_test" }, endless: true },
  { given: { pattern: "mapper", runtimeMs: 100 }, endless: false },
  { given: { pattern: "gup_test", runtimeMs: 100, timeBased: true }, endless: false },
  { given: { pattern: "direct_io" }, endless: false },
  { given: { pattern: "direct_io", timeBased: true }, endless: false },
] as const)("$given is endless: $endless", ({ given, endless }) => {
  expect(isEndless({ ...DEFAULT_JOB, ...given })).toBe(endless);
});

test("time ends a job only if a time is given", () => {
  expect(isTimed({ ...DEFAULT_JOB, timeBased: true })).toBe(false);
  expect(isTimed({ ...DEFAULT_JOB, timeBased: true, runtimeMs: 5 })).toBe(true);
  expect(isTimed({ ...DEFAULT_JOB, runtimeMs: 5 })).toBe(false);
});
