import {
  EXIT_INTERNAL,
  EXIT_INVARIANT,
  type ExitReason,
  exitStatusOf,
  repeatLine,
  runExitReasons,
} from "../src/results/exit_status.ts";
import { fioJson } from "../src/results/fio_json.ts";
import { normalReport } from "../src/results/normal.ts";
import type { TimelineJson } from "../src/results/pinlab_json.ts";
import type { RunRecord } from "../src/results/record.ts";
import { writeOutput } from "../src/results/write_output.ts";
import { EnvironmentFault } from "../src/scenario/problem.ts";
import type { OutputFormat } from "./flags.ts";
import type { OutputFile } from "./outputs.ts";

/** Where a run's results go; no `output` is standard output. */
export interface Destinations {
  readonly format: OutputFormat;
  readonly output: string | undefined;
  readonly further: readonly OutputFile[];
  /** What the run did over time; undefined: nobody watched. */
  readonly timeline: TimelineJson | undefined;
}

/**
 * Writes whatever can be written, says why the status is not 0, and returns it. A result whose
 * file cannot be written after all goes to standard output: no run is lost.
 */
export function writeResults(
  record: RunRecord,
  { format, output, further, timeline }: Destinations,
): number {
  const reasons = runExitReasons(record);
  const attempt = (write: () => void): boolean => {
    const fault = faultOf(write);
    if (fault) reasons.push(fault);
    return fault === undefined;
  };
  const make = () =>
    format === "normal" ? normalReport(record) : fioJson(record, format, timeline);
  const written = output !== undefined && attempt(() => writeOutput(output, make()));
  for (const file of further) attempt(() => writeOutput(file.path, file.make(record, timeline)));
  if (!written) attempt(() => process.stdout.write(make()));
  for (const { message } of reasons) console.error(`pinlab: ${message}`);
  const status = exitStatusOf(reasons);
  const isFault = status === EXIT_INTERNAL || status === EXIT_INVARIANT;
  const repeat = isFault ? repeatLine(record) : undefined;
  if (repeat !== undefined) console.error(`replay: ${repeat}`);
  return status;
}

/** Does it; why that failed, or undefined. */
function faultOf(write: () => void): ExitReason | undefined {
  try {
    write();
    return undefined;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (error instanceof EnvironmentFault) return { status: error.exitStatus, message };
    return { status: EXIT_INTERNAL, message: `internal error: ${message}` };
  }
}
