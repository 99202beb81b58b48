import { EXIT_MISSING } from "../../src/results/exit_status.ts";
import { type LogScan, scanLog } from "../../src/scenario/iolog/scan_log.ts";
import { ConfigurationError, EnvironmentFault } from "../../src/scenario/problem.ts";
import { shown } from "../fio/shown.ts";
import type { Thread } from "./derive.ts";
import type { ReplayedThread } from "./emulate.ts";
import type { FioThread } from "./fio_output.ts";
import type { Scratch } from "./scratch.ts";

/** What a thread did, by its log. */
interface Issued {
  readonly ios: number;
  readonly bytes: number;
}

export interface ReadLogs {
  readonly threads: readonly ReplayedThread[];
  readonly issued: readonly Issued[];
  /** Where a log and fio's totals differ. */
  readonly notes: readonly string[];
}

/**
 * Looks through the I/O log of each thread. The log is what counts: fio forgets its totals where
 * a latency goal changes the depth.
 *
 * @throws EnvironmentFault for a log that fio has not written to its end
 */
export function readLogs(
  threads: readonly Thread[],
  results: readonly FioThread[],
  scratch: Scratch,
): ReadLogs {
  const notes: string[] = [];
  const issued: Issued[] = [];
  const replayed = threads.map(({ name, job, log }, i): ReplayedThread => {
    const told = results[i]?.ios ?? 0;
    const path = scratch.file(log);
    const found = scan(path, name, told > 0);
    if (found === undefined) return { name, job, log: undefined };
    const ios = found.reads + found.writes;
    issued.push({ ios, bytes: found.readBytes + found.writeBytes });
    if (ios !== told) {
      const words = `its I/O log holds ${ios} I/Os, its totals say ${told}`;
      notes.push(`job ${shown(name)}: ${words}; the log is what was counted and replayed`);
    }
    return { name, job, log: { path, largestBytes: found.largestBytes } };
  });
  return { threads: replayed, issued, notes };
}

/** undefined: there is no I/O in it, and there need be none. */
function scan(path: string, name: string, isNeeded: boolean): LogScan | undefined {
  try {
    return scanLog(path);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    if (!isNeeded) return undefined;
    const [first] = error.problems;
    const what = `${first?.where}: ${first?.found}`;
    throw new EnvironmentFault(
      `fio left an I/O log of job ${shown(name)} that cannot be read (${what})`,
      EXIT_MISSING,
    );
  }
}
