import type { Actor, Call, Onward } from "./actor.ts";

/** A call and where its operation begins and ends among those of its CPU. */
export interface Instruction extends Call {
  readonly begin: number;
  readonly end: number;
}

/** Which call follows call number `at`. */
export function nextOf(
  { begin, end }: Instruction,
  at: number,
  onward: Onward | undefined,
): number {
  if (onward === undefined) return at + 1;
  return onward === "end" ? end : begin + onward;
}

export function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, one) => sum + one, 0);
}

/** Calls one behind the other, each knowing where its operation begins and ends. */
export function flatten(actor: Actor): Instruction[] {
  const program: Instruction[] = [];
  for (const { calls } of actor.operations) {
    const begin = program.length;
    for (const call of calls) program.push({ ...call, begin, end: begin + calls.length });
  }
  return program;
}

/** By call, and where there is none any more: a bit for each of its operation and what follows. */
export function aheadOf(program: readonly Instruction[], firstBit: number): number[] {
  const all = (1 << program.length) - 1;
  const masks = program.map(({ begin }) => (all & ~((1 << begin) - 1)) << firstBit);
  return [...masks, 0];
}
