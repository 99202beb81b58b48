import { expect, test } from "vitest";
import { type CheckFlags, readCheck } from "../../../loadgen/check/check_flags.ts";
import { RACES } from "../../../src/executors/check/races.ts";
import type { Subject } from "../../../src/executors/check/trial.ts";
import type { Problem } from "../../../src/scenario/problem.ts";

const USUAL: CheckFlags = { strategy: "dfs", format: "normal", matrix: true };

function subjectsOf(names: readonly string[], flags: Partial<CheckFlags>): readonly Subject[] {
  const problems: Problem[] = [];
  const { subjects } = readCheck(names, { ...USUAL, ...flags }, problems);
  expect(problems).toEqual([]);
  return subjects;
}

test("--matrix without a race is that of all", () => {
  const races = new Set(subjectsOf([], {}).map(({ race }) => race));
  expect([...races]).toEqual(RACES);
});

test("a race that must be named is told of", () => {
  const problems: Problem[] = [];
  readCheck([], { ...USUAL, matrix: false }, problems);
  expect(problems.map(({ where }) => where)).toEqual(["RACE"]);
});

test("flags take the place of the matrix's own values, and each machine is there once", () => {
  const subjects = subjectsOf(["page-lock-post-pass"], {
    scheme: "bias+lock-post",
    recheck: "under-lock",
  });
  expect(subjects).toHaveLength(12);
  expect(new Set(subjects.map(({ machine }) => JSON.stringify(machine))).size).toBe(12);
  expect(subjects[0]?.machine).toMatchObject({ sync: "lock-post", recheck: "under-lock" });
});

test("a race is not run on schemes that it is not about", () => {
  expect(subjectsOf(["page-lock-post-pass"], { scheme: "bias" })).toEqual([]);
});

test("a race's own variant is that of every machine", () => {
  const subjects = subjectsOf(["try-get-vs-put"], { variant: "unguarded-get" });
  expect(subjects.map(({ twist }) => twist)).toEqual(["unguarded-get"]);
});
