import { BIAS_MAX, BIAS_MIN } from "../../assembly/shared/codes.ts";
import { chosenMachine, completeMachine, machineProblems } from "../scenario/machine_spec.ts";
import { policyName, schemeName, usesBias } from "../scenario/machine_words.ts";
import { acceptedWords } from "../scenario/nearest_name.ts";
import type { MachineSpec } from "../scenario/scenario.ts";
import { POLICY_FORM, POLICY_WORDS, SCHEME_FORM, SCHEME_WORDS } from "../scenario/scheme_words.ts";
import type { Change } from "../scenario/timed_change.ts";

type MachineChange = Extract<Change, { knob: "bias" | "scheme" | "on-pinned" }>;

export type ChangedMachine =
  | {
      readonly kind: "machine";
      readonly machine: MachineSpec;
      readonly from: string;
      readonly to: string;
    }
  | { readonly kind: "refused"; readonly reason: string };

/**
 * The machine after a change. What follows from a scheme follows from the new one, unless it was
 * chosen otherwise before.
 */
export function changedMachine(before: MachineSpec, change: MachineChange): ChangedMachine {
  switch (change.knob) {
    case "bias": {
      const { value } = change;
      if (!usesBias(before)) {
        return refused(`${schemeName(before)} counts without a bias: bias and hybrid have one`);
      }
      if (!Number.isInteger(value) || value < BIAS_MIN || value > BIAS_MAX) {
        return refused(`bias ${value}: a whole number from ${BIAS_MIN} to ${BIAS_MAX} is accepted`);
      }
      return checked({ ...before, bias: value }, String(before.bias), String(value));
    }
    case "scheme": {
      const word = SCHEME_WORDS.get(change.value);
      if (word === undefined) {
        const accepted = acceptedWords(change.value, SCHEME_WORDS.keys(), SCHEME_FORM);
        return refused(`scheme "${change.value}": ${accepted}`);
      }
      const machine = completeMachine({ ...chosenMachine(before), ...word });
      return checked(machine, schemeName(before), schemeName(machine));
    }
    case "on-pinned": {
      const onPinned = POLICY_WORDS.get(change.value);
      if (onPinned === undefined) {
        const accepted = acceptedWords(change.value, POLICY_WORDS.keys(), POLICY_FORM);
        return refused(`on-pinned "${change.value}": ${accepted}`);
      }
      const from = policyName(before.onPinned);
      return checked({ ...before, onPinned }, from, policyName(onPinned));
    }
  }
}

function refused(reason: string): ChangedMachine {
  return { kind: "refused", reason };
}

function checked(machine: MachineSpec, from: string, to: string): ChangedMachine {
  const [problem] = machineProblems(machine, (key) => key);
  if (problem === undefined) return { kind: "machine", machine, from, to };
  return refused(`${problem.where}: ${problem.found}; accepted: ${problem.accepted}`);
}
