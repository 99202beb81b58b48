import { spawnSync } from "node:child_process";
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { furtherFiles } from "../../loadgen/outputs.ts";
import { builtFile } from "../../src/machine/built.ts";
import { type ChromeFile, chromeProblems, readFtrace } from "../support/trace_files.ts";

const MAIN = fileURLToPath(builtFile("loadgen/main.js"));
/** 16,384 I/Os of six events each: more than a ring of 65,536 holds, however long they take. */
const JOB =
  "[reader]\nioengine=libaio\ndirect=1\nrw=randread\niodepth=8\nnumjobs=2\nsize=4m\nio_size=64m\n";
let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "pinlab-trace-"));
  writeFileSync(join(folder, "job.fio"), JOB);
  symlinkSync("d.xml", join(folder, "dangling"));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function pinlab(...args: string[]) {
  const quick = ["run", "job.fio", "--warmup", "0", "--quiet"];
  const options = { cwd: folder, encoding: "utf8" } as const;
  return spawnSync(process.execPath, [MAIN, ...quick, ...args], options);
}

test("the ftrace text lies beside the JSON", () => {
  const paths = (flags: { trace?: string }) =>
    furtherFiles({ executor: "threads", outputFormat: "normal", ...flags }).map(({ path }) => path);
  expect(paths({ trace: "a/t.json" })).toEqual(["a/t.json", "a/t.ftrace"]);
  expect(paths({ trace: "trace" })).toEqual(["trace", "trace.ftrace"]);
  expect(paths({})).toEqual([]);
});

describe("pinlab run --trace", () => {
  test("writes both files and says what was dropped", () => {
    const args = ["--output-format", "json", "--scheme", "hybrid", "--trace", "t.json"];
    const { status, stdout, stderr } = pinlab(...args);
    expect([status, stderr]).toEqual([0, ""]);
    const { trace, notes } = JSON.parse(stdout).pinlab;
    expect(trace.dropped).toBeGreaterThan(0);
    expect(trace).toMatchObject({ kept: 131_072, written: trace.kept + trace.dropped });
    expect(notes.join()).toContain("include the recording");
    const chrome = JSON.parse(readFileSync(join(folder, "t.json"), "utf8")) as ChromeFile;
    expect(chromeProblems(chrome)).toEqual([]);
    expect(chrome.otherData).toMatchObject({ scheme: "hybrid", dropped: trace.dropped });
    const ftrace = readFtrace(readFileSync(join(folder, "t.ftrace"), "utf8"));
    expect(ftrace.lines).toHaveLength(ftrace.inBuffer);
    expect(new Set(ftrace.lines.map(({ task }) => task))).toEqual(
      new Set(["reader.0", "reader.1"]),
    );
    const there = readdirSync(folder).filter((name) => name !== "dangling");
    expect(there.sort()).toEqual(["job.fio", "t.ftrace", "t.json"]);
  });

  test("the report says it too", () => {
    const { stdout } = pinlab("--trace", "t.json");
    expect(stdout).toMatch(
      /^ {2}trace {8}: 131k of \S+ events kept, \S+ dropped: the newest 65\.5k/m,
    );
  });

  test("a trace that cannot be written loses neither the result nor the other file", () => {
    symlinkSync("/dev/full", join(folder, "full.json"));
    const { status, stdout, stderr } = pinlab("--trace", "full.json", "--output-format", "json");
    expect(status).toBe(104);
    expect(stderr).toContain('"full.json": no space is left');
    expect(JSON.parse(stdout).pinlab.trace.kept).toBeGreaterThan(0);
    const ftrace = readFtrace(readFileSync(join(folder, "full.ftrace"), "utf8"));
    expect(ftrace.lines.length).toBeGreaterThan(0);
  });

  test.each([
    { args: ["--trace", "-"], says: /--trace.*standard output is for the results/s },
    { args: ["--trace", "job.fio"], says: /the job file itself/ },
    {
      args: ["--trace", "x.json", "--hlog", "x.ftrace"],
      says: /"x\.ftrace" is the file of --hlog/,
    },
    { args: ["--trace", "x", "--output", "./x"], says: /"x" is the file of --output/ },
    { args: ["--trace", "t.ftrace"], says: /"t\.ftrace" is the file of --trace/ },
    { args: ["--junit", "d.xml", "--hlog", "dangling"], says: /is the file of --/ },
    { args: ["--trace", "no/such/x.json"], says: /no\/such\/x\.json.*directory does not exist/ },
    { args: ["--trace", "."], says: /directory/ },
  ])("$args is refused", ({ args, says }) => {
    const { status, stdout, stderr } = pinlab(...args);
    expect([status, stdout]).toEqual([104, ""]);
    expect(stderr).toMatch(says);
  });
});

describe("a log that is replayed", () => {
  const LOG = "fio version 3 iolog\n0 /f add\n0 /f open\n1 /f read 0 4096\n2 /f close\n";
  test.each(["--output", "--hlog", "--junit", "--openmetrics", "--trace"])(
    "is not the file of %s",
    (flag) => {
      const job = join(folder, "replay.fio");
      const log = join(folder, "log");
      writeFileSync(log, LOG);
      writeFileSync(job, `[j]\nioengine=libaio\ndirect=1\nread_iolog=${log}\n`);
      const options = { cwd: folder, encoding: "utf8" } as const;
      const args = [MAIN, "run", "replay.fio", "--quiet", flag, "./log"];
      const { status, stderr } = spawnSync(process.execPath, args, options);
      expect([status, readFileSync(log, "utf8")]).toEqual([104, LOG]);
      expect(stderr).toContain(`${flag}: "./log" is a log that is replayed`);
    },
  );
});
