import type { CheckResult } from "../executors/check/check.ts";
import { machineParameters } from "../scenario/machine_words.ts";
import { replayLine } from "./check_text.ts";

/** Version of the format. */
const SCHEMA = 1;

/** Results for machines: the same for the same input, so times are left out. */
export function checkJson(results: readonly CheckResult[]) {
  return { pinlab_check: SCHEMA, results: results.map(resultJson) };
}

function resultJson({ subject, outcome, effort }: CheckResult) {
  const { race, machine, twist } = subject;
  const parameters = Object.fromEntries(
    machineParameters(machine).map(({ name, value }) => [name, value]),
  );
  return {
    race: race.name,
    parameters: { ...parameters, ...(twist === undefined ? {} : { variant: twist }) },
    expected: race.expects(machine, twist),
    outcome: outcome.kind,
    ...(outcome.kind === "stopped" ? { reason: outcome.reason, words: outcome.words } : {}),
    ...(outcome.kind === "violated"
      ? {
          invariant: outcome.counterexample.breach.invariant,
          words: outcome.counterexample.breach.words,
          schedule: outcome.counterexample.schedule,
          replay: replayLine(subject, outcome.counterexample.token),
        }
      : {}),
    ...effort,
  };
}
