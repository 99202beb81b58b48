import { describe, expect, test } from "vitest";
import { foundWith, jobWith, read } from "./reading.ts";

const bytes = (aSecond: number) => ({ per: "bytes", aSecond });
const ios = (aSecond: number) => ({ per: "ios", aSecond });
const notesWith = (...lines: string[]) =>
  read(`[j]\nsize=64m\ndirect=1\n${lines.join("\n")}\n`).notes;

describe("rate and rate_iops", () => {
  test.each([
    ["rate=1m", bytes(2 ** 20), bytes(2 ** 20)],
    ["rate=1m,500k", bytes(2 ** 20), bytes(500 * 1024)],
    ["rate=,500k", undefined, bytes(500 * 1024)],
    ["rate=1m,", bytes(2 ** 20), undefined],
    ["rate=1m,2m,3m", bytes(2 ** 20), bytes(2 ** 21)],
    ["rate=0,1k", undefined, bytes(1024)],
    ["rate_iops=100", ios(100), ios(100)],
    ["rate_iops=1k,50", ios(1024), ios(50)],
    ["rate_iops=$ncpus*100", ios(600), ios(600)],
  ])("%s", (line, forReads, forWrites) => {
    expect(jobWith("rw=rw", line).arrivals).toEqual({
      process: "linear",
      read: forReads,
      write: forWrites,
    });
  });

  test("of a direction that the job does not use is left out, as in fio", () => {
    expect(jobWith("rw=write", "rate=1m").arrivals).toMatchObject({ read: undefined });
    expect(jobWith("rw=read", "rate=,500k").arrivals).toBeUndefined();
    expect(notesWith("rw=read", "rate=,500k")).toEqual([
      "job j: its rate is for a direction that it does not use",
    ]);
  });

  test("an empty part keeps what was set before", () => {
    const { arrivals } = jobWith("rw=rw", "rate_iops=100", "rate_iops=,5");
    expect([arrivals?.read, arrivals?.write]).toEqual([ios(100), ios(5)]);
    expect(jobWith("rate=1m", "rate=0").arrivals).toBeUndefined();
  });

  test("a dash or a colon parts reads and writes, which is said", () => {
    expect(jobWith("rw=rw", "rate=1k-2k").arrivals).toMatchObject({ write: bytes(2048) });
    expect(notesWith("rate=1k:2k")).toEqual([
      "rate (jobs/some.fio:4): 1k:2k is 1k for reads and 2k for writes, as fio reads it",
    ]);
  });

  test("exclude each other, in whatever direction", () => {
    const found = "rate and rate_iops together";
    expect(foundWith("rate=1m", "rate_iops=5")).toEqual([`4: ${found}`]);
    expect(foundWith("rw=write", "rate_iops=,5", "rate=1m,")).toEqual([`4: ${found}`]);
    expect(foundWith("rate=1m", "rate_iops=0")).toEqual([]);
  });

  test.each(["-1", "x", "", "1,2,3,4", ",", ",,", "1.5m", "20000000000g", "1m,x"])(
    "%s is refused once",
    (value) => {
      expect(foundWith(`rate=${value}`)).toHaveLength(1);
      expect(foundWith(`rate_iops=${value}`)).toHaveLength(1);
    },
  );
});

describe("rate_process", () => {
  test("says how the starts lie; without a rate it has no effect, which is said", () => {
    const job = jobWith("rate_iops=5", "rate_process=poisson");
    expect(job.arrivals).toEqual({ process: "poisson", read: ios(5), write: undefined });
    expect(jobWith("rate_process=poisson").arrivals).toBeUndefined();
    expect(notesWith("rate_process=poisson")).toEqual([
      "job j: rate_process without a rate has no effect",
    ]);
    expect(foundWith("rate_process=possion")).toEqual([
      '3: rate_process: "possion"; did you mean poisson?',
    ]);
  });
});

describe("rate_ignore_thinktime", () => {
  test("holds the rate while a job thinks", () => {
    const lines = ["rate_iops=5", "thinktime=5"];
    expect(jobWith(...lines).thinktime).not.toHaveProperty("holdsRate");
    expect(jobWith(...lines, "rate_ignore_thinktime=1").thinktime?.holdsRate).toBe(true);
    expect(notesWith(...lines, "rate_ignore_thinktime=1")).toEqual([]);
    expect(foundWith("rate_ignore_thinktime=2")).toHaveLength(1);
  });
});
