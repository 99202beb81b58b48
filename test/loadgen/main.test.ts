import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { builtFile } from "../../src/machine/built.ts";

const MAIN = fileURLToPath(builtFile("loadgen/main.js"));
const JOB = "[reader]\nioengine=libaio\ndirect=1\nrw=randread\nbs=4k\niodepth=16\nsize=64m\n";
let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "pinlab-main-"));
  writeFileSync(join(folder, "job.fio"), JOB);
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function pinlab(args: readonly string[], input = "") {
  const options = { cwd: folder, input, encoding: "utf8" } as const;
  return spawnSync(process.execPath, [MAIN, ...args], options);
}

const QUICK = ["--duration", "100ms", "--warmup", "0"];

describe("pinlab run", () => {
  test("prints progress to standard error and a summary to standard output", () => {
    const { status, stdout, stderr } = pinlab(["run", "job.fio", "--duration", "1200ms"]);
    expect(status).toBe(0);
    expect(stderr).toMatch(/^Jobs: 1: \[R\(1\)\]\[\d+%\]\[[\d.]+[kMG]? ops\/s\]\[eta 00m:0\ds\]$/m);
    expect(stdout).toMatch(/reader: \(groupid=0, jobs=1\): err= 0/);
    expect(stdout).toMatch(/pin_fast/);
    expect(stdout).toMatch(/all hold/);
  });

  test("--quiet says nothing but the results", () => {
    const { stderr } = pinlab(["run", "job.fio", "--quiet", ...QUICK]);
    expect(stderr).toBe("");
  });

  test("reads a job from standard input", () => {
    const { status, stdout } = pinlab(["run", "-", ...QUICK], JOB);
    expect(status).toBe(0);
    expect(stdout).toContain("reader");
  });

  test("json+ is fio's JSON with the pinlab object, alone on standard output", () => {
    const args = ["run", "job.fio", "--output-format", "json+", "--scheme", "exact", ...QUICK];
    const { stdout } = pinlab(args);
    const parsed = JSON.parse(stdout);
    expect(parsed.jobs[0].jobname).toBe("reader");
    expect(parsed.jobs[0].read.total_ios).toBeGreaterThan(0);
    expect(Object.keys(parsed.jobs[0].read.clat_ns.bins).length).toBeGreaterThan(0);
    expect(parsed.pinlab.scheme).toBe("exact");
    expect(parsed.pinlab.vmstat.nr_foll_pin_acquired).toBeGreaterThan(0);
  });

  test("--output and --hlog write files and leave nothing else behind", () => {
    const out = ["--output", "result.json", "--output-format", "json", "--hlog", "result.hlog"];
    const { status, stdout } = pinlab(["run", "job.fio", ...out, ...QUICK]);
    expect(status).toBe(0);
    expect(stdout).toBe("");
    expect(JSON.parse(readFileSync(join(folder, "result.json"), "utf8")).jobs).toHaveLength(1);
    const hlog = readFileSync(join(folder, "result.hlog"), "utf8");
    expect(hlog).toMatch(/^#\[Histogram log format version 1\.3\]/m);
    expect(hlog).toContain("Tag=pin_fast,");
    const names = readdirSync(folder).sort();
    expect(names).toEqual(["job.fio", "result.hlog", "result.json"]);
  });

  test("--output - is standard output, and a bias that does nothing is noted", () => {
    const args = [
      "run",
      "job.fio",
      "--output",
      "-",
      "--scheme",
      "exact",
      "--bias",
      "512",
      ...QUICK,
    ];
    const { status, stdout } = pinlab(args);
    expect(status).toBe(0);
    expect(stdout).toMatch(/pin_fast/);
    expect(stdout).toContain("--bias 512: exact counts pins without a bias");
  });

  test("a named pipe that nobody reads is refused, not waited for", () => {
    spawnSync("mkfifo", [join(folder, "pipe")]);
    const { status, stderr } = pinlab(["run", "job.fio", "--output", "pipe", ...QUICK]);
    rmSync(join(folder, "pipe"));
    expect(status).toBe(104);
    expect(stderr).toContain("named pipe");
  });

  test("--show-config prints the scenario and runs nothing", () => {
    const { status, stdout } = pinlab(["run", "job.fio", "--show-config", "--bias", "4096"]);
    const scenario = JSON.parse(stdout);
    expect(status).toBe(0);
    expect(scenario.machine).toMatchObject({ scheme: "bias", bias: 4096, rules: "5.0" });
    expect(scenario.groups[0].jobs[0]).toMatchObject({ pattern: "direct_io", iodepth: 16 });
  });

  test("--cmdhelp tells what becomes of fio's options, and of one", () => {
    expect(pinlab(["run", "--cmdhelp"]).stdout).toMatch(/^Modelled/);
    expect(pinlab(["run", "--cmdhelp", "iodepth"]).stdout).toMatch(/^iodepth \(modelled\)/);
    const { status, stderr } = pinlab(["run", "--cmdhelp", "iodeph"]);
    expect(status).toBe(104);
    expect(stderr).toContain("did you mean iodepth?");
  });
});

describe("bad input gets one clear message and its status", () => {
  const twice = "[j]\ndirect=1\nrw=randread\nsize=10g\nbs=1g\niodepth=64\nioengine=libaio\n";
  const rows: { args: string[]; input?: string; status: number; says: RegExp }[] = [
    { args: ["run"], status: 104, says: /no file is named/ },
    { args: ["run", "missing.fio"], status: 104, says: /missing\.fio: no such file/ },
    { args: ["run", "."], status: 104, says: /directory/ },
    { args: ["run", "-"], input: "", status: 104, says: /stdin/ },
    { args: ["run", "-"], input: "\0\x01\x02binary", status: 104, says: /stdin/ },
    { args: ["run", "-"], input: `${JOB}iodpeth=4\n`, status: 104, says: /stdin:8.*iodepth/s },
    { args: ["run", "-"], input: `${JOB}numjobs=100000\n`, status: 104, says: /128/ },
    { args: ["run", "-"], input: `${JOB}size=-4k\n`, status: 104, says: /stdin:8: size/ },
    { args: ["run", "-"], input: `${twice}numjobs=100\n`, status: 104, says: /4096 MiB/ },
    { args: ["run", "job.fio", "--bias", "0"], status: 104, says: /--bias.*2 to 1048576/s },
    { args: ["run", "job.fio", "--bias", "1"], status: 104, says: /--bias/ },
    { args: ["run", "job.fio", "--bias", "2147483648"], status: 104, says: /--bias/ },
    { args: ["run", "job.fio", "--scheme", "bias+lok"], status: 104, says: /mean bias\+lock\?/ },
    { args: ["run", "job.fio", "--executor", "gpu"], status: 104, says: /threads/ },
    { args: ["run", "job.fio", "--duration", "soon"], status: 104, says: /--duration/ },
    { args: ["run", "job.fio", "--sample", "-1"], status: 104, says: /--sample/ },
    { args: ["run", "job.fio", "--output", "no/such/x"], status: 104, says: /no\/such\/x/ },
    { args: ["run", "job.fio", "--hlog", "."], status: 104, says: /it is a directory/ },
    { args: ["run", "job.fio", "--hlog", "-"], status: 104, says: /--hlog.*name of a file/s },
    {
      args: ["run", "job.fio", "--hlog", "x", "--output", "./x"],
      status: 104,
      says: /two different files/,
    },
    { args: ["run", "job.fio", "--output", "job.fio"], status: 104, says: /job file itself/ },
    { args: ["run", "job.fio", "--colour"], status: 104, says: /unknown option/ },
    { args: ["rum"], status: 104, says: /Did you mean run/ },
  ];
  test.each(rows)("$args", ({ args, input, status, says }) => {
    const ended = pinlab(args, input);
    expect(ended.status).toBe(status);
    expect(ended.stderr).toMatch(says);
    expect(ended.stderr).not.toMatch(/^\s+at /m);
    expect(ended.stdout).toBe("");
  });

  test("every problem of flags and file is told at once", () => {
    const { stderr } = pinlab(["run", "-", "--bias", "1", "--seed", "x"], "[j]\nbs=x\nfoo=1\n");
    for (const where of ["--bias", "--seed", "stdin:2", "stdin:3"]) expect(stderr).toContain(where);
  });
});

describe("interruption", () => {
  test("Ctrl-C ends a long run within a second, writes what was measured, exits 105", async () => {
    const args = [MAIN, "run", "job.fio", "--duration", "10m", "--warmup", "0"];
    const child = spawn(process.execPath, args, { cwd: folder });
    let stdout = "";
    let askedAt = 0;
    child.stdout.on("data", (text) => {
      stdout += text;
    });
    child.stderr.once("data", () => {
      askedAt = performance.now();
      child.kill("SIGINT");
      // The same key press, delivered a second time by a launcher.
      setTimeout(() => child.kill("SIGINT"), 10);
    });
    const status = await new Promise((resolve) => child.on("close", resolve));
    const tookMs = performance.now() - askedAt;
    expect(status).toBe(105);
    expect(stdout).toMatch(/reader: .*err= 0/);
    process.stdout.write(`interrupted run ended after ${Math.round(tookMs)} ms\n`);
  }, 30_000);

  test("a reader that goes away is no crash", () => {
    const quietly = ["run", "job.fio", "--quiet", ...QUICK].join(" ");
    const command = `"${process.execPath}" "${MAIN}" ${quietly} | head -1`;
    const { status, stderr } = spawnSync("bash", ["-c", command], {
      cwd: folder,
      encoding: "utf8",
    });
    expect(status).toBe(0);
    expect(stderr).toBe("");
  });
});
