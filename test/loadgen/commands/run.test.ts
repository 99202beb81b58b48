import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { builtFile } from "../../../src/machine/built.ts";

const MAIN = fileURLToPath(builtFile("loadgen/main.js"));
const JOB = "[j]\ndirect=1\nrw=randread\nsize=1m\n";
const QUICK = ["run", "-", "--duration", "50ms", "--warmup", "0", "--quiet"];
let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "pinlab-run-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function pinlab(args: readonly string[], input = JOB) {
  const options = { cwd: folder, input, encoding: "utf8" } as const;
  return spawnSync(process.execPath, [MAIN, ...QUICK, ...args], options);
}

describe("outputs are written independently", () => {
  test("a log that cannot be written does not lose the result", () => {
    const args = ["--hlog", "/dev/full", "--output", "r.json", "--output-format", "json"];
    const { status, stdout, stderr } = pinlab(args);
    expect(JSON.parse(readFileSync(join(folder, "r.json"), "utf8")).jobs).toHaveLength(1);
    expect(stderr).toContain('"/dev/full": no space is left');
    expect([status, stdout]).toEqual([104, ""]);
  });

  test("a result that cannot be written goes to standard output, the log to its file", () => {
    const args = ["--output", "/dev/full", "--hlog", "r.hlog", "--output-format", "json"];
    const { status, stdout } = pinlab(args);
    expect(JSON.parse(stdout).jobs).toHaveLength(1);
    expect(existsSync(join(folder, "r.hlog"))).toBe(true);
    expect(status).toBe(104);
  });
});

describe("what the reader accepts, the scenario accepts", () => {
  test.each([
    { options: "bs=1\ndirect=0", job: { readSizes: [{ minBytes: 1 }] } },
    { options: "size=4g\nbs=2g", job: { readSizes: [{ minBytes: 2 ** 31 }] } },
    { options: "size=4g\nba=2g", job: { blockAlignBytes: 2 ** 31 } },
    { options: "size=512\nbs=512\nio_size=1%", job: { ioSizeBytes: 5 } },
    { options: "size=50\nbs=50\ndirect=0\nio_size=1%", job: { ioSizeBytes: 1 } },
    { options: "number_ios=9007199254740991", job: { numberIos: Number.MAX_SAFE_INTEGER } },
    { options: "random_distribution=zipf:1000", job: { randomDistribution: { theta: 1000 } } },
    { options: "bssplit=4k/33:8k/33:16k", job: { readSizes: [{}, {}, { percent: 34 }] } },
  ])("$options", ({ options, job }) => {
    const { status, stdout, stderr } = pinlab(["--show-config"], `${JOB}${options}\n`);
    expect(status, stderr).toBe(0);
    expect(JSON.parse(stdout).groups[0].jobs[0]).toMatchObject(job);
  });

  test("a number beyond what is counted exactly is refused where it stands", () => {
    const { status, stderr } = pinlab([], `${JOB}number_ios=9007199254740992\n`);
    expect(status).toBe(104);
    expect(stderr).toMatch(/stdin:5: .*larger than 2\^53 - 1/);
  });

  test("a steep zipf runs", () => {
    const { status, stderr } = pinlab([], `${JOB}random_distribution=zipf:5000\n`);
    expect(status, stderr).toBe(0);
  });
});
