import { expect, test } from "vitest";
import {
  CONFIGURATIONS,
  type Configuration,
  checkersOf,
  findingsOf,
} from "../../../bench/spin/beside_spin.ts";
import { SpinWorkshop } from "../../../bench/spin/verifier.ts";
import { pinVsMkclean } from "../../../src/executors/check/races/pin_vs_mkclean.ts";
import { completeMachine } from "../../../src/scenario/machine_spec.ts";
import { testNeeding } from "../../support/needs.ts";

const expectedOf = (configuration: Configuration) =>
  pinVsMkclean.expects(completeMachine({ scheme: "bias", ...configuration }), undefined);

test("some configurations hold, and some do not", () => {
  expect(CONFIGURATIONS).toHaveLength(12);
  expect(new Set(CONFIGURATIONS.map(expectedOf))).toEqual(new Set(["passed", "violated"]));
});

for (const configuration of CONFIGURATIONS) {
  const name = Object.values(configuration).join(", ");
  testNeeding("spin", `${name}: SPIN, with reduction and without, and pinlab agree`, () => {
    const workshop = new SpinWorkshop();
    try {
      const found = findingsOf(configuration, checkersOf(workshop, configuration), 1);
      const expected = expectedOf(configuration);
      expect(found.map(({ verdict }) => verdict)).toEqual([expected, expected, expected]);
      const [full, reduced] = found;
      expect(full?.states).toBeGreaterThan(100);
      expect(reduced?.states).toBeLessThan(full?.states ?? 0);
    } finally {
      workshop.close();
    }
  });
}

const [configuration] = CONFIGURATIONS as [Configuration];
const sayer = (name: string, verdict: string, times: readonly number[] = [1]) => {
  let run = 0;
  return { name, run: () => ({ verdict, states: 7, transitions: 9, ns: times[run++] ?? 0 }) };
};

test("verdicts that differ are told, each with whose it is", () => {
  const checkers = [sayer("SPIN", "passed"), sayer("pinlab", "violated")];
  expect(() => findingsOf(configuration, checkers, 1)).toThrow(
    "the verdicts differ on test-at=before-mkclean recheck=none tlb=ipi: " +
      "SPIN: passed, pinlab: violated",
  );
});

test("times are medians, by checker", () => {
  const checkers = [sayer("SPIN", "passed", [5, 1, 2]), sayer("pinlab", "passed", [30, 10, 90])];
  const found = findingsOf(configuration, checkers, 3);
  expect(found.map(({ ns }) => ns)).toEqual([2, 30]);
});
