import { chosenParameters, machineParameters } from "../scenario/machine_words.ts";
import { isScenarioName } from "../scenario/scenario_name.ts";
import type { RunRecord } from "./record.ts";
import { brokenPromises, causeOf, failureWords, INTERRUPTED } from "./record_facts.ts";
import { refusalWords } from "./refusal.ts";
import { failedThresholds, foundWords } from "./threshold_words.ts";
import { timesWords } from "./words.ts";

/** What a command ends with; README lists them. */
export const EXIT_DONE = 0;
export const EXIT_COUNTS_DISAGREE = 95;
export const EXIT_INVARIANT = 96;
export const EXIT_LIMIT = 97;
export const EXIT_MISSING = 98;
export const EXIT_THRESHOLD = 99;
export const EXIT_CONFIGURATION = 104;
export const EXIT_INTERRUPTED = 105;
export const EXIT_INTERNAL = 107;

/** The first of these that applies is the command's status. */
const ORDER = [
  EXIT_INTERNAL,
  EXIT_CONFIGURATION,
  EXIT_MISSING,
  EXIT_INTERRUPTED,
  EXIT_INVARIANT,
  EXIT_COUNTS_DISAGREE,
  EXIT_LIMIT,
  EXIT_THRESHOLD,
] as const;

export type ExitStatus = typeof EXIT_DONE | (typeof ORDER)[number];

/** One reason not to end with 0. */
export interface ExitReason {
  readonly status: ExitStatus;
  /** For standard error: a line, and what is accepted below it where that is known. */
  readonly message: string;
}

/** The status of several reasons; 0 if there is none. */
export function exitStatusOf(reasons: readonly ExitReason[]): ExitStatus {
  const found = new Set(reasons.map(({ status }) => status));
  return ORDER.find((status) => found.has(status)) ?? EXIT_DONE;
}

/**
 * Why a finished run does not end with 0: a job that failed (a worker died, or the machine
 * refused what no workload may be refused) is an internal error, unless the rules that the user
 * chose demand the refusal: that is a configuration which cannot run; or a promise was broken that
 * made it fail. Then the interruption; then broken promises; then thresholds. An expected finding
 * is no reason.
 */
export function runExitReasons(record: RunRecord): ExitReason[] {
  const reasons: ExitReason[] = [];
  for (const failed of record.jobs) {
    const { job, error } = failed;
    if (error === 0) continue;
    const refusal = refusalWords(record, failed);
    if (refusal !== undefined) {
      reasons.push({ status: EXIT_CONFIGURATION, message: `job ${job.name}: ${refusal}` });
      continue;
    }
    const cause = causeOf(record, failed);
    const status = cause === undefined ? EXIT_INTERNAL : EXIT_INVARIANT;
    reasons.push({ status, message: `job ${job.name} failed: ${failureWords(failed, cause)}` });
  }
  if (record.interrupted) {
    reasons.push({ status: EXIT_INTERRUPTED, message: INTERRUPTED });
  }
  for (const { name, count, first } of brokenPromises(record)) {
    const message = `${name} violated ${timesWords(count)}: ${first}`;
    reasons.push({ status: EXIT_INVARIANT, message });
  }
  for (const judged of failedThresholds(record)) {
    const message = `threshold ${judged.threshold.text} failed: ${foundWords(record, judged)}`;
    reasons.push({ status: EXIT_THRESHOLD, message });
  }
  return reasons;
}

/** The command that repeats a run; undefined if its input came from a program. */
export function repeatLine(record: Pick<RunRecord, "scenario">): string | undefined {
  return repeatParts(record)?.join(" ");
}

/** As above, the command and each flag with its value: whoever breaks lines breaks between them. */
export function repeatParts(record: Pick<RunRecord, "scenario">): string[] | undefined {
  const { source, machine, run, thresholds } = record.scenario;
  if (source === "api") return undefined;
  // A scenario file may have said something else than the scheme's own.
  const parameters = isScenarioName(source)
    ? machineParameters(machine)
    : chosenParameters(machine);
  return [
    `pinlab run ${shellWord(source)}`,
    ...parameters.map(({ name, value }) => `--${name} ${value}`),
    `--seed ${run.seed}`,
    ...(run.durationMs === undefined ? [] : [`--duration ${run.durationMs}ms`]),
    `--warmup ${run.warmupMs}ms`,
    `--sample ${run.sample}`,
    ...thresholds.map(({ text }) => `--threshold ${shellWord(text)}`),
  ];
}

function shellWord(text: string): string {
  return /^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
