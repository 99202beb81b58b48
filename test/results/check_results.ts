import type { CheckResult } from "../../src/executors/check/check.ts";
import type { Outcome } from "../../src/executors/check/outcome.ts";
import type { Race } from "../../src/executors/check/race.ts";
import { completeMachine, type MachineInput } from "../../src/scenario/machine_spec.ts";
import type { MachineSpec } from "../../src/scenario/scenario.ts";

/** Results of checks that were never run. */

export const RACE: Race = {
  name: "a-race",
  title: "of two",
  story: "",
  actors: ["one", "other"],
  holds: [],
  machines: [],
  matters: ["recheck", "tlb"],
  expects: () => "passed",
  stage: () => ({ actors: [], takeDown: () => {} }),
};

export const RECHECKS: readonly [MachineInput, MachineInput] = [
  { recheck: "none" },
  { recheck: "before-lock" },
];

const OUTCOMES: Readonly<Record<Outcome["kind"], Outcome>> = {
  passed: { kind: "passed" },
  stopped: { kind: "stopped", reason: "time-limit", words: "--time" },
  violated: {
    kind: "violated",
    counterexample: {
      breach: { invariant: "no-use-after-free", words: "page 1" },
      schedule: [],
      leftOut: 0,
      token: "TOKEN",
    },
  },
};

export function resultOf(machine: MachineInput, kind: Outcome["kind"]): CheckResult {
  return {
    subject: { race: RACE, machine: completeMachine(machine) },
    outcome: OUTCOMES[kind],
    effort: { schedules: 2, transitions: 3, steps: 4, states: 5, bytes: 6 },
    seconds: 7,
  };
}

/** Of two schemes with two values of each of two axes. */
export function resultsOf(outcome: (machine: MachineSpec) => Outcome["kind"]): CheckResult[] {
  return (["bias", "exact"] as const).flatMap((scheme) =>
    RECHECKS.flatMap((recheck) =>
      (["ipi", "broadcast"] as const).map((tlb) => {
        const machine = completeMachine({ scheme, tlb, ...recheck });
        return resultOf(machine, outcome(machine));
      }),
    ),
  );
}
