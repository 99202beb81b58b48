import { chosenMachine } from "../src/scenario/machine_spec.ts";
import { makeScenario, type ScenarioInput } from "../src/scenario/make_scenario.ts";
import { ConfigurationError } from "../src/scenario/problem.ts";
import type { RunFile } from "./run_file.ts";

/**
 * Reads a result (json or json+) as what is to run: its scenario again, with the knobs that were
 * turned turning by themselves.
 *
 * @throws ConfigurationError (exit status 104)
 */
export function readResultFile(label: string, text: string): RunFile {
  const config = configOf(label, text);
  try {
    const scenario = makeScenario(config as ScenarioInput);
    const { name, groups, files, serviceNs, thresholds, changes, notes, machine, run } = scenario;
    const { scheme, sync } = machine;
    return {
      ...{ name, groups, files, serviceNs, thresholds, changes, notes, run },
      machine: { ...chosenMachine(machine), scheme, sync },
      places: new Map(),
      matrix: {},
    };
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    const problems = error.problems.map(({ where, ...rest }) => {
      return { where: `${label}: pinlab.config.${where}`, ...rest };
    });
    throw new ConfigurationError(problems);
  }
}

const ACCEPTED = "a fio job file, a scenario in YAML, or a result of pinlab run (json, json+)";

function configOf(label: string, text: string): object {
  const refuse = (found: string): never => {
    throw new ConfigurationError([{ where: label, found, accepted: ACCEPTED }]);
  };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return refuse(`no JSON (${(error as Error).message})`);
  }
  const { config } = (value as { pinlab?: { config?: unknown } | null } | null)?.pinlab ?? {};
  if (typeof config === "object" && config !== null) return config;
  return refuse("JSON without pinlab.config: no result that tells what ran");
}
