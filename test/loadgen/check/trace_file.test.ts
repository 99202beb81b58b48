import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { MAIN } from "../../support/kernel_command.ts";
import { type ChromeFile, chromeProblems } from "../../support/trace_files.ts";

const directory = mkdtempSync(join(tmpdir(), "pinlab-check-trace-"));
afterAll(() => rmSync(directory, { recursive: true }));

function check(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const words = [MAIN, "check", ...args, "--quiet"];
  return spawnSync(process.execPath, words, { encoding: "utf8", timeout: 60_000 });
}

describe("pinlab check --trace", () => {
  test("writes the counterexamples, the same bytes each time", () => {
    const paths = ["one.json", "two.json"].map((name) => join(directory, name));
    const texts = paths.map((path) => {
      const { status } = check("refcount-overflow", "--trace", path);
      expect(status).toBe(0);
      return readFileSync(path, "utf8");
    });
    expect(texts[1]).toBe(texts[0]);
    const file = JSON.parse(texts[0] ?? "") as ChromeFile;
    expect(chromeProblems(file)).toEqual([]);
    expect(file.traceEvents.filter(({ cat }) => cat === "breach").map(({ pid }) => pid)).toEqual([
      2, 4,
    ]);
  });

  test("says that nothing was violated", () => {
    const path = join(directory, "none.json");
    const { status, stderr } = check("try-get-vs-put", "--scheme", "bias", "--trace", path);
    expect(status).toBe(0);
    expect(stderr).toBe(`pinlab: nothing was violated: the trace "${path}" has no events\n`);
    expect((JSON.parse(readFileSync(path, "utf8")) as ChromeFile).traceEvents).toEqual([]);
  });

  test.each([
    [join(directory, "missing", "t.json"), "its directory does not exist"],
    [directory, "it is a directory"],
    ["-", "standard output is for the results"],
  ])("refuses %s before it explores anything: status 104", (path, words) => {
    const { status, stdout, stderr } = check("refcount-overflow", "--trace", path);
    expect(status).toBe(104);
    expect(stdout).toBe("");
    expect(stderr).toContain(words);
    expect(stderr.match(/^pinlab:/gm)).toHaveLength(1);
  });
});
