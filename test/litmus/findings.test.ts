import fs from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { type CheckFlags, readCheck } from "../../loadgen/check/check_flags.ts";
import { Check, type CheckResult } from "../../src/executors/check/check.ts";
import { replayed } from "../../src/executors/check/replayed.ts";
import type { Subject } from "../../src/executors/check/trial.ts";
import type { Problem } from "../../src/scenario/problem.ts";
import { ROOT } from "../tidy/project_files.ts";

/** Every command that docs/FINDINGS.md gives with a verdict comes to that verdict. */

interface Command {
  readonly line: string;
  readonly subject: Subject;
  readonly token: string | undefined;
  /** `passed`, or `violated: ` and the invariant. */
  readonly verdict: string;
}

const COMMAND = /^pinlab check (?<words>.*?) +# (?<verdict>passed|violated: [a-z-]+)$/;
const USUAL: CheckFlags = { strategy: "dfs", format: "normal" };

const text = fs.readFileSync(path.join(ROOT, "docs/FINDINGS.md"), "utf8");
const commands = text
  .split("\n")
  .filter((line) => line.startsWith("pinlab check "))
  .map(commandOf);

function commandOf(line: string): Command {
  const { words = "", verdict = "" } = COMMAND.exec(line)?.groups ?? {};
  const [race = "", ...flags] = words.split(" ");
  const pairs = flags.flatMap((flag, i) => (flag.startsWith("--") ? [[flag, flags[i + 1]]] : []));
  const camel = (flag = ""): string =>
    flag.slice(2).replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
  const { replay, ...asked } = Object.fromEntries(pairs.map(([name, word]) => [camel(name), word]));
  const problems: Problem[] = [];
  const { subjects } = readCheck([race], { ...USUAL, ...asked }, problems);
  const [subject] = subjects;
  if (subject === undefined || subjects.length > 1 || problems.length > 0) {
    throw new Error(`${line}: ${JSON.stringify(problems)}`);
  }
  return { line, subject, token: replay, verdict };
}

/** The result of each check that was run, by race and machine. */
const results = new Map<string, CheckResult>();

function checked(subject: Subject): CheckResult {
  const key = JSON.stringify([subject.race.name, subject.machine, subject.twist]);
  const result = results.get(key) ?? new Check(subject, { strategy: "dfs", timeMs: 20_000 }).run();
  results.set(key, result);
  return result;
}

function verdictOf({ outcome }: CheckResult): string {
  if (outcome.kind !== "violated") return outcome.kind;
  return `violated: ${outcome.counterexample.breach.invariant}`;
}

test("docs/FINDINGS.md has its commands", () => {
  expect(commands.length).toBeGreaterThan(20);
  expect(commands.filter(({ token }) => token !== undefined).length).toBeGreaterThan(5);
});

describe("comes to what it says", () => {
  test.each(commands)("$line", ({ subject, token, verdict }) => {
    const result = checked(subject);
    expect(verdictOf(result)).toBe(verdict);
    if (token === undefined || result.outcome.kind !== "violated") return;
    // The token is the one that this version of pinlab prints.
    expect(token).toBe(result.outcome.counterexample.token);
    const again = replayed(subject, token);
    expect(typeof again === "string" ? again : verdictOf(again)).toBe(verdict);
  });
});
