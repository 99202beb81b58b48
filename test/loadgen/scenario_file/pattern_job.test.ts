import { describe, expect, test } from "vitest";
import { complaints, jobWith, read, withJob } from "./reading.ts";

describe("fio's words mean what they mean in a job file", () => {
  test("all kinds of values", () => {
    const job = jobWith(
      "pattern: direct_io",
      "name: reader",
      "rw: randrw",
      "rwmixread: 70",
      "bssplit: 4k/60:64k/40",
      "iodepth: 16",
      "numjobs: $ncpus",
      "size: 64m",
      "runtime: 10",
      "time_based: true",
      "thread: 1",
      "rate_iops: 1k,500",
      "mem: mmapshared:/data",
      "percentile_list: 50:99",
    );
    expect(job).toMatchObject({
      name: "reader",
      ioengine: "libaio",
      readPercent: 70,
      random: true,
      readSizes: [{ minBytes: 4096 }, { maxBytes: 65536 }],
      iodepth: 16,
      clones: 6,
      sizeBytes: 64 << 20,
      runtimeMs: 10_000,
      timeBased: true,
      thread: true,
      arrivals: { read: { aSecond: 1024 }, write: { aSecond: 500 } },
      bufferFile: "/data",
      percentiles: [50, 99],
    });
  });

  test("a switch may be off", () => {
    expect(jobWith("pattern: direct_io", "thread: false").thread).toBe(false);
  });

  test("a size that nobody gives is 64 MiB, and nobody is told", () => {
    const { groups, notes } = read(withJob("pattern: direct_io"));
    expect(groups[0]?.jobs[0]?.sizeBytes).toBe(64 << 20);
    expect(notes).toEqual([]);
  });

  test.each([
    ["bs: 4x", '3: jobs.0.bs: bs: "4x": no unit x; bs takes a whole number'],
    ["numjobs: 200", '3: jobs.0.numjobs: numjobs: "200" is more than 128; numjobs takes'],
    ["thread: maybe", '3: jobs.0.thread: thread: "maybe" is neither 0 nor 1; thread takes'],
    ["bs: 100", "3: jobs.0.bs: blocks of 100 bytes with direct=1; multiples of 512"],
    ["bs: [4k]", "3: jobs.0.bs: found a list; bs takes a whole number"],
    ['bs: ""', "3: jobs.0.bs: bs: no value; bs takes"],
    ["size: 1k", "3: jobs.0.size: size 1024 is smaller than the smallest block, 4096"],
    ['name: "a\\nb"', "3: jobs.0.name: a control character in the name"],
  ])("%s", (line, start) => {
    const [first = "", ...others] = complaints(withJob("pattern: direct_io", line));
    expect(first.slice(0, start.length)).toBe(start);
    expect(others).toEqual([]);
  });
});

describe("the patterns' own words", () => {
  test.each([
    [["direct_io", "acquire: get", "release: put_page"], { acquire: "get", release: "put_page" }],
    [["buffered_io", "file: /data", "rw: write"], { file: "/data", readPercent: 0 }],
    [["fixed_buffers", "iodepth: 4", "region: 1m"], { bufferBytes: 1 << 18, iodepth: 4 }],
    [["rdma_mr", "bs: 100", "lifetime: 2s"], { bufferBytes: 100, lifetimeMs: 2000 }],
    [["rdma_mr", "rw: randrw"], { random: true, ioengine: "rdma" }],
    [["xsk_umem", "frame: 2048", "region: 8m"], { frameBytes: 2048, bufferPages: 2048 }],
    [["xsk_umem"], { bufferPages: 4096 }],
    [["mapper", "references: 2000", "region: 5k"], { references: 2000, bufferPages: 2 }],
    [["mapper", "mem: mmapshared:/data"], { bufferFile: "/data" }],
    [["gup_test", "batch: 64", "walk: hot"], { pagesPerCall: 64, walk: "hot" }],
    [["reclaim", "every: 5ms", "batch: 128"], { everyMs: 5, batchPages: 128 }],
  ])("%j", ([pattern = "", ...lines], part) => {
    expect(jobWith(`pattern: ${pattern}`, ...lines)).toMatchObject({ pattern, ...part });
  });

  test.each([
    [["writeback", "every: 20ms", "sync: all"], { everyMs: 20, fsync: true }],
    [["writeback", "sync: none"], { everyMs: 0, fsync: false }],
    [["truncate", "kind: punch", "batch: 64"], { punch: true, batchPages: 64 }],
    [["truncate", "kind: truncate", "runtime: 5"], { punch: false, runtimeMs: 5000 }],
  ])("%j", ([pattern = "", ...lines], part) => {
    const text = withJob(`pattern: ${pattern}`, "file: /data", ...lines);
    const [job] = read(`files: { /data: 1m }\n${text}`).groups[0]?.jobs ?? [];
    expect(job).toMatchObject({ pattern, file: "/data", ...part });
  });

  test("a region holds the buffers of all the I/Os in flight", () => {
    const lines = ["pattern: rdma_mr", "bs: 64k", "iodepth: 4", "region: 255k"];
    expect(complaints(withJob(...lines))).toEqual([
      "5: jobs.0.region: found 261120 bytes; at least 262144 bytes: iodepth 4 times 65536",
    ]);
  });

  test("a word of another pattern is none of this one", () => {
    expect(complaints(withJob("pattern: writeback", "file: /d", "iodepth: 4"))[0]).toMatch(
      /^4: jobs\.0\.iodepth: an unknown key; pattern, name,/,
    );
  });
});
