import {
  type JobFile,
  type JobFileInput,
  readJobFile,
} from "../../../loadgen/fio/read_job_file.ts";
import { ConfigurationError, type Problem } from "../../../src/scenario/problem.ts";
import type { Job } from "../../../src/scenario/scenario.ts";

/** Surroundings that a test may rely on. */
export const SURROUNDINGS = { env: { BLOCK: "8k" }, cpus: 6, memoryMb: 2000 };

export function read(text: string, more: Partial<JobFileInput> = {}): JobFile {
  return readJobFile({ source: "jobs/some.fio", text, ...SURROUNDINGS, ...more });
}

/** The only job of a file whose other lines are `lines`. */
export function jobWith(...lines: string[]): Job {
  const [group] = read(`[j]\nsize=64m\n${lines.join("\n")}\n`).groups;
  if (!group?.jobs[0]) throw new Error("no job was read");
  return group.jobs[0];
}

/** What is refused; empty when the file is read. */
export function problemsOf(action: () => unknown): readonly Problem[] {
  try {
    action();
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
}

export function problemsIn(text: string, more: Partial<JobFileInput> = {}): readonly Problem[] {
  return problemsOf(() => read(text, more));
}

/** Problems of one job section with these lines, as `line: found`. */
export function foundWith(...lines: string[]): string[] {
  return problemsIn(`[j]\nsize=64m\n${lines.join("\n")}\n`).map(
    ({ where, found }) => `${where.replace("jobs/some.fio:", "")}: ${found}`,
  );
}
