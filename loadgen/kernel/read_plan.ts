import { tmpdir } from "node:os";
import { dirname } from "node:path";
import { isTimed } from "../../src/scenario/endless.ts";
import { ConfigurationError, type Problem } from "../../src/scenario/problem.ts";
import type { Job } from "../../src/scenario/scenario.ts";
import { isScenarioName } from "../../src/scenario/scenario_name.ts";
import { Problems } from "../fio/problems.ts";
import { JOB_FILE_LIMITS, type JobFile, readJobFile } from "../fio/read_job_file.ts";
import { readText } from "../fio/read_text.ts";
import { readSections } from "../fio/sections.ts";
import { shown } from "../fio/shown.ts";
import type { Surroundings } from "../fio/substitute.ts";
import { surroundings } from "../job_input.ts";
import { type Derived, derive } from "./derive.ts";
import { type Effective, effectiveOptions, lastValue } from "./effective.ts";
import { disposalOf } from "./kept_options.ts";

/** An hour: what is logged, and replayed line by line, fills the disk at some point. */
const LONGEST_MS = 3_600_000;
const SECONDS = 1000;
/** For starting, and for I/Os that a slow disk still has in its queue. */
const SLACK_MS = 60_000;

export interface KernelPlan extends Derived {
  readonly name: string;
  readonly source: string;
  /** fio is stopped after that: its own limits are passed by far. */
  readonly deadlineMs: number;
  /** Where the scratch directory may be made, best first. */
  readonly places: readonly string[];
}

/**
 * Reads a job file and says what the real fio is to run.
 *
 * @throws ConfigurationError with every problem at once: what the reader refuses, and what cannot
 * be compared
 */
export function readPlan(source: string, env: Surroundings["env"]): KernelPlan {
  if (isScenarioName(source)) {
    const found = "a scenario, and the real fio reads none";
    throw new ConfigurationError([{ where: source, found, accepted: "a fio job file" }]);
  }
  const here = surroundings(env);
  const problems: Problem[] = [];
  const read = readText(source, JOB_FILE_LIMITS.bytes);
  // What cannot be read is refused by the reader, in its words.
  const text = read.ok ? read.text : undefined;
  const sections =
    text === undefined ? [] : readSections(source, text, new Problems(), JOB_FILE_LIMITS);
  const options = effectiveOptions(sections, here);
  problems.push(...refusals(options));
  const file = attempt(problems, () =>
    readJobFile({ source, ...here, ...(text === undefined ? {} : { text }) }),
  );
  if (file) problems.push(...tooLong(file, source), ...notComparable(file, source));
  if (problems.length > 0 || !file) throw new ConfigurationError(problems);
  const derived = derive(file.groups, options);
  return {
    ...derived,
    name: file.name,
    source,
    notes: [...file.notesOfReading, ...derived.notes],
    deadlineMs: deadlineMs(file),
    places: [...ownPlaces(options[0] ?? []), tmpdir(), "/var/tmp", process.cwd()],
  };
}

function attempt(problems: Problem[], read: () => JobFile): JobFile | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    const told = new Set(problems.map(({ where }) => where));
    problems.push(...error.problems.filter(({ where }) => !told.has(where)));
    return undefined;
  }
}

/** Options that make the comparison impossible, each where it stands. */
function refusals(jobs: readonly (readonly Effective[])[]): Problem[] {
  const found = new Map<string, Problem>();
  for (const { option, entry } of jobs.flat()) {
    const disposal = disposalOf(option, entry.value);
    if (disposal.kind !== "refused") continue;
    const what = `${option}, which pinlab kernel cannot compare: ${disposal.reason}`;
    found.set(entry.where, { where: entry.where, found: what, accepted: "a job without it" });
  }
  return [...found.values()];
}

/** Where the job itself would put its files. */
function ownPlaces(options: readonly Effective[]): string[] {
  const directory = lastValue(options, "directory")?.split(/(?<!\\):/)[0];
  const filename = lastValue(options, "filename")?.split(/(?<!\\):/)[0];
  if (directory !== undefined) return [directory.replaceAll("\\:", ":")];
  if (filename?.includes("/")) return [dirname(filename.replaceAll("\\:", ":"))];
  return [];
}

/** How long a job takes by its own limits; without a runtime or a pace nobody knows, so 0. */
function expectedMs(job: Job): number {
  if (isTimed(job)) return job.startDelayMs + (job.runtimeMs ?? 0);
  const ms = job.startDelayMs + pacedMs(job);
  return job.runtimeMs === undefined ? ms : Math.min(ms, job.runtimeMs + job.startDelayMs);
}

function pacedMs({ arrivals, thinktime, ioSizeBytes, numberIos, loops, ...job }: Job): number {
  const sizes = [...job.readSizes, ...job.writeSizes];
  const smallest = Math.min(...sizes.map(({ minBytes }) => minBytes));
  const ios = Math.min(numberIos ?? Number.POSITIVE_INFINITY, ioSizeBytes / smallest) * loops;
  const bytes = Math.min(ios * smallest, ioSizeBytes * loops);
  const paused = thinktime ? (ios / thinktime.blocks) * (thinktime.pauseNs / 1e6) : 0;
  const rates = [arrivals?.read, arrivals?.write].flatMap((rate) => (rate ? [rate] : []));
  const rated = rates.map(({ per, aSecond }) => (per === "ios" ? ios : bytes) / aSecond);
  return paused + Math.max(0, ...rated) * SECONDS;
}

/** The sum of the groups' longest jobs; one that only its size ends is given an hour. */
function deadlineMs({ groups }: JobFile): number {
  const longestMs = ({ runtimeMs, startDelayMs }: Job): number =>
    startDelayMs + (runtimeMs ?? LONGEST_MS);
  return groups.reduce((sum, { jobs }) => sum + Math.max(...jobs.map(longestMs)), SLACK_MS);
}

function tooLong({ groups }: JobFile, source: string): Problem[] {
  return groups
    .flatMap(({ jobs }) => jobs)
    .filter((job) => expectedMs(job) > LONGEST_MS)
    .map((job) => ({
      where: source,
      found: `job ${shown(job.name)} takes ${Math.round(expectedMs(job) / SECONDS)} seconds`,
      accepted: "at most an hour: a runtime=, a smaller size=, a higher rate",
    }));
}

/** Patterns that fio drives through hardware that the scratch file does not stand in for. */
function notComparable({ groups }: JobFile, source: string): Problem[] {
  return groups
    .flatMap(({ jobs }) => jobs)
    .filter(({ pattern }) => pattern === "rdma_mr")
    .map((job) => ({
      where: source,
      found: `job ${shown(job.name)}: ioengine=${job.ioengine} needs an RDMA card and a peer`,
      accepted: "an engine that works on a file",
    }));
}
