import { EXIT_MISSING } from "../../src/results/exit_status.ts";
import { scanLog } from "../../src/scenario/iolog/scan_log.ts";
import { ConfigurationError, EnvironmentFault } from "../../src/scenario/problem.ts";
import { shown } from "../fio/shown.ts";
import type { Thread } from "./derive.ts";
import type { ReplayedThread } from "./emulate.ts";
import type { FioThread } from "./fio_output.ts";
import type { Scratch } from "./scratch.ts";

export interface ReadLogs {
  readonly threads: readonly ReplayedThread[];
  /** Where a log and fio's totals differ. */
  readonly notes: readonly string[];
}

/**
 * Looks through the I/O log of each thread that did any I/O.
 *
 * @throws EnvironmentFault for a log that fio has not written to its end
 */
export function readLogs(
  threads: readonly Thread[],
  results: readonly FioThread[],
  scratch: Scratch,
): ReadLogs {
  const notes: string[] = [];
  const replayed = threads.map(({ name, job, log }, i): ReplayedThread => {
    const result = results[i];
    if (result === undefined || result.ios === 0) return { name, job, log: undefined };
    const path = scratch.file(log);
    const { ios, largestBytes } = scan(path, name);
    if (ios !== result.ios) {
      const told = `its I/O log holds ${ios} I/Os, its totals say ${result.ios}`;
      notes.push(`job ${shown(name)}: ${told}; the log is what was replayed`);
    }
    return { name, job, log: { path, largestBytes } };
  });
  return { threads: replayed, notes };
}

function scan(path: string, name: string): { ios: number; largestBytes: number } {
  try {
    const { reads, writes, largestBytes } = scanLog(path);
    return { ios: reads + writes, largestBytes };
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    const [first] = error.problems;
    const what = `${first?.where}: ${first?.found}`;
    throw new EnvironmentFault(
      `fio left an I/O log of job ${shown(name)} that cannot be read (${what})`,
      EXIT_MISSING,
    );
  }
}
