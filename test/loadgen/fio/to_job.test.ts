import { describe, expect, test } from "vitest";
import { FIO_PERCENTILES } from "../../../src/scenario/defaults.ts";
import { foundWith, jobWith, problemsIn, read } from "./reading.ts";

describe("size and io_size", () => {
  test.each([
    [["size=1m"], 2 ** 20, 2 ** 20],
    [["size=1m", "io_size=3m"], 2 ** 20, 3 * 2 ** 20],
    [["size=1m", "io_limit=50%"], 2 ** 20, 2 ** 19],
    [["size=0", "filesize=1m", "nrfiles=4"], 2 ** 22, 2 ** 22],
    [["size=0", "filesize=1m-2m"], 2 ** 20, 2 ** 20],
  ])("%j", (lines, size, ioSize) => {
    const { sizeBytes, ioSizeBytes } = jobWith(...lines);
    expect([sizeBytes, ioSizeBytes]).toEqual([size, ioSize]);
  });

  test("are needed, unless a runtime ends the job", () => {
    expect(problemsIn("[j]\nrw=read\n")).toEqual([
      {
        where: "jobs/some.fio:1",
        found: "no size, and no file that has one",
        accepted: "size=, a runtime=, or a filename= of a file that exists",
      },
    ]);
    expect(foundWith("size=0")).toHaveLength(1);
    expect(read("[j]\nruntime=5\ndirect=1\n").notes).toEqual([
      "job j: no size is given: 67108864 bytes (64 MiB) are taken",
    ]);
    expect(foundWith("size=50%")).toEqual(["3: size=50% of a file that is not there"]);
  });

  test.each(["-1", "99999999999999999999", "9999t", "x", "1.5g", "0%", "101%", "", "1gg"])(
    "size=%s is refused once",
    (size) => {
      expect(problemsIn(`[j]\nsize=${size}\n`)).toHaveLength(1);
    },
  );
});

describe("when a job ends", () => {
  test("by time, by number of I/Os, or by size", () => {
    expect(jobWith("runtime=30")).toMatchObject({ runtimeMs: 30_000, timeBased: false });
    expect(jobWith("timeout=1m", "time_based")).toMatchObject({
      runtimeMs: 60_000,
      timeBased: true,
    });
    expect(jobWith("number_ios=1k").numberIos).toBe(1024);
    expect(jobWith("runtime=0")).toMatchObject({ runtimeMs: undefined, numberIos: undefined });
  });

  test("not by time_based without a runtime, as in fio", () => {
    const { groups, notes } = read("[j]\nsize=1m\ndirect=1\ntime_based\n");
    expect(groups[0]?.jobs[0]?.timeBased).toBe(false);
    expect(notes).toEqual(["job j: time_based without a runtime has no effect"]);
  });
});

describe("rw", () => {
  test.each([
    ["read", 100, false],
    ["write", 0, false],
    ["rw", 50, false],
    ["readwrite", 50, false],
    ["randread", 100, true],
    ["randwrite", 0, true],
    ["randrw", 50, true],
    ["randread:8", 100, true],
    ["write:4k", 0, false],
  ])("%s", (rw, readPercent, random) => {
    expect(jobWith(`rw=${rw}`)).toMatchObject({ readPercent, random });
    expect(jobWith(`readwrite=${rw}`)).toMatchObject({ readPercent, random });
  });

  test.each(["trim", "randtrim", "trimwrite", "randtrimwrite"])("%s is refused", (rw) => {
    expect(foundWith(`rw=${rw}`)).toEqual([
      `3: rw: rw=${rw}: a trim pins nothing and moves no data; use a read or a write`,
    ]);
  });

  test("mixes by rwmixread or rwmixwrite, the last one named", () => {
    expect(jobWith("rw=rw", "rwmixread=60", "rwmixwrite=60").readPercent).toBe(40);
    expect(jobWith("rw=read", "rwmixread=60").readPercent).toBe(100);
  });
});

describe("percentile_list", () => {
  test("is sorted, each value once; fio's own when not given", () => {
    expect(jobWith("percentile_list=99.9:50:99.9:1").percentiles).toEqual([1, 50, 99.9]);
    expect(jobWith().percentiles).toEqual(FIO_PERCENTILES);
  });

  test.each([Array(21).fill(5).join(":"), "0", "101", "99,50", "x", "50::99"])(
    "%s is refused",
    (list) => {
      expect(foundWith(`percentile_list=${list}`)).toHaveLength(1);
    },
  );
});

describe("the name", () => {
  test("may not hold control characters", () => {
    const found = 'a control character in the name "a\\x1b[2Jb"';
    expect(problemsIn("[a\u001b[2Jb]\nsize=1m\n")).toMatchObject([{ found }]);
    expect(foundWith("name=a\u001b[2Jb")).toEqual([`3: ${found}`]);
  });

  test("of the file whose pages the buffers are neither", () => {
    const found = '3: a control character in the file "/a\\x1b[2Jb"';
    expect(foundWith("mem=mmapshared:/a\u001b[2Jb")).toEqual([found]);
  });
});
