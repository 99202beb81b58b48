import type { CheckResult } from "../executors/check/check.ts";
import type { Effort } from "../executors/check/outcome.ts";
import { timelineOf } from "../executors/check/timeline.ts";
import type { Subject } from "../executors/check/trial.ts";
import { completeMachine } from "../scenario/machine_spec.ts";
import { chosenParameters, machineParameters, schemeName } from "../scenario/machine_words.ts";
import { laneLines } from "./check_lanes.ts";
import { isUnexpected } from "./check_matrix.ts";
import { stateLines } from "./check_states.ts";
import { binaryBytes, wholeWords, wrapped } from "./words.ts";

const WIDTH = 96;
const COLUMNS = [24, 20, 34, 10, 10, 11, 11, 8] as const;
const HEADS = [
  ...["race", "scheme", "parameters", "outcome", "states", "schedules", "steps", "seconds"],
];

/** What of a machine is not its scheme's own, as flags have it: `tlb=broadcast`. */
export function parameterWords({ machine, twist }: Subject): string {
  const { scheme, sync } = machine;
  const posted = machineParameters(completeMachine({ scheme, sync }));
  const own = chosenParameters(machine).filter(({ name, value }) => {
    return name !== "scheme" && posted.find((one) => one.name === name)?.value !== value;
  });
  const words = own.map(({ name, value }) => `${name}=${value}`);
  return [...words, ...(twist === undefined ? [] : [`variant=${twist}`])].join(" ") || "–";
}

export function headLine(): string {
  return row(HEADS);
}

/** One line of the table. */
export function resultLine({ subject, outcome, effort, seconds }: CheckResult): string {
  const states = effort.states === undefined ? "–" : wholeWords(effort.states);
  return row([
    subject.race.name,
    schemeName(subject.machine),
    parameterWords(subject),
    outcome.kind,
    states,
    wholeWords(effort.schedules),
    wholeWords(effort.steps),
    seconds.toFixed(2),
  ]);
}

function row(cells: readonly string[]): string {
  return cells
    .map((cell, i) => (i < 4 ? cell.padEnd(COLUMNS[i] ?? 0) : cell.padStart(COLUMNS[i] ?? 0)))
    .join(" ")
    .trimEnd();
}

/** What a result says beyond its line: why it stopped, or the counterexample. */
export function detailLines(result: CheckResult): string[] {
  const { outcome, subject } = result;
  if (outcome.kind === "stopped") return [`    stopped (${outcome.reason}): ${outcome.words}`];
  if (outcome.kind === "passed") return [];
  const { breach } = outcome.counterexample;
  const timeline = timelineOf(subject, outcome.counterexample);
  const lines = [
    ...wrapped(`${breach.invariant}: ${breach.words}`, WIDTH),
    isUnexpected(result)
      ? "NOT as expected: this machine should pass"
      : "as expected of this machine",
    "",
    ...laneLines(timeline, breach, WIDTH),
    "",
    ...stateLines(timeline, subject.machine, WIDTH),
    "",
  ];
  return [
    "",
    ...lines.map((line) => (line === "" ? "" : `    ${line}`)),
    `    replay: ${replayLine(subject, outcome.counterexample.token)}`,
    "",
  ];
}

/** The command that repeats a counterexample. */
export function replayLine(subject: Subject, token: string): string {
  return `${commandLine(subject)} --replay ${token}`;
}

/** The command that checks the race on the machine. */
export function commandLine({ race, machine, twist }: Subject): string {
  const flags = chosenParameters(machine).map(({ name, value }) => `--${name} ${value}`);
  const own = twist === undefined ? [] : [`--variant ${twist}`];
  return ["pinlab check", race.name, ...flags, ...own].join(" ");
}

export function effortWords({ states, schedules, bytes }: Effort): string {
  const seen = states === undefined ? "" : `${wholeWords(states)} states, `;
  return `${seen}${wholeWords(schedules)} schedules, ${binaryBytes(bytes)}`;
}
