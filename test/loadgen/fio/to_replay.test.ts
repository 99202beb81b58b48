import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readJobFile } from "../../../loadgen/fio/read_job_file.ts";
import { scanLog } from "../../../src/scenario/iolog/scan_log.ts";
import { ConfigurationError } from "../../../src/scenario/problem.ts";
import type { Job } from "../../../src/scenario/scenario.ts";
import { LogFolder } from "../../support/logs.ts";
import { testNeeding } from "../../support/needs.ts";
import { exactRun } from "../../support/runs.ts";

const folder = new LogFolder();
const LOG = folder.v3("log", "1 read 0 4096", "2 write 512 65536", "3 write 0 4096", "4 sync 0 0");
const ONE = folder.v3("one", "1 read 0 4096");
const WAITS = folder.v2("waits", "wait 500 0", "read 0 4096", "trim 0 4096");

function read(...lines: string[]): { job: Job | undefined; notes: readonly string[] } {
  const text = `[j]\nioengine=libaio\ndirect=1\n${lines.join("\n")}\n`;
  const { groups, notes } = readJobFile({ source: "j.fio", text, env: {}, cpus: 2, memoryMb: 1 });
  return { job: groups[0]?.jobs[0], notes };
}

/** `WHERE: FOUND` of each problem. */
function problems(...lines: string[]): string[] {
  try {
    read(...lines);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return error.problems.map(({ where, found }) => `${where}: ${found}`);
  }
  return [];
}

describe("a job with read_iolog", () => {
  test("replays in place of rw= and needs no size", () => {
    const { job, notes } = read("rw=randread", `read_iolog=${LOG}`);
    expect(job?.replay).toEqual({
      files: [LOG],
      ...{ keepsTime: true, timeScalePercent: 100, skip: [], largestBytes: 65536 },
    });
    expect(job).toMatchObject({ random: false, pattern: "direct_io" });
    expect(job?.readPercent).toBeCloseTo(100 / 3);
    expect(notes).toContain(`job j: replays ${LOG}: 1 reads, 2 writes, without 1 syncs`);
  });

  test("goes round a list, one log a clone, as fio does", () => {
    const { job, notes } = read("numjobs=3", `read_iolog=${LOG}:${ONE}`);
    expect(job?.replay?.files).toEqual([LOG, ONE, LOG]);
    expect(notes.join()).toContain("2 I/O logs, 3 clones together: 3 reads, 4 writes");
  });

  test("takes a name with a colon in it", () => {
    const log = folder.v3("a:b", "1 read 0 4096");
    expect(read(`read_iolog=${log.replaceAll(":", "\\:")}`).job?.replay?.files).toEqual([log]);
  });

  test("obeys the replay options", () => {
    const lines = ["replay_no_stall=1", "replay_time_scale=200", "replay_skip=write,trim"];
    const { job, notes } = read(`read_iolog=${LOG}`, ...lines);
    expect(job?.replay).toMatchObject({ keepsTime: false, timeScalePercent: 200, skip: ["write"] });
    expect(job?.readPercent).toBe(100);
    expect(notes.join()).toContain("without 1 syncs, 2 skipped I/Os");
  });

  test("goes by its log's times, whatever rate it is given", () => {
    const { job, notes } = read(`read_iolog=${LOG}`, "rate_iops=10", "rate_process=poisson");
    expect(job?.arrivals).toBeUndefined();
    expect(notes.join()).toContain("rate_iops: a replay goes by its log's times, as in fio");
  });

  test("says what makes no difference, and what fio's waits are", () => {
    const { job, notes } = read(`read_iolog=${WAITS}`, "number_ios=1", "io_size=1m", "loops=3");
    expect(job).toMatchObject({ numberIos: undefined, loops: 1 });
    expect(notes.join()).toContain("io_size, number_ios, loops: a replay ends with its log");
    expect(notes.join()).toContain("wait N lasts until N ms after the start, as in fio 3.33");
    const scaled = read(`read_iolog=${WAITS}`, "replay_time_scale=200");
    expect(scaled.notes.join()).toContain("the start, whatever replay_time_scale says, as in fio");
    const free = read(`read_iolog=${WAITS}`, "replay_no_stall=1").notes.join();
    expect(free).not.toContain("wait N");
  });

  test.each([
    [["read_iolog=-"], "j.fio:4: read_iolog: standard input cannot be read twice; name a file"],
    [["read_iolog=:"], "j.fio:4: read_iolog: no name"],
    [["read_iolog=/nowhere/log"], 'j.fio:4: read_iolog "/nowhere/log": no such file'],
    [["merge_blktrace_file=x", `read_iolog=${ONE}`], "j.fio:4: merge_blktrace_file: traces of"],
    [[`read_iolog=${ONE}`, "replay_skip=read,erase"], 'j.fio:5: replay_skip: "erase"'],
    [[`read_iolog=${ONE}`, "replay_skip=read"], "no read or write but the 1 that are skipped"],
    [[`read_iolog=${ONE}`, "replay_time_scale=0"], 'j.fio:5: replay_time_scale: "0"'],
  ])("%j is refused", (lines, found) => {
    expect(problems(...lines)).toEqual([expect.stringContaining(found)]);
  });

  test("with direct=1 takes whole sectors, unless fio moves the offsets", () => {
    const odd = folder.v3("odd", "1 read 100 4096");
    expect(problems(`read_iolog=${odd}`)).toEqual([
      `${odd}:4: 4096 bytes at 100, which O_DIRECT refuses`,
    ]);
    expect(problems(`read_iolog=${odd}`, "replay_align=4096")).toEqual([]);
    expect(problems(`read_iolog=${odd}`, "direct=0")).toEqual([]);
  });

  test("scans a log of many jobs once", () => {
    const log = folder.long("shared", 40_000);
    const scans: number[] = [];
    const jobs = ["a", "b", "c"].map((name) => `[${name}]\n`).join("");
    const text = `[global]\nread_iolog=${log}\ndirect=1\n${jobs}`;
    const onScan = ({ bytes }: { bytes: number }) => scans.push(bytes);
    readJobFile({ source: "j.fio", text, env: {}, cpus: 2, memoryMb: 1, onScan });
    expect(scans).toEqual([...new Set(scans)]);
  });
});

