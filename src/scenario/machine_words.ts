import { completeMachine } from "./machine_spec.ts";
import type { MachineSpec, PolicyPair } from "./scenario.ts";

/** A machine in the words of the command line, for every output and message that names one. */

/** `bias+barrier`; a scheme without SYNC is its COUNT alone. */
export function schemeName({ scheme, sync }: Pick<MachineSpec, "scheme" | "sync">): string {
  return sync === "none" ? scheme : `${scheme}+${sync}`;
}

/** `skip/bounce`: background writeback, then fsync; one word if both do the same. */
export function policyName({ background, fsync }: PolicyPair): string {
  return background === fsync ? background : `${background}/${fsync}`;
}

/** Does the scheme count pins in steps of the bias? */
export function usesBias({ scheme }: Pick<MachineSpec, "scheme">): boolean {
  return scheme === "bias" || scheme === "hybrid";
}

/** One parameter that a verdict depends on, named as its flag is, without the dashes. */
export interface MachineParameter {
  readonly name: string;
  readonly value: string;
}

type Words = (machine: MachineSpec) => string | undefined;

/** What makes a difference without a file too. */
const ALWAYS: readonly (readonly [string, Words])[] = [
  ["scheme", schemeName],
  ["bias", (machine) => (usesBias(machine) ? String(machine.bias) : undefined)],
  ["variant", ({ variant }) => variant],
  ["rules", ({ rules }) => rules],
];

/** What a scheme as posted fixes, and only files make a difference of. */
const OF_FILES: readonly (readonly [string, Words])[] = [
  ["on-pinned", ({ onPinned }) => policyName(onPinned)],
  ["test-at", ({ testAt }) => testAt],
  ["recheck", ({ recheck }) => recheck],
  ["tlb", ({ tlb }) => tlb],
  ["stable-pages", ({ stablePages }) => (stablePages ? "yes" : "no")],
];

/** Everything that a verdict depends on, in the order in which every output names it. */
export function machineParameters(machine: MachineSpec): MachineParameter[] {
  return named([...ALWAYS, ...OF_FILES], machine);
}

/** As above, without what only files make a difference of and is as the scheme has it. */
export function chosenParameters(machine: MachineSpec): MachineParameter[] {
  const { scheme, sync, variant } = machine;
  const usual = completeMachine({ scheme, sync, variant });
  const chosen = OF_FILES.filter(([, words]) => words(machine) !== words(usual));
  return named([...ALWAYS, ...chosen], machine);
}

function named(
  parameters: readonly (readonly [string, Words])[],
  machine: MachineSpec,
): MachineParameter[] {
  return parameters.flatMap(([name, words]) => {
    const value = words(machine);
    return value === undefined ? [] : [{ name, value }];
  });
}
