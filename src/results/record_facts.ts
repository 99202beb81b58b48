import { OP_NAMES } from "../scenario/metric_names.ts";
import { effectiveSample } from "../scenario/pacing.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { warmupOf } from "../scenario/warmup.ts";
import type {
  InvariantBreach,
  JobRecord,
  OpName,
  OpRecord,
  PinsRecord,
  RunRecord,
} from "./record.ts";

/** Facts of a run that more than one output states. */

export const INTERRUPTED = "interrupted; the results hold what was measured until then";

/** The operations that the run did, in order. */
export function opsOf(record: RunRecord): [OpName, OpRecord][] {
  return OP_NAMES.flatMap((name): [OpName, OpRecord][] => {
    const op = record.ops[name];
    return op === undefined ? [] : [[name, op]];
  });
}

/** How often the pinned test was asked, whatever it answered. */
export function pinnedTests(pins: PinsRecord): number {
  const { truePositive, falsePositive, trueNegative, falseNegative, undecided, unknown } = pins;
  return truePositive + falsePositive + trueNegative + falseNegative + undecided + unknown;
}

/** Breaches of what the scheme promises: these make the run fail. */
export function brokenPromises(record: RunRecord): InvariantBreach[] {
  return record.invariants.violated.filter((breach) => !breach.expected);
}

/** Breaches of what the scheme never promised: the run does not fail for them. */
export function expectedFindings(record: RunRecord): InvariantBreach[] {
  return record.invariants.violated.filter((breach) => breach.expected);
}

/** The broken promise that made the job fail; undefined: it failed by itself, or not at all. */
export function causeOf(record: RunRecord, { job, error }: JobRecord): InvariantBreach | undefined {
  if (error === 0) return undefined;
  return brokenPromises(record).find(({ jobs = [] }) => jobs.includes(job.name));
}

/** Why a job failed, in words. */
export function failureWords({ error, errorText }: JobRecord, cause?: InvariantBreach): string {
  const what = errorText === "" ? `error ${error}` : `${errorText} (error ${error})`;
  return cause === undefined ? what : `${what}, because ${cause.name} was violated`;
}

/** Does the machine have files? The executor decides the invariants of files exactly then. */
export function hasFiles({ invariants }: RunRecord): boolean {
  return invariants.checked.includes("no-lost-dma-write");
}

/** How many I/Os the jobs completed, and how many of them were timed. */
export function timedIos(record: RunRecord): { readonly ios: number; readonly timed: number } {
  let ios = 0;
  let timed = 0;
  for (const { read, write } of record.jobs) {
    ios += read.ios + write.ios;
    timed += read.clat.count + write.clat.count;
  }
  return { ios, timed };
}

/** How long each stonewall group ran before its figures began, in ms. */
export function warmupsMs({ groups, run }: Scenario): number[] {
  return groups.map((group) => warmupOf(group, run));
}

/** The notes of the input and of the run, each once. */
export function notesOf(record: RunRecord): string[] {
  return [...new Set([...record.scenario.notes, ...record.notes])];
}

/** How many operations were timed; jobs that are slow enough have all of theirs timed. */
export function sampleWords({ run, groups }: Scenario): string {
  const jobs = groups.flatMap((group) => group.jobs);
  const samples = [...new Set(jobs.map((job) => effectiveSample(job, run.sample)))];
  const words = samples.map((one) => {
    if (one === 0) return "no operation";
    return one === 1 ? "every operation" : `about one operation in ${one}`;
  });
  return words.join(" or ");
}
