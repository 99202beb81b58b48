import type { CheckResult } from "../../src/executors/check/check.ts";
import { checkTrace } from "../../src/results/check_trace.ts";
import { checkWritable, writeOutput } from "../../src/results/write_output.ts";
import { ConfigurationError, type Problem } from "../../src/scenario/problem.ts";
import { checkFiles } from "../outputs.ts";

/**
 * Makes sure before anything is explored that `--trace` can be written.
 * @throws ConfigurationError, EnvironmentFault (104)
 */
export function checkTraceFile(path: string): void {
  const problems: Problem[] = [];
  checkFiles({ inputs: [], output: undefined, further: [{ flag: "--trace", path }] }, problems);
  if (problems.length > 0) throw new ConfigurationError(problems);
  checkWritable(path);
}

/** Counterexamples as a file that Perfetto opens; of none an empty one, which is said. */
export function writeTraceFile(path: string, results: readonly CheckResult[]): void {
  writeOutput(path, checkTrace(results));
  if (results.some(({ outcome }) => outcome.kind === "violated")) return;
  console.error(`pinlab: nothing was violated: the trace "${path}" has no events`);
}
