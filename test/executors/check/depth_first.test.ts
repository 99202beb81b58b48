import * as fc from "fast-check";
import { expect, test } from "vitest";
import { DepthFirst } from "../../../src/executors/check/depth_first.ts";
import { cpusOf, drive, runnableOf } from "../../support/toy.ts";
import { everyVisit, toys } from "../../support/toy_space.ts";

test("reaches exactly all states, and goes each way on from each of them once", () => {
  fc.assert(
    fc.property(toys, (toy) => {
      const states = new Set(everyVisit(toy).map(({ positions }) => positions.join()));
      const search = new DepthFirst();
      const { executions, visits } = drive(toy, search);
      expect(new Set(visits.map(({ positions }) => positions.join()))).toEqual(states);
      const ways = [...states].flatMap((state) => {
        const positions = state.split(",").map(Number);
        return cpusOf(runnableOf(toy, positions)).map((cpu) => `${state}: ${cpu}`);
      });
      const gone = executions.flat().filter(({ cpu }) => cpu !== undefined);
      expect(gone.map(({ positions, cpu }) => `${positions}: ${cpu}`).sort()).toEqual(ways.sort());
      const open = new Set(ways.map((way) => way.split(":")[0]));
      expect(search.states.size).toBe(open.size);
    }),
  );
});

test("goes straight on first", () => {
  const [first] = drive({ steps: [3, 2], gates: [] }, new DepthFirst()).executions;
  expect(first?.map(({ cpu }) => cpu)).toEqual([0, 0, 0, 1, 1]);
});
