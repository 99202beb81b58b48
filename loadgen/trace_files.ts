import type { Problem } from "../src/scenario/problem.ts";
import { isSame, type RunFiles, statsOf } from "./outputs.ts";

/** What `--trace FILE` writes: FILE as Chrome JSON, and the ftrace text beside it. */
export function traceFiles(trace: string | undefined): readonly string[] {
  if (trace === undefined) return [];
  return [trace, `${trace.replace(/\.json$/, "")}.ftrace`];
}

/** Refuses a trace that would write over another file of the run, or wait for a reader. */
export function checkTraceFiles(
  trace: string | undefined,
  others: RunFiles,
  problems: Problem[],
): void {
  const where = "--trace";
  if (trace === "-") {
    const found = '"-", but standard output is for the results';
    problems.push({ where, found, accepted: "the name of a file" });
    return;
  }
  for (const path of traceFiles(trace)) {
    for (const [what, other] of [
      ["the job file itself", others.job === "-" ? undefined : others.job],
      ["the file of --output as well", others.output],
      ["the file of --hlog as well", others.hlog],
    ] as const) {
      if (other === undefined || !isSame(path, other)) continue;
      problems.push({ where, found: `"${path}" is ${what}`, accepted: "different files" });
    }
    if (statsOf(path)?.isFIFO()) {
      const found = `"${path}" is a named pipe, which may never be read`;
      problems.push({ where, found, accepted: "the name of a file" });
    }
  }
}
