/**
 * pinlab as a library: `run(input)` runs a scenario on real threads and returns its record, which
 * the formats turn into text; a RunControl turns knobs meanwhile. Errors: ConfigurationError (what
 * was asked), EnvironmentFault (what the computer lacks).
 */
import { runThreads, type ThreadsOptions } from "./executors/threads/run_threads.ts";
import type { RunRecord } from "./results/record.ts";
import { makeScenario, type ScenarioInput } from "./scenario/make_scenario.ts";

export { type ChangeOutcome, type ChangeRecord, RunControl } from "./executors/control.ts";
export type { RunObserver } from "./executors/threads/run_threads.ts";
export { fioJson } from "./results/fio_json.ts";
export { hlog } from "./results/hlog.ts";
export { junitXml } from "./results/junit.ts";
export { normalReport } from "./results/normal.ts";
export { openMetrics } from "./results/openmetrics.ts";
export type { RunRecord } from "./results/record.ts";
export { chromeTrace } from "./results/trace_chrome.ts";
export { ftraceText } from "./results/trace_ftrace.ts";
export { type LogScan, scanLog } from "./scenario/iolog/scan_log.ts";
export { makeScenario, type ScenarioInput } from "./scenario/make_scenario.ts";
export { ConfigurationError, EnvironmentFault } from "./scenario/problem.ts";
export type { Job, Scenario } from "./scenario/scenario.ts";
export type { Change, TimedChange } from "./scenario/timed_change.ts";

/** Runs a scenario; only what differs from the defaults need be named. A refusal rejects. */
export async function run(input: ScenarioInput, options: ThreadsOptions = {}): Promise<RunRecord> {
  return runThreads(makeScenario(input), options);
}