interface Directions {
  read: readonly [number, number];
  write: readonly [number, number];
}

/** Runs fio in the folder; what its job has read and written: I/Os and bytes. */
function fio(...options: string[]): Directions {
  const output = join(folder.path, "fio.json");
  const format = ["--output-format=json", `--output=${output}`];
  execFileSync("fio", ["--name=j", ...options, ...format], { cwd: folder.path, stdio: "ignore" });
  const text = readFileSync(output, "utf8");
  const [job] = JSON.parse(text.slice(text.indexOf("{"))).jobs;
  const of = (name: "read" | "write") => [job[name].total_ios, job[name].io_bytes] as const;
  return { read: of("read"), write: of("write") };
}

/** What pinlab makes of the same log. */
async function replayed(log: string): Promise<Directions & { pins: number | undefined }> {
  const { job } = read(`read_iolog=${log}`, "replay_no_stall=1");
  const record = await exactRun({ ...job }, { scheme: "hybrid" });
  const [ran] = record.jobs;
  const of = (name: "read" | "write") => [ran?.[name].ios ?? -1, ran?.[name].bytes ?? -1] as const;
  const pins = record.vmstat.nr_foll_pin_acquired;
  return { read: of("read"), write: of("write"), pins };
}

testNeeding("fio", "a log that fio wrote replays as fio replays it, in both versions", async () => {
  const shape = ["--rw=randrw", "--bssplit=4k/40:8k/20:64k/30:1m/10", "--size=8m", "--fsync=7"];
  const file = ["--filename=data", "--ioengine=psync", "--write_iolog=written"];
  fio(...shape, ...file);
  const v3 = join(folder.path, "written");
  const lines = readFileSync(v3, "utf8").split("\n").slice(1);
  const untimed = lines.map((line) => line.replace(/^\d+ /, "")).join("\n");
  const v2 = folder.write("v2", `fio version 2 iolog\n${untimed}`);
  for (const log of [v3, v2]) {
    const wanted = fio("--ioengine=null", "--replay_no_stall=1", `--read_iolog=${log}`);
    const { pins, ...found } = await replayed(log);
    expect(found).toEqual(wanted);
    expect(pins).toBe((wanted.read[1] + wanted.write[1]) / 4096);
  }
  expect(scanLog(v3).syncs).toBeGreaterThan(0);
});

testNeeding("fio", "CR LF, tabs and several files are read as fio reads them", async () => {
  const text =
    "fio version 3 iolog\r\n1 a add\r\n1 b add\r\n2\ta  open\r\n2 b open\r\n" +
    " 3 a read 0 4096\r\n4 b read 0 8192\r\n5 a write 0 512\r\n6 b close\r\n7 a write 0 1024\r\n";
  const log = folder.write("mixed", text);
  const { pins: _, ...found } = await replayed(log);
  expect(found).toEqual(fio("--ioengine=null", "--replay_no_stall=1", `--read_iolog=${log}`));
});
