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

function problemsOf(names: readonly string[], flags: Partial<CheckFlags>): string[] {
  const problems: Problem[] = [];
  readCheck(names, { ...USUAL, matrix: false, ...flags }, problems);
  return problems.map(({ where, found }) => `${where}: ${found}`);
}

test("nothing to check is no success", () => {
  expect(problemsOf(["page-lock-post-pass"], { matrix: true, scheme: "bias" })).toEqual([
    "--matrix: no machine of page-lock-post-pass",
  ]);
});

test("no name is passed over: not beside all, and not where a variant is another race's", () => {
  expect(problemsOf(["all", "nosuch"], {})).toEqual(['RACE: "nosuch"']);
  const races = ["sleep-in-atomic", "try-get-vs-put"];
  expect(problemsOf(races, { variant: "unguarded-get" })).toEqual([
    "--variant: unguarded-get with sleep-in-atomic",
  ]);
  const subjects = subjectsOf(["all"], { matrix: false, variant: "unguarded-get" });
  expect(new Set(subjects.map(({ race }) => race.name)).size).toBe(2);
});

test("a race that is named twice is checked once", () => {
  const name = "try-get-vs-put";
  expect(subjectsOf([name, name], {})).toEqual(subjectsOf([name], {}));
});

test.each([
  [{ exhaustive: true, time: "3s" }, "--time: 3s with --exhaustive"],
  [{ strategy: "pct", preemptions: "2" }, "--preemptions: 2 with pct"],
  [{ strategy: "random", exhaustive: true }, "--exhaustive: with random, which never ends"],
])("flags that make each other void: %o", (flags, problem) => {
  expect(problemsOf(["try-get-vs-put"], flags)).toEqual([problem]);
});

test("a race's own variant is that of every machine", () => {
  const subjects = subjectsOf(["try-get-vs-put"], { variant: "unguarded-get" });
  expect(subjects.map(({ twist }) => twist)).toEqual(["unguarded-get"]);
});
