import { CPU_ACTOR } from "../../../assembly/shared/layout.ts";
import { PACING_GOAL_DEPTH, PACING_GOAL_SETTLED } from "../../../assembly/shared/pacing_layout.ts";
import { cpuAddress, type Machine } from "../../machine/machine.ts";
import type { LatencyGoalRecord } from "../../results/record.ts";
import type { PlacedActor } from "./placement.ts";

/** What an actor's search has found; undefined: its job has no latency goal. */
export function readLatencyGoal(
  machine: Machine,
  { job, cpu }: PlacedActor,
): LatencyGoalRecord | undefined {
  if (job.latencyGoal === undefined) return undefined;
  const block = cpuAddress(machine, cpu) + CPU_ACTOR;
  const word = (offset: number): number => machine.words[(block + offset) >>> 2] ?? 0;
  return { depth: word(PACING_GOAL_DEPTH), settled: word(PACING_GOAL_SETTLED) === 1 };
}

/** Clones together have found what each of them could keep. */
export function addLatencyGoals(
  a: LatencyGoalRecord | undefined,
  b: LatencyGoalRecord | undefined,
): LatencyGoalRecord | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return { depth: Math.min(a.depth, b.depth), settled: a.settled && b.settled };
}
