import {
  completeMachine,
  DEFAULT_MACHINE,
  type MachineInput,
} from "../src/scenario/machine_spec.ts";
import { schemeName, usesBias } from "../src/scenario/machine_words.ts";
import { defined, makeScenario } from "../src/scenario/make_scenario.ts";
import type { Scenario } from "../src/scenario/scenario.ts";
import { type AskedFor, FLAG_OF } from "./flags.ts";
import { type Places, placed } from "./places.ts";
import type { RunFile } from "./run_file.ts";

/**
 * The scenario that a file and the command line ask for together: flags win over the file's keys.
 * What makes no sense is told where it was written.
 */
export function scenarioOf(source: string, file: RunFile, asked: AskedFor): Scenario {
  const { name, groups, files, serviceNs, changes } = file;
  const machine = { ...file.machine, ...defined(asked.machine) };
  const run = { ...file.run, ...defined(asked.run) };
  const thresholds = asked.thresholds.length > 0 ? asked.thresholds : file.thresholds;
  const notes = [...file.notes, ...idleBias(asked, machine), ...idleMatrix(file, machine)];
  const parts = { machine, run, groups, files, serviceNs, thresholds, changes, notes };
  return placed(placesOf(file, asked), () => makeScenario({ name, source, ...parts }));
}

/** Where the user wrote what; a flag hides the file's key. */
function placesOf({ places }: RunFile, { machine }: AskedFor): Places {
  const flags = Object.keys(defined(machine)).map((key) => `machine.${key}`);
  return new Map([...places, ...[...FLAG_OF].filter(([path]) => flags.includes(path))]);
}

/** What was asked for and makes no difference. */
function idleBias({ machine: { bias } }: AskedFor, machine: MachineInput): string[] {
  const { scheme = DEFAULT_MACHINE.scheme } = machine;
  if (bias === undefined || usesBias({ scheme })) return [];
  return [`--bias ${bias}: ${scheme} counts pins without a bias`];
}

/** A matrix is there for other commands. */
function idleMatrix({ matrix }: RunFile, machine: MachineInput): string[] {
  const axes = Object.entries(matrix).map(([key, values]) => `${values?.length} of ${key}`);
  if (axes.length === 0) return [];
  const own = schemeName(completeMachine(machine));
  return [`the matrix (${axes.join(", ")}) is for sweep and compare; this run is of ${own}`];
}
