import * as fc from "fast-check";
import { expect, test } from "vitest";
import { jobOptions, rwName } from "../../src/results/fio_job.ts";
import { headerLines } from "../../src/results/fio_text.ts";
import { jobWith } from "../loadgen/fio/reading.ts";
import { JOB, runRecord, scenario } from "./fixture.ts";

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
    bsrange: "4096-65536,",
    bs: ",4096",
  });
  const split = [size(4096, 4096, 60), size(65_536, 65_536, 40)];
  expect(options(split, split)).toMatchObject({ bssplit: "4096/60:65536/40" });
});

const bytes = fc.integer({ min: 1, max: 64 }).map((blocks) => blocks * 512);
const sizes = fc.oneof(
  bytes.map((one) => [size(one)]),
  fc.tuple(bytes, bytes).map(([a, b]) => [size(Math.min(a, b), Math.max(a, b))]),
  fc.tuple(bytes, bytes, fc.integer({ min: 1, max: 99 })).map(([a, b, percent]) => {
    return [size(a, a, percent), size(b, b, 100 - percent)];
  }),
);

test("block sizes make the same job when they are read back", () => {
  fc.assert(
    fc.property(sizes, sizes, (readSizes, writeSizes) => {
      const options = jobOptions({ ...JOB, readSizes, writeSizes });
      const lines = Object.entries(options).map(([name, value]) => `${name}=${value}`);
      expect(jobWith(...lines)).toMatchObject({ readSizes, writeSizes });
    }),
  );
});

test("a replay has the options of its log, and none of what the log says itself", () => {
  const files = ["/logs/a:b", "/logs/c", "/logs/a:b"];
  const replay = { files, keepsTime: true, timeScalePercent: 100, skip: [], largestBytes: 4096 };
  const rest = { ioengine: "libaio", iodepth: "16", numjobs: "3", group_reporting: "1" };
  const job = { ...JOB, clones: 3, replay };
  expect(jobOptions(job)).toEqual({ read_iolog: "/logs/a\\:b:/logs/c", ...rest });
  const changed = { keepsTime: false, timeScalePercent: 50, skip: ["write"] } as const;
  expect(jobOptions({ ...job, replay: { ...replay, ...changed } })).toMatchObject({
    replay_no_stall: "1",
    replay_time_scale: "50",
    replay_skip: "write",
  });
  const text = headerLines(runRecord({ scenario: scenario({ groups: [{ jobs: [job] }] }) }));
  expect(text[0]).toBe("db: (g=0): read_iolog=/logs/a:b and 1 more, ioengine=libaio, iodepth=16");
});

test("a pattern that moves no blocks has no words of fio's for them", () => {
  expect(jobOptions({ ...JOB, pattern: "mapper", clones: 1, groupReporting: false })).toEqual({});
});
