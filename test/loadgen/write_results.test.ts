import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { builtFile } from "../../src/machine/built.ts";

const MAIN = fileURLToPath(builtFile("loadgen/main.js"));
const JOB = "[j]\ndirect=1\nrw=randread\nsize=1m\nioengine=libaio\niodepth=4\n";
const QUICK = ["--duration", "50ms", "--warmup", "0", "--quiet"];
let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pinlab-thresholds-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function pinlab(...args: string[]) {
  const options = { cwd: folder, input: JOB, encoding: "utf8" } as const;
  return spawnSync(process.execPath, [MAIN, "run", "-", ...args], options);
}

const threshold = (...texts: string[]) => texts.flatMap((text) => ["--threshold", text]);

describe("--threshold", () => {
  test("that holds is stated, and the run ends with 0", () => {
    const { status, stdout, stderr } = pinlab(...QUICK, ...threshold("violations==0"));
    expect([status, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^ {2}thresholds {3}: ok {6}violations==0 {2}found 0$/m);
  });

  test("that fails ends with 99, with a line for each, and the results are there", () => {
    const texts = ["pin_fast.p99<1ns", "violations==0", "mr_reg.p99<1s"];
    const args = ["--output-format", "json", ...QUICK, ...threshold(...texts)];
    const { status, stdout, stderr } = pinlab(...args);
    expect(status).toBe(99);
    expect(stderr).toMatch(/^pinlab: threshold pin_fast\.p99<1ns failed: found [\d.]+[num]?s$/m);
    expect(stderr).toContain("mr_reg.p99<1s failed: nothing measured: the run did no mr_reg\n");
    expect(stderr.trim().split("\n")).toHaveLength(2);
    const { thresholds, ops } = JSON.parse(stdout).pinlab;
    expect(thresholds.map(({ ok }: { ok: boolean }) => ok)).toEqual([false, true, false]);
    expect(thresholds[0].value).toBe(ops.pin_fast.latency_ns.percentile["99.000000"]);
  });

  test("with abortOnFail ends the run; how it went so far is written", () => {
    const text = "read.clat.p50<1ns abortOnFail=100ms";
    const long = ["--duration", "10m", "--warmup", "0", "--quiet"];
    const { status, stdout, stderr } = pinlab(...long, ...threshold(text));
    expect(status).toBe(99);
    expect(stderr).toMatch(/failed: found .*; ended the run at .* after \d+ms$/m);
    expect(stdout).toMatch(/FAILED {2}read\.clat\.p50<1ns abortOnFail=100ms/);
    expect(stdout).toMatch(/j: \(groupid=0, jobs=1\): err= 0/);
  }, 30_000);

  test("help lists the metrics", () => {
    const { status, stdout } = pinlab("--threshold", "help");
    expect(status).toBe(0);
    for (const name of ["OP.pN", "read.iops", "violations", "nr_foll_pin_acquired"]) {
      expect(stdout).toContain(name);
    }
    expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  test("that says nothing is refused where it stands, all of them at once", () => {
    const texts = ["pin_fast.p99<5MB", "pin_fst.p99<5us", "violations==0"];
    const { status, stdout, stderr } = pinlab(...QUICK, "--seed", "x", ...threshold(...texts));
    expect([status, stdout]).toEqual([104, ""]);
    expect(stderr).toContain('--threshold: "pin_fast.p99<5MB", column 15: "MB" is no unit');
    expect(stderr).toContain("did you mean pin_fast.p99?");
    expect(stderr).toContain("--seed");
    expect(stderr).not.toContain("violations");
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  test("is in the scenario that --show-config shows", () => {
    const { stdout } = pinlab("--show-config", ...threshold("io.p99<5ms abortOnFail"));
    expect(JSON.parse(stdout).thresholds).toEqual([
      {
        text: "io.p99<5ms abortOnFail",
        metric: "io.p99",
        sign: "<",
        limit: 5e6,
        abortOnFail: true,
        delayAbortMs: 1000,
      },
    ]);
  });
});

describe("--junit and --openmetrics", () => {
  test("write their files beside the results, and leave nothing else behind", () => {
    const files = ["--junit", "j.xml", "--openmetrics", "m.txt", "--output", "r.txt"];
    const { status } = pinlab(...QUICK, ...files, ...threshold("pin_fast.p99<1ns"));
    expect(status).toBe(99);
    expect(readdirSync(folder).sort()).toEqual(["j.xml", "m.txt", "r.txt"]);
    const read = (name: string) => readFileSync(join(folder, name), "utf8");
    expect(read("j.xml")).toMatch(
      /<testcase classname="pinlab.threshold" name="pin_fast\.p99&lt;1ns"/,
    );
    expect(read("m.txt")).toMatch(/^pinlab_threshold_ok\{.*\} 0$/m);
    expect(read("m.txt").endsWith("# EOF\n")).toBe(true);
  });

  test("one that cannot be written loses neither the results nor the others", () => {
    const files = ["--junit", "/dev/full", "--openmetrics", "m.txt"];
    const { status, stdout, stderr } = pinlab(...QUICK, ...files);
    expect(status).toBe(104);
    expect(stderr).toContain('"/dev/full": no space is left');
    expect(stdout).toContain("pin_fast");
    expect(existsSync(join(folder, "m.txt"))).toBe(true);
  });

  test.each([
    { args: ["--junit", "-"], says: /--junit: "-".*name of a file/s },
    { args: ["--openmetrics", "no/such/m"], says: /no\/such\/m/ },
    { args: ["--junit", "."], says: /it is a directory/ },
    { args: ["--junit", "x", "--openmetrics", "./x"], says: /--openmetrics: .*--junit as well/ },
    { args: ["--output", "x", "--openmetrics", "x"], says: /--openmetrics: .*--output as well/ },
    { args: ["--hlog", "x", "--junit", "x"], says: /--junit: .*--hlog as well.*two different/s },
  ])("$args is refused before the run", ({ args, says }) => {
    const { status, stdout, stderr } = pinlab(...QUICK, ...args);
    expect([status, stdout]).toEqual([104, ""]);
    expect(stderr).toMatch(says);
    expect(readdirSync(folder)).toEqual([]);
  });

  test("the job file and a named pipe are no outputs", () => {
    spawnSync("mkfifo", [join(folder, "pipe")]);
    spawnSync("cp", ["/dev/null", join(folder, "job.fio")]);
    const args = ["--junit", "pipe", "--openmetrics", "job.fio"];
    const { status, stderr } = spawnSync(process.execPath, [MAIN, "run", "job.fio", ...args], {
      cwd: folder,
      encoding: "utf8",
    });
    expect(status).toBe(104);
    expect(stderr).toMatch(/--junit: "pipe" is a named pipe/);
    expect(stderr).toMatch(/--openmetrics: "job\.fio" is the job file itself/);
  });
});
