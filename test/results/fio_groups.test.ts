import { expect, test } from "vitest";
import { fioGroupNumbers, groupTotal, runtimeMs } from "../../src/results/fio_groups.ts";
import { direction, IDLE, JOB, scenario } from "./fixture.ts";

test("a stonewall or a new reporting group begins a group, in the order of the jobs", () => {
  const numberOf = fioGroupNumbers(
    scenario({
      groups: [
        { jobs: [JOB, { ...JOB, reportingGroup: 7 }] },
        { jobs: [{ ...JOB, reportingGroup: 7 }] },
      ],
    }),
  );
  expect(numberOf({ stonewallGroup: 0, reportingGroup: 0 })).toBe(0);
  expect(numberOf({ stonewallGroup: 0, reportingGroup: 7 })).toBe(1);
  expect(numberOf({ stonewallGroup: 1, reportingGroup: 7 })).toBe(2);
});

test("a group's bandwidth is all bytes over the longest time", () => {
  const total = groupTotal([
    direction({ bytes: 1000, runtimeNs: 1e9 }),
    direction({ bytes: 4000, runtimeNs: 2e9 }),
    IDLE,
  ]);
  expect(total).toEqual({
    bytes: 5000,
    bytesPerSecond: 2500,
    slowestBytesPerSecond: 1000,
    fastestBytesPerSecond: 2000,
    shortestMs: 1000,
    longestMs: 2000,
  });
});

test("a group that moved nothing has no total", () => {
  expect(groupTotal([IDLE, IDLE])).toBeUndefined();
});

test("a time below a millisecond is not none", () => {
  expect(runtimeMs(2000)).toBe(1);
  expect(runtimeMs(0)).toBe(0);
});
