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

describe("a scenario in YAML", () => {
  const SCENARIO = `scheme: exact
on-pinned: wait
seed: 7
thresholds: ["violations==0"]
jobs:
  - fio: |
      [reader]
      direct=1
      rw=randread
      size=1m
  - pattern: gup_test
matrix: { scheme: [exact, bias], bias: [512] }
`;
  const shown = (args: readonly string[], text = SCENARIO) => {
    const { status, stdout, stderr } = pinlab(["--show-config", ...args], text);
    expect(status, stderr).toBe(0);
    return JSON.parse(stdout);
  };

  test("is told from a job file on standard input, and runs like one", () => {
    const { status, stdout, stderr } = pinlab([], SCENARIO);
    expect(status, stderr).toBe(0);
    expect(stdout).toContain("reader: (groupid=0, jobs=1)");
    expect(stdout).toContain("scheme=exact");
  });

  test("shows every parameter of its machine and its run", () => {
    const { name, machine, run, notes } = shown([]);
    expect(name).toBe("stdin");
    expect(machine).toEqual({
      pages: "auto",
      scheme: "exact",
      sync: "none",
      bias: 1024,
      rules: "5.0",
      onPinned: { background: "wait", fsync: "wait" },
      testAt: "after-mkclean",
      recheck: "before-lock",
      tlb: "ipi",
      stablePages: true,
    });
    expect(run).toEqual({ seed: 7, durationMs: 50, warmupMs: 0, sample: 512 });
    expect(notes).toContain(
      "the matrix (2 of scheme, 1 of bias) is for sweep and compare; this run is of exact",
    );
  });

  test("flags win over its keys", () => {
    const flags = ["--scheme", "bias+lock", "--on-pinned", "skip/bounce", "--seed", "8"];
    const { machine, run, thresholds } = shown([...flags, "--threshold", "errors==0"]);
    expect(machine).toMatchObject({ scheme: "bias", sync: "lock", recheck: "under-lock" });
    expect(machine.onPinned).toEqual({ background: "skip", fsync: "bounce" });
    expect(run.seed).toBe(8);
    expect(thresholds).toMatchObject([{ text: "errors==0" }]);
  });

  test.each([
    { args: ["--recheck", "under-lock"], says: "--recheck: under-lock, and exact takes no page" },
    { args: ["--variant", "drop-G1"], says: "--variant: drop-G1 with exact" },
    { args: ["--scheme", "lru-count+lock"], says: "--scheme: lru-count+lock: it has its own" },
    { args: ["--scheme", "refcount"], says: "stdin:2: on-pinned: refcount, whose pinned test" },
    { args: [], text: `pages: 64\n${SCENARIO}`, says: "stdin:1: pages: 64 pages, but" },
    {
      args: [],
      text: "jobs:\n  - {pattern: mapper, numjobs: 99}\n  - {pattern: mapper, numjobs: 99}",
      says: "stdin:1: jobs: 198 actors",
    },
    {
      args: [],
      text: "jobs:\n  - pattern: gup_test\n    batch: 512",
      says: "stdin:2: jobs.0: pagesPerCall",
    },
  ])("what makes no sense is told where it was written: $says", ({ args, text, says }) => {
    const { status, stdout, stderr } = pinlab(args, text ?? SCENARIO);
    expect([status, stdout]).toEqual([104, ""]);
    expect(stderr).toContain(says);
    expect(stderr).not.toContain("machine.");
  });
});

describe("what is only asked", () => {
  test("--variant help lists the variants", () => {
    const { status, stdout } = pinlab(["--variant", "help"], "");
    expect([status, stdout.includes("drop-G6")]).toEqual([0, true]);
  });

  test("--show-schema prints the JSON Schema of scenarios", () => {
    const { status, stdout } = pinlab(["--show-schema"], "");
    expect([status, JSON.parse(stdout).title]).toEqual([0, "pinlab scenario"]);
  });
});
