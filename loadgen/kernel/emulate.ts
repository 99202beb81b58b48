import { EFAULT } from "../../assembly/shared/codes.ts";
import { type RunProgress, runThreads } from "../../src/executors/threads/run_threads.ts";
import { runExitReasons } from "../../src/results/exit_status.ts";
import type { RunRecord } from "../../src/results/record.ts";
import { UNPACED } from "../../src/scenario/defaults.ts";
import { makeScenario } from "../../src/scenario/make_scenario.ts";
import type { Job, MachineSpec } from "../../src/scenario/scenario.ts";

/** What Linux 6.13 and newer does. */
export const KERNEL_MACHINE: Pick<MachineSpec, "scheme" | "rules"> = {
  scheme: "hybrid",
  rules: "6.13",
};

/** One thread of fio and what it left to replay. */
export interface ReplayedThread {
  readonly name: string;
  readonly job: Job;
  /** Path of its I/O log; undefined: it was refused, or ended before its first I/O. */
  readonly log: { readonly path: string; readonly largestBytes: number } | undefined;
}

/** What the emulator counted. */
export interface Emulated {
  readonly ios: number;
  readonly bytes: number;
  readonly acquired: number;
  readonly released: number;
  /** The machine refused to pin the buffers (EFAULT). */
  readonly refused: boolean;
}

const NOTHING: Emulated = { ios: 0, bytes: 0, acquired: 0, released: 0, refused: false };

export interface EmulateOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: RunProgress) => void;
}

/**
 * Replays the threads of one job, all at once; a job at a time, so that its pins are known.
 *
 * @throws Error when the machine broke a promise: then its counts are worth nothing
 */
export async function emulate(
  threads: readonly ReplayedThread[],
  source: string,
  options: EmulateOptions,
): Promise<Emulated> {
  if (threads.length === 0) return NOTHING;
  const scenario = makeScenario({
    name: threads[0]?.name ?? "job",
    source,
    machine: KERNEL_MACHINE,
    run: { warmupMs: 0, sample: 0 },
    jobs: threads.map(replayJob),
  });
  const record = await runThreads(scenario, options);
  const refused = record.jobs.some(({ error }) => error === EFAULT);
  if (!refused) checkRun(record);
  const directions = record.jobs.flatMap(({ read, write }) => [read, write]);
  return {
    ios: directions.reduce((sum, { ios }) => sum + ios, 0),
    bytes: directions.reduce((sum, { bytes }) => sum + bytes, 0),
    acquired: record.vmstat.nr_foll_pin_acquired ?? 0,
    released: record.vmstat.nr_foll_pin_released ?? 0,
    refused,
  };
}

/** The job with its log in the place of whatever decided how many I/Os there are, and when. */
function replayJob({ name, job, log }: ReplayedThread): Job {
  return {
    ...job,
    name,
    clones: 1,
    groupReporting: false,
    ...UNPACED,
    numberIos: log === undefined ? 1 : undefined,
    replay: log && {
      files: [log.path],
      keepsTime: false,
      timeScalePercent: 100,
      skip: [],
      largestBytes: log.largestBytes,
    },
  };
}

function checkRun(record: RunRecord): void {
  const broken = runExitReasons({ ...record, interrupted: false });
  if (broken.length === 0) return;
  const words = broken.map(({ message }) => message).join("; ");
  throw new Error(`the replay failed: ${words}`);
}
