import { type Stats, statSync } from "node:fs";
import { resolve } from "node:path";
import type { Problem } from "../src/scenario/problem.ts";

/** What a run reads and writes; undefined: standard output, or nothing. */
export interface RunFiles {
  readonly job: string | undefined;
  readonly output: string | undefined;
  readonly hlog: string | undefined;
}

/** Refuses what would lose something: one file for two things, or a pipe that may never be read. */
export function checkFiles({ job, output, hlog }: RunFiles, problems: Problem[]): void {
  if (hlog === "-") {
    problems.push({
      where: "--hlog",
      found: '"-", but standard output is for the results',
      accepted: "the name of a file",
    });
  }
  if (output !== undefined && hlog !== undefined && isSame(output, hlog)) {
    problems.push({
      where: "--hlog",
      found: `"${hlog}" is the file of --output as well`,
      accepted: "two different files",
    });
  }
  for (const [where, path] of [
    ["--output", output],
    ["--hlog", hlog],
  ] as const) {
    if (path === undefined || path === "-") continue;
    if (job !== undefined && job !== "-" && isSame(path, job)) {
      const found = `"${path}" is the job file itself`;
      problems.push({ where, found, accepted: "another file: the job would be gone" });
    } else if (statsOf(path)?.isFIFO()) {
      const accepted = "a file, or a pipe behind standard output";
      problems.push({
        where,
        found: `"${path}" is a named pipe, which may never be read`,
        accepted,
      });
    }
  }
}

export function isSame(a: string, b: string): boolean {
  if (resolve(a) === resolve(b)) return true;
  const [one, two] = [statsOf(a), statsOf(b)];
  return one !== undefined && two !== undefined && one.dev === two.dev && one.ino === two.ino;
}

export function statsOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    // What cannot be looked at is refused where it is opened, with its reason.
    return undefined;
  }
}
