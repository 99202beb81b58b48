import { expect, test } from "vitest";
import { placed } from "../../loadgen/places.ts";
import { ConfigurationError } from "../../src/scenario/problem.ts";
import { problemsOf } from "./fio/reading.ts";

const PLACES = new Map([
  ["machine.recheck", "--recheck"],
  ["groups.0.jobs.1", "a.yaml:7: jobs.1"],
]);

test.each([
  ["machine.recheck", "--recheck"],
  ["groups.0.jobs.1.iodepth", "a.yaml:7: jobs.1"],
  ["groups.0.jobs.10", "groups.0.jobs.10"],
  ["machine", "machine"],
])("%s is told as %s", (where, place) => {
  const problems = problemsOf(() =>
    placed(PLACES, () => {
      throw new ConfigurationError([{ where, found: "x", accepted: "y" }]);
    }),
  );
  expect(problems).toEqual([{ where: place, found: "x", accepted: "y" }]);
});

test("what is made comes back, and other errors pass", () => {
  expect(placed(PLACES, () => 5)).toBe(5);
  const bug = (): never => {
    throw new TypeError("a bug");
  };
  expect(() => placed(PLACES, bug)).toThrow(TypeError);
});
