import { expect, test } from "vitest";
import { placeActors } from "../../../src/executors/threads/placement.ts";
import { DEFAULT_JOB } from "../../../src/scenario/defaults.ts";

test("a crowd is refused by its sum, before anything is placed", () => {
  const jobs = Array.from({ length: 10_000 }, () => ({ ...DEFAULT_JOB, clones: 65_536 }));
  expect(() => placeActors({ jobs })).toThrow("655360000 actors in one stonewall group");
});

test("clones with thread share an address space, others have their own", () => {
  const jobs = [
    { ...DEFAULT_JOB, name: "a", clones: 2, thread: true },
    { ...DEFAULT_JOB, name: "b" },
  ];
  const placed = placeActors({ jobs }).map(({ name, cpu, mm }) => [name, cpu, mm]);
  expect(placed).toEqual([
    ["a.0", 0, 0],
    ["a.1", 1, 0],
    ["b", 2, 1],
  ]);
});
