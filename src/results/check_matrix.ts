import type { CheckResult } from "../executors/check/check.ts";
import type { Axis } from "../executors/check/race.ts";
import { completeMachine } from "../scenario/machine_spec.ts";
import { machineParameters, schemeName } from "../scenario/machine_words.ts";
import type { MachineSpec } from "../scenario/scenario.ts";

/** A column of a race's matrix. */
export interface MatrixColumn {
  /** By axis: the values that it stands for. */
  readonly values: readonly (readonly string[])[];
  readonly results: readonly CheckResult[];
}

interface Alike {
  readonly values: string[];
  readonly results: CheckResult[];
}

/** Columns for all values of the axes, those together that come to the same for every scheme. */
export function columnsOf(axes: readonly Axis[], results: readonly CheckResult[]): MatrixColumn[] {
  const [axis, ...rest] = axes;
  if (axis === undefined) return [{ values: [], results }];
  return alikeOf(axis, rest, results).flatMap((alike) =>
    columnsOf(rest, alike.results).map((column) => ({
      ...column,
      values: [alike.values, ...column.values],
    })),
  );
}

function alikeOf(axis: Axis, rest: readonly Axis[], results: readonly CheckResult[]): Alike[] {
  const all: Alike[] = [];
  for (const value of new Set(results.map(({ subject }) => axisValue(subject.machine, axis)))) {
    const own = results.filter(({ subject }) => axisValue(subject.machine, axis) === value);
    const same = all.find((alike) => agree(alike.results, own, rest));
    if (same === undefined) all.push({ values: [value], results: own });
    else {
      same.values.push(value);
      same.results.push(...own);
    }
  }
  return all;
}

/** True: where both have a verdict it is the same one. */
function agree(
  some: readonly CheckResult[],
  others: readonly CheckResult[],
  axes: readonly Axis[],
): boolean {
  const keyOf = ({ subject: { machine } }: CheckResult): string =>
    [schemeName(machine), ...axes.map((axis) => axisValue(machine, axis))].join(" ");
  const kinds = new Map(some.map((result) => [keyOf(result), kindOf(result)]));
  return others.every((result) => {
    const kind = kinds.get(keyOf(result));
    return kind === undefined || kind === kindOf(result);
  });
}

/** What was tried up to a bound has broken nothing so far. */
function kindOf({ outcome }: CheckResult): string {
  const isBounded = outcome.kind === "stopped" && outcome.preemptions !== undefined;
  return isBounded ? "passed" : outcome.kind;
}

/** A parameter as its flag has it. */
export function axisValue(machine: MachineSpec, axis: Axis): string {
  return machineParameters(machine).find(({ name }) => name === axis)?.value ?? "";
}

/** Has the machine what its scheme brings itself? */
export function isPosted(machine: MachineSpec, axes: readonly Axis[]): boolean {
  const posted = completeMachine({ scheme: machine.scheme, sync: machine.sync });
  return axes.every((axis) => axisValue(machine, axis) === axisValue(posted, axis));
}

/** Does it contradict the race? A limit that was reached contradicts nothing. */
export function isUnexpected({ subject, outcome }: CheckResult): boolean {
  const { race, machine, twist } = subject;
  return outcome.kind !== "stopped" && outcome.kind !== race.expects(machine, twist);
}
