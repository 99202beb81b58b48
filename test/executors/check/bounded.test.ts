import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Bounded } from "../../../src/executors/check/bounded.ts";
import { drive, type Visit } from "../../support/toy.ts";
import { everyVisit, mostPreemptions, toys } from "../../support/toy_space.ts";

const setOf = (visits: readonly Visit[]): Set<string> =>
  new Set(visits.map(({ positions, running }) => `${positions}: ${running}`));

test("reaches exactly what so many preemptions reach, and says if it left a choice out", () => {
  fc.assert(
    fc.property(toys, fc.nat(4), (toy, bound) => {
      const search = new Bounded(bound);
      const all = everyVisit(toy);
      const within = all.filter(({ preemptions }) => preemptions <= bound);
      expect(setOf(drive(toy, search).visits)).toEqual(setOf(within));
      // A choice that is left out may lead to nothing new.
      if (search.wasBounded) expect(mostPreemptions(toy)).toBeGreaterThan(bound);
      else expect(within.length).toBe(all.length);
    }),
    { numRuns: 500 },
  );
});
