import { EXIT_CONFIGURATION, EXIT_INTERNAL } from "../src/results/exit_status.ts";
import { ConfigurationError, EnvironmentFault } from "../src/scenario/problem.ts";

/** Says on standard error what went wrong, one line a problem, and returns the exit status. */
export function reportFailure(error: unknown, argv: readonly string[]): number {
  if (error instanceof ConfigurationError) {
    for (const { where, found, accepted } of error.problems) {
      console.error(`pinlab: ${where}: ${found}\n        accepted: ${accepted}`);
    }
    return EXIT_CONFIGURATION;
  }
  if (error instanceof EnvironmentFault) {
    console.error(`pinlab: ${error.message}`);
    return error.exitStatus;
  }
  const message = error instanceof Error ? error.message : String(error);
  console.error(`pinlab: internal error: ${message}`);
  console.error(`replay: pinlab ${argv.join(" ")}`);
  return EXIT_INTERNAL;
}
