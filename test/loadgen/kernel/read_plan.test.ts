import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readPlan } from "../../../loadgen/kernel/read_plan.ts";
import { ConfigurationError } from "../../../src/scenario/problem.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "pinlab-plan-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const JOB = "[j]\ndirect=1\nsize=1m\n";

function planOf(options: string) {
  const path = join(folder, "job.fio");
  writeFileSync(path, `${JOB}${options}\n`);
  return readPlan(path, {});
}

/** What is wrong with a job, each with its line. */
function problemsOf(options: string): string[] {
  try {
    planOf(options);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return error.problems.map(({ where, found }) => `${where.split(":").at(-1)}: ${found}`);
  }
  return [];
}

describe("jobs that cannot be compared are refused where it stands, with the reason", () => {
  test.each([
    ["ramp_time=1s", "the I/Os of the ramp are not in fio's totals"],
    ["verify=crc32c", "neither in the I/O log nor in fio's totals"],
    ["fill_device=1", "would fill the disk"],
    ["create_only=1", "does no I/O"],
    ["merge_blktrace_file=x", "touches none but its scratch"],
  ])("%s", (option, reason) => {
    const [first, ...rest] = problemsOf(option);
    expect(first).toMatch(/^4: .*cannot compare/);
    expect(first).toContain(reason);
    expect(rest).toEqual([]);
  });

  test("a replay, whatever its log is like", () => {
    expect(problemsOf("read_iolog=x.log").join()).toContain("touches none but its scratch");
  });

  test("a scenario, by its name", () => {
    expect(() => readPlan("some.yaml", {})).toThrow(/some\.yaml: a scenario, and the real fio/);
  });

  test("an RDMA job", () => {
    const options = "ioengine=rdma\nrw=write\nhostname=peer\nport=1";
    expect(problemsOf(options).join()).toContain("needs an RDMA card and a peer");
  });

  test("all of them at once, with what the reader refuses", () => {
    expect(problemsOf("ramp_time=1s\nbs=oops\nverify=md5")).toHaveLength(3);
  });

  test("not the values that ask for nothing", () => {
    expect(problemsOf("ramp_time=0\nverify=0\nfill_device=0")).toEqual([]);
  });
});

describe("how long fio is given", () => {
  test("its own runtime and a minute", () => {
    expect(planOf("time_based\nruntime=5s").deadlineMs).toBe(65_000);
  });

  test("a job that would run for more than an hour is refused", () => {
    expect(problemsOf("time_based\nruntime=2h").join()).toContain("takes 7200 seconds");
  });
});

describe("where the scratch directory may be", () => {
  test("first where the job's own files would be", () => {
    expect(planOf("directory=/disk/a:/disk/b").places[0]).toBe("/disk/a");
    expect(planOf("filename=/disk/c/data").places[0]).toBe("/disk/c");
    expect(planOf("filename=data").places[0]).toBe(tmpdir());
  });
});

test("what the real fio does and the emulator does not is no matter", () => {
  const { notes } = planOf("rw=randread\npercentage_random=50\nstartdelay=1-2\nfsync=1");
  expect(notes).toEqual(["left out of the real fio's job file: fsync"]);
});
