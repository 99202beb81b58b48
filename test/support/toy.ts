import type { Scheduler, SchedulingPoint } from "../../src/executors/check/scheduler.ts";

/**
 * CPUs that do nothing but go so many steps each, for schedulers to be driven on: the state is how
 * far each has come.
 */
export interface Toy {
  /** Of each CPU. */
  readonly steps: readonly number[];
  /** Until CPU `of` has come as far as `far`, CPU `cpu` cannot take its step number `at`. */
  readonly gates: readonly Gate[];
}

interface Gate {
  readonly cpu: number;
  readonly at: number;
  readonly of: number;
  readonly far: number;
}

export type Positions = readonly number[];

export function runnableOf({ steps, gates }: Toy, positions: Positions): number {
  let mask = 0;
  for (const [cpu, position] of positions.entries()) {
    const isShut = gates.some(
      (gate) =>
        gate.cpu === cpu && gate.at === position && (positions[gate.of] as number) < gate.far,
    );
    if (position < (steps[cpu] as number) && !isShut) mask |= 1 << cpu;
  }
  return mask;
}

export function cpusOf(mask: number): number[] {
  return Array.from({ length: 31 }, (_, cpu) => cpu).filter((cpu) => mask & (1 << cpu));
}

export function stepped(positions: Positions, cpu: number): number[] {
  return positions.map((position, index) => position + (index === cpu ? 1 : 0));
}

/** Was the CPU that has run last switched away from though it could have gone on? */
export function isPreempted(running: number, runnable: number, cpu: number): boolean {
  return running >= 0 && cpu !== running && (runnable & (1 << running)) !== 0;
}

/** One choice of a scheduler. */
export interface Choice {
  readonly positions: Positions;
  readonly runnable: number;
  readonly running: number;
  /** Undefined: it left the path there. */
  readonly cpu: number | undefined;
}

/** A state, and who ran last, where the scheduler has been. */
export interface Visit {
  readonly positions: Positions;
  readonly running: number;
}

export interface Driven {
  /** Of each execution, those that it did not keep from the last one. */
  readonly executions: Choice[][];
  readonly visits: Visit[];
}

/** Executions as the scheduler wants them, `most` at the most. */
export function drive(toy: Toy, scheduler: Scheduler, most = 100_000): Driven {
  const driven: Driven = { executions: [], visits: [] };
  let path: Visit[] = [{ positions: toy.steps.map(() => 0), running: -1 }];
  while (driven.executions.length < most) {
    const kept = scheduler.newExecution();
    if (kept === undefined) return driven;
    path = path.slice(0, kept + 1);
    driven.executions.push(execute(toy, scheduler, path, driven.visits));
  }
  return driven;
}

function execute(toy: Toy, scheduler: Scheduler, path: Visit[], visits: Visit[]): Choice[] {
  const choices: Choice[] = [];
  while (true) {
    const visit = path.at(-1) as Visit;
    visits.push(visit);
    const runnable = runnableOf(toy, visit.positions);
    if (runnable === 0) return choices;
    const cpu = scheduler.next(pointOf(visit, path.length - 1, runnable));
    choices.push({ ...visit, runnable, cpu });
    if (cpu === undefined) return choices;
    path.push({ positions: stepped(visit.positions, cpu), running: cpu });
  }
}

function pointOf({ positions, running }: Visit, depth: number, runnable: number): SchedulingPoint {
  // A digit a CPU; 0, 0 is no fingerprint of its own.
  const low = positions.reduce((sum, position) => sum * 1024 + position, 0);
  return { depth, runnable, running, low, high: 1 };
}
