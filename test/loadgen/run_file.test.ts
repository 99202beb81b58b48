import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readRunFile } from "../../loadgen/run_file.ts";
import { ConfigurationError } from "../../src/scenario/problem.ts";
import { SURROUNDINGS } from "./fio/reading.ts";

const FIO = "; a job\n[reader]\nsize=1m\n";
const YAML = "# a scenario\njobs:\n  - fio: |\n      [reader]\n      size=1m\n";
let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "pinlab-run-file-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function read(name: string, text: string) {
  const source = join(folder, name);
  writeFileSync(source, text);
  return readRunFile({ source, ...SURROUNDINGS });
}

test.each([
  ["a.fio", FIO],
  ["a", FIO],
  ["a.yaml.fio", FIO],
  ["a.yaml", YAML],
  ["a.yml", YAML],
])("%s is read by its name", async (name, text) => {
  const { groups, name: called } = await read(name, text);
  expect(groups[0]?.jobs[0]?.name).toBe("reader");
  expect(called).toBe(name.replace(/\.(fio|ya?ml)$/, ""));
});

test("a job file that is called a scenario is refused as YAML", async () => {
  await expect(read("b.yaml", FIO)).rejects.toThrow(ConfigurationError);
});

test("a file that is not there is refused by its name", async () => {
  const missing = readRunFile({ source: join(folder, "missing.yaml"), ...SURROUNDINGS });
  await expect(missing).rejects.toThrow(/missing\.yaml: no such file; the path of a job file or/);
});
