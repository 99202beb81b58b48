import { expect, test } from "vitest";
import { jobOptions, rwName } from "../../src/results/fio_job.ts";
import { JOB } from "./fixture.ts";

const size = (minBytes: number, maxBytes = minBytes, percent = 100) => ({
  minBytes,
  maxBytes,
  percent,
});

test.each([
  [100, false, "read"],
  [0, false, "write"],
  [70, false, "rw"],
  [100, true, "randread"],
  [0, true, "randwrite"],
  [50, true, "randrw"],
])("%d percent reads, random %s, is rw=%s", (readPercent, random, name) => {
  expect(rwName({ ...JOB, readPercent, random })).toBe(name);
});

test("a job's options are those of its job file", () => {
  expect(jobOptions({ ...JOB, readPercent: 70, runtimeMs: 10_000, timeBased: true })).toEqual({
    rw: "randrw",
    rwmixread: "70",
    bs: "4096",
    ioengine: "libaio",
    iodepth: "16",
    size: "67108864",
    numjobs: "2",
    group_reporting: "1",
    runtime: "10000ms",
    time_based: "1",
  });
});

test("block sizes are said in the option that can say them", () => {
  const options = (readSizes: typeof JOB.readSizes, writeSizes: typeof JOB.writeSizes) =>
    jobOptions({ ...JOB, readSizes, writeSizes });
  expect(options([size(4096)], [size(8192)])).toMatchObject({ bs: "4096,8192" });
  expect(options([size(4096, 65_536)], [size(4096)])).toMatchObject({
    bsrange: "4096-65536,4096-4096",
  });
  const split = [size(4096, 4096, 60), size(65_536, 65_536, 40)];
  expect(options(split, split)).toMatchObject({ bssplit: "4096/60:65536/40" });
});

test("a pattern that moves no blocks has no words of fio's for them", () => {
  expect(jobOptions({ ...JOB, pattern: "mapper", clones: 1, groupReporting: false })).toEqual({});
});
