import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { printSummary, readTally } from "../../../scripts/steps/tally.mjs";

let folder: string;

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "pinlab-tally-"));
});

afterEach(() => fs.rmSync(folder, { recursive: true }));

function tallyOf(report: object | string, status: number) {
  const file = path.join(folder, "report.json");
  fs.writeFileSync(file, typeof report === "string" ? report : JSON.stringify(report));
  return readTally(file, status);
}

function named(title: string, status: string, ancestorTitles: string[] = []) {
  return { title, status, ancestorTitles, fullName: [...ancestorTitles, title].join(" ") };
}

test("counts, and takes reasons from titles", () => {
  const assertionResults = [
    named("a", "passed"),
    named("b", "failed"),
    named("c [skipped: no fio]", "skipped"),
    named("d (skipped: not root)", "pending"),
    named("e", "skipped", ["suite [skipped: no gcc]"]),
    named("f", "skipped"),
  ];
  expect(tallyOf({ testResults: [{ status: "failed", assertionResults }] }, 1)).toEqual({
    passed: 1,
    failed: 1,
    skipped: [
      { name: "c", reason: "no fio" },
      { name: "d", reason: "not root" },
      { name: "suite e", reason: "no gcc" },
      { name: "f", reason: undefined },
    ],
  });
});

test("a file that does not load, an error outside tests and no report are failures", () => {
  expect(tallyOf({ testResults: [{ status: "failed", assertionResults: [] }] }, 1).failed).toBe(1);
  expect(tallyOf({ testResults: [] }, 1).failed).toBe(1);
  expect(tallyOf("{", 0).failed).toBe(1);
  expect(tallyOf({ testResults: [] }, 0).failed).toBe(0);
});

test.each([
  [{ passed: 3, failed: 0, skipped: [] }, true, 0],
  [{ passed: 3, failed: 1, skipped: [] }, false, 1],
  [{ passed: 3, failed: 0, skipped: [{ name: "a", reason: "no fio" }] }, false, 0],
  [{ passed: 3, failed: 0, skipped: [{ name: "a", reason: "no fio" }] }, true, 1],
])("%j, strict %j: status %j, counts on the last line", (tally, isStrict, status) => {
  const write = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  const given = printSummary(tally, isStrict);
  const said = write.mock.calls.map(([text]) => text).join("");
  write.mockRestore();
  expect(given).toBe(status);
  const counts = `${tally.passed} passed, ${tally.failed} failed, ${tally.skipped.length} skipped`;
  expect(said.endsWith(`\n${counts}\n`)).toBe(true);
  expect(said.includes("skipped: a: no fio\n")).toBe(tally.skipped.length > 0);
});
