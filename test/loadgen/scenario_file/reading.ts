import type { JobFileInput } from "../../../loadgen/fio/read_job_file.ts";
import type { RunFile } from "../../../loadgen/run_file.ts";
import { readScenarioFile } from "../../../loadgen/scenario_file/read_scenario_file.ts";
import type { Job } from "../../../src/scenario/scenario.ts";
import { problemsOf, SURROUNDINGS } from "../fio/reading.ts";

/** Reads a scenario that stands in `some.yaml`. */
export function read(text: string, more: Partial<JobFileInput> = {}): RunFile {
  return readScenarioFile({ source: "some.yaml", ...SURROUNDINGS, ...more, text });
}

/** A scenario of one job, whose keys are `lines`. */
export const withJob = (...lines: string[]): string => `jobs:\n  - ${lines.join("\n    ")}\n`;

/** The only job whose keys are `lines`. */
export function jobWith(...lines: string[]): Job {
  const job = read(withJob(...lines)).groups[0]?.jobs[0];
  if (!job) throw new Error("no job was read");
  return job;
}

/** What is wrong with a file, as `line: key: found; accepted`. */
export function complaints(text: string): string[] {
  return problemsOf(() => read(text)).map(
    ({ where, found, accepted }) => `${where.replace("some.yaml:", "")}: ${found}; ${accepted}`,
  );
}
