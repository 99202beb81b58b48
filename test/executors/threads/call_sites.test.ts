import { describe, expect, test } from "vitest";
import {
  type CallSites,
  mixedCallSites,
  withCallSites,
} from "../../../src/executors/threads/call_sites.ts";

const PROMISED = ["no-overflow", "conserved-refcount"] as const;

function actor(
  name: string,
  pinsAcquired: number,
  pinsReleased: number,
  bufferFile?: string,
): CallSites {
  const [jobName = name] = name.split(".");
  const job = { name: jobName, pattern: "direct_io", bufferFile } as const;
  return { name, job, pinsAcquired, pinsReleased };
}

describe("call sites", () => {
  test("that give back what they got are in order, by whichever calls", () => {
    expect(mixedCallSites([actor("db", 4096, 4096), actor("log", 0, 0)], "bias")).toEqual([]);
  });

  test("that pin and put_page() are told by name, pattern and pages", () => {
    expect(mixedCallSites([actor("db.0", 13_345, 1000), actor("log", 7, 7)], "bias")).toEqual([
      {
        jobs: ["db"],
        words:
          "db.0 (direct_io) got 12345 pages by pin_user_pages() and gave them back by " +
          "put_page(), which takes no pin away",
      },
    ]);
  });

  test("spoil the counts of whoever's buffers are pages of the same file", () => {
    const actors = [actor("a", 9, 0, "/data"), actor("b", 5, 5, "/data"), actor("c", 5, 5, "/x")];
    expect(mixedCallSites(actors, "bias").map(({ jobs }) => jobs)).toEqual([["a", "b"]]);
  });

  test("may be mixed where pins are plain references", () => {
    expect(mixedCallSites([actor("db", 5, 0)], "refcount")).toEqual([]);
  });

  test("that get and unpin are told too, a single page as one", () => {
    expect(mixedCallSites([actor("db.1", 0, 1)], "exact")[0]?.words).toBe(
      "db.1 (direct_io) got 1 page by get_user_pages() and gave it back by " +
        "unpin_user_pages(), which takes away pins that were never taken",
    );
  });
});

describe("the breaches of a run", () => {
  const overflow = { name: "no-overflow", count: 2, expected: false, first: "page 7" };
  const fsync = { name: "fsync-durable", count: 1, expected: true, first: "page 9" };
  const counts = { name: "conserved-refcount", count: 8, expected: false, first: "page 1" };

  test("stay as they are without a mixed call site", () => {
    expect(withCallSites([overflow, counts], [], PROMISED)).toEqual([overflow, counts]);
  });

  test("name the cause before what it left wrong, and the jobs that caused it", () => {
    const sites = mixedCallSites(
      [actor("db.0", 5, 0), actor("db.1", 5, 0), actor("log", 0, 3)],
      "bias",
    );
    const jobs = ["db", "log"];
    expect(withCallSites([overflow, counts, fsync], sites, PROMISED)).toEqual([
      { ...overflow, jobs },
      fsync,
      { ...counts, count: 11, first: sites[0]?.words, jobs },
    ]);
  });

  test("are expected where nothing promises the counts", () => {
    const sites = mixedCallSites([actor("db", 5, 0)], "bias");
    expect(withCallSites([], sites, ["no-overflow"])).toMatchObject([
      { name: "conserved-refcount", count: 1, expected: true },
    ]);
  });
});
