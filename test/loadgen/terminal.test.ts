import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { builtFile } from "../../src/machine/built.ts";
import { ended } from "../support/checkout.ts";

const MAIN = fileURLToPath(builtFile("loadgen/main.js"));
const PINLAB = `"${process.execPath}" "${MAIN}"`;
const JOB = "[j]\ndirect=1\nrw=randread\nsize=1m\nruntime=10\ntime_based\n";
let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "pinlab-terminal-"));
  writeFileSync(join(folder, "job.fio"), JOB);
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Runs a line of bash and says the status of the first command of its pipe. */
function bash(line: string) {
  const command = `${line}; exit "\${PIPESTATUS[0]}"`;
  return spawnSync("bash", ["-c", command], { cwd: folder, encoding: "utf8" });
}

test("a reader of the progress that goes away ends the progress alone", () => {
  const flags = "--duration 2500ms --warmup 0 --output-format json --output r.json";
  const { status } = bash(`${PINLAB} run job.fio ${flags} 2> >(head -n1 >first)`);
  expect(status).toBe(0);
  expect(JSON.parse(readFileSync(join(folder, "r.json"), "utf8")).jobs).toHaveLength(1);
});

test("a reader of the results that goes away changes neither files nor status", () => {
  const flags = "--duration 50ms --warmup 0 --quiet --hlog r.hlog --output /dev/full";
  const { status, stderr } = bash(`${PINLAB} run job.fio ${flags} | true`);
  expect(existsSync(join(folder, "r.hlog"))).toBe(true);
  expect(stderr).toContain("/dev/full");
  expect(status).toBe(104);
});

test("an interrupted run keeps its status when nobody reads its results", async () => {
  const args = [MAIN, "run", "job.fio", "--duration", "10m", "--warmup", "0"];
  const child = spawn(process.execPath, args, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  child.stdout.destroy();
  // Its first sign of progress: by now it listens for interrupts.
  child.stderr.once("data", () => child.kill("SIGINT"));
  const { status } = await ended(child);
  expect(status).toBe(105);
});

test("standard output that is full is said, and is no success", () => {
  const { status, stderr } = bash(`${PINLAB} run --cmdhelp >/dev/full`);
  expect(stderr).toBe("pinlab: cannot write to standard output (ENOSPC)\n");
  expect(status).toBe(104);
});
