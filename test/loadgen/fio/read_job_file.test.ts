import { describe, expect, test } from "vitest";
import { DEFAULT_JOB } from "../../../src/scenario/defaults.ts";
import { jobWith, problemsIn, read } from "./reading.ts";

describe("a file as fio's users write it", () => {
  const text = `
; several globals, comments in both dialects
[global]
ioengine=libaio
direct=1          # O_DIRECT
bs=16k
iodepth=8
runtime=2m
directory=/somewhere
name=everything

[first]
rw=randrw
rwmixwrite=25
size=1g
numjobs=3 ; clones

[second]
stonewall
rw=write
size=2g
bs=,64k

[global]
bs=1m
[third]
new_group
group_reporting
thread
rw=read
size=3g
`;

  test("becomes groups of jobs", () => {
    const { groups, name } = read(text);
    expect(name).toBe("some");
    expect(groups.map(({ jobs }) => jobs.map((job) => job.name))).toEqual([
      ["first"],
      ["second", "third"],
    ]);
    const [first, second, third] = groups.flatMap(({ jobs }) => jobs);
    expect(first).toEqual({
      ...DEFAULT_JOB,
      name: "first",
      pattern: "direct_io",
      ioengine: "libaio",
      clones: 3,
      readPercent: 75,
      random: true,
      readSizes: [{ minBytes: 16384, maxBytes: 16384, percent: 100 }],
      writeSizes: [{ minBytes: 16384, maxBytes: 16384, percent: 100 }],
      iodepth: 8,
      sizeBytes: 2 ** 30,
      ioSizeBytes: 2 ** 30,
      runtimeMs: 120_000,
      bufferBytes: 16384,
    });
    // As fio sizes its buffers: the largest block of any direction, used or not.
    expect([second?.bufferBytes, third?.bufferBytes]).toEqual([65536, 2 ** 20]);
    expect(second?.writeSizes[0]?.minBytes).toBe(65536);
    expect(second?.readSizes[0]?.minBytes).toBe(16384);
    expect(second?.reportingGroup).toBe(1);
    expect(third?.reportingGroup).toBe(2);
    expect(third?.readSizes[0]?.minBytes).toBe(2 ** 20);
    expect([third?.thread, third?.groupReporting]).toEqual([true, true]);
  });

  test("lists what has no effect once", () => {
    expect(read(`[global]\nnice=3\ninvalidate=1\n[a]\nsize=1m\ndirect=1\nnice=4`).notes).toEqual([
      "without effect on pinning: invalidate, nice",
    ]);
  });

  test("says of each option that is not honoured yet where it stands", () => {
    const { notes } = read("[a]\nsize=1m\ndirect=1\nrate_min=50\nrate_cycle=1000\nflow=3\n");
    expect(notes).toEqual([
      "rate_min (jobs/some.fio:4): not honoured yet, a job below it goes on",
      "flow (jobs/some.fio:6): not honoured yet, the job runs as fast as it can",
    ]);
  });

  test("names standard input", () => {
    expect(read("[a]\nsize=1m\n", { source: "-" }).name).toBe("stdin");
    const [problem] = problemsIn("[a]\nsize=1x\n", { source: "-" });
    expect(problem?.where).toBe("stdin:2");
  });
});

describe("the name of a job", () => {
  test("is the section's, or its own name= but not that of [global]", () => {
    const { groups } = read("[global]\nname=x\nsize=1m\n[a]\n[b]\nname=c\n");
    expect(groups[0]?.jobs.map((job) => job.name)).toEqual(["a", "c"]);
  });
});

describe("a stonewall", () => {
  test("opens a group, but not an empty one; in [global] for each job", () => {
    const { groups } = read("[global]\nstonewall\nsize=1m\n[a]\n[b]\n[c]\nstonewall=0\n");
    expect(groups.map(({ jobs }) => jobs.length)).toEqual([1, 2]);
  });

  test("has the alias wait_for_previous", () => {
    expect(read("[a]\nsize=1m\n[b]\nwait_for_previous\nsize=1m\n").groups).toHaveLength(2);
  });
});

describe("the actors of a group", () => {
  test("are at most 128", () => {
    const section = (name: string) => `[${name}]\nsize=1m\nnumjobs=64\n`;
    expect(problemsIn(section("a") + section("b"))).toEqual([]);
    expect(problemsIn(section("a") + section("b") + section("c"))).toMatchObject([
      { where: "jobs/some.fio:7", found: '192 actors together with job "c"' },
    ]);
    expect(problemsIn("[a]\nsize=1m\nnumjobs=100000\n")).toMatchObject([
      { where: "jobs/some.fio:3", found: 'numjobs: "100000" is more than 128' },
    ]);
  });
});

describe("substitution", () => {
  test("of the environment and of keywords, with arithmetic", () => {
    expect(jobWith(`bs=\${BLOCK}`).readSizes[0]?.minBytes).toBe(8192);
    expect(jobWith("bs=$pagesize*2").readSizes[0]?.minBytes).toBe(8192);
    expect(jobWith("numjobs=$ncpus").clones).toBe(6);
    expect(jobWith("size=($mb_memory/2)m").sizeBytes).toBe(1000 * 2 ** 20);
    expect(jobWith("iodepth=$ncpus*2", "ioengine=libaio").iodepth).toBe(12);
  });

  test("puts nothing in the place of an unset variable, and says so", () => {
    const { notes } = read(`[a]\nsize=1\${NOPE}m\ndirect=1\n`);
    expect(notes).toEqual([
      `size (jobs/some.fio:2): \${NOPE} is not set and stands for nothing, as in fio`,
    ]);
    expect(problemsIn(`[a]\nsize=\${NOPE}\n`)[0]?.found).toBe(
      `size: no value: \${NOPE} is not set`,
    );
  });

  test("reads kb_base before anything else in its section", () => {
    const job = jobWith("bs=4k", "size=1m", "kb_base=1000");
    expect([job.readSizes[0]?.minBytes, job.sizeBytes]).toEqual([4000, 1e6]);
  });
});

describe("the last of two options wins", () => {
  test.each([
    [["direct=1", "buffered=1"], "buffered_io"],
    [["buffered=1", "direct=1"], "direct_io"],
    [["buffered=0"], "direct_io"],
    [["atomic=1"], "direct_io"],
  ])("%j is %s", (lines, pattern) => {
    expect(jobWith(...lines).pattern).toBe(pattern);
  });

  test("but bssplit wins over bsrange and bsrange over bs", () => {
    expect(jobWith("bsrange=8k-32k", "bs=4k").readSizes[0]?.maxBytes).toBe(32768);
    expect(jobWith("bssplit=8k/50:16k/50", "bsrange=4k-8k").readSizes).toHaveLength(2);
  });
});
