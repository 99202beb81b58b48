import { runThreads, type ThreadsOptions } from "../../src/executors/threads/run_threads.ts";
import type { RunRecord } from "../../src/results/record.ts";
import { makeScenario, type ScenarioInput } from "../../src/scenario/make_scenario.ts";

/** One job with a fixed number of I/Os, no warm-up: its counts are exact. */
export function exactRun(
  job: NonNullable<ScenarioInput["jobs"]>[number],
  machine: ScenarioInput["machine"] = {},
): Promise<RunRecord> {
  return timedRun({ machine, run: { warmupMs: 0 }, jobs: [{ name: "job", ...job }] });
}

export function timedRun(input: ScenarioInput, options: ThreadsOptions = {}): Promise<RunRecord> {
  return runThreads(makeScenario(input), options);
}

/** Names of the invariants that a run has broken. */
export function violated(record: RunRecord): string[] {
  return record.invariants.violated.map(({ name }) => name);
}
