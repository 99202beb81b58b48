import type { z } from "zod";
import { PAGE_BYTES } from "../../assembly/shared/layout.ts";
import { DEFAULT_JOB, DEFAULT_RUN, PATTERN_DEFAULTS } from "./defaults.ts";
import { isEndless } from "./endless.ts";
import { tooManyActors } from "./group_size.ts";
import { scenarioInput } from "./input.ts";
import { completeMachine, machineProblems } from "./machine_spec.ts";
import { ConfigurationError, type Problem } from "./problem.ts";
import type { Job, PatternName, Scenario } from "./scenario.ts";
import { readThreshold } from "./threshold.ts";

/** A scenario in which everything that has a default may be left out; `jobs` is one group. */
export type ScenarioInput = z.input<typeof scenarioInput>;

/**
 * Completes, checks and freezes a scenario: the one door for programs and job files. A key whose
 * value is undefined is a key left out. Throws ConfigurationError with every problem.
 */
export function makeScenario(given: ScenarioInput): Scenario {
  const parsed = scenarioInput.safeParse(given);
  if (!parsed.success) {
    throw new ConfigurationError(parsed.error.issues.map((issue) => problemOf(given, issue)));
  }
  const { jobs, groups, machine, run, ...rest } = parsed.data;
  const all = groups ?? (jobs ? [{ jobs }] : []);
  const problems: Problem[] = [];
  const scenario: Scenario = {
    ...rest,
    thresholds: rest.thresholds.flatMap((one, i) =>
      readThreshold(one, `thresholds.${i}`, problems),
    ),
    machine: completeMachine(machine),
    changes: [...rest.changes].sort((a, b) => a.atMs - b.atMs),
    run: { ...DEFAULT_RUN, ...defined(run) },
    groups: all.map((group) => ({
      jobs: group.jobs.map((part) => ({ ...defaultsOf(part.pattern), ...defined(part) })),
    })),
  };
  problems.push(...machineProblems(scenario.machine, (key) => `machine.${key}`));
  problems.push(...checkJobs(scenario));
  if (problems.length > 0) throw new ConfigurationError(problems);
  return deepFreeze(scenario);
}

function defaultsOf(pattern: PatternName = DEFAULT_JOB.pattern): Job {
  return { ...DEFAULT_JOB, ...PATTERN_DEFAULTS[pattern] };
}

/** The keys that have a value. */
export function defined<T extends object>(part: T): T {
  const entries = Object.entries(part).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as T;
}

function problemOf(given: unknown, issue: z.core.$ZodIssue): Problem {
  const where = issue.path.join(".") || "scenario";
  let value: unknown = given;
  for (const key of issue.path) value = (value as Record<PropertyKey, unknown> | undefined)?.[key];
  return { where, found: foundWords(value).slice(0, 80), accepted: issue.message };
}

/** A value in words, also where JSON has none for it. */
function foundWords(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "bigint") return `${value}n`;
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return `a value of type ${typeof value} that JSON cannot hold`;
  }
}

/** What one field alone cannot tell. */
function checkJobs(scenario: Scenario): Problem[] {
  const problems: Problem[] = [];
  const timed = scenario.run.durationMs !== undefined;
  if (scenario.groups.length === 0) {
    problems.push({ where: "jobs", found: "no job", accepted: "at least one" });
  }
  scenario.groups.forEach((group, g) => {
    if (!timed && group.jobs.every(isEndless)) {
      problems.push({
        where: `groups.${g}`,
        found: "only patterns without an end of their own, and no duration",
        accepted: "a duration of the run (run.durationMs), or a runtime of a job (runtimeMs)",
      });
    }
    const crowd = tooManyActors(group, `groups.${g}`);
    if (crowd) problems.push(crowd);
    group.jobs.forEach((part, j) => {
      problems.push(...checkJob(part, `groups.${g}.jobs.${j}`, timed));
    });
  });
  return problems;
}

/** Patterns that can take their I/Os from a log. */
const REPLAYING: readonly PatternName[] = ["direct_io", "buffered_io", "fixed_buffers", "rdma_mr"];

function checkJob(job: Job, where: string, timed: boolean): Problem[] {
  const problems: Problem[] = [];
  if (job.timeBased && job.runtimeMs === undefined && !timed) {
    const accepted = "its runtimeMs, or run.durationMs";
    problems.push({ where, found: "timeBased, and no time is given", accepted });
  }
  if (job.replay !== undefined && !REPLAYING.includes(job.pattern)) {
    problems.push({ where, found: `${job.pattern} and a replay`, accepted: REPLAYING.join(", ") });
  }
  if (job.bufferFile !== undefined && job.folioOrder > 0) {
    const found = `bufferFile and folios of order ${job.folioOrder}`;
    problems.push({ where, found, accepted: "one of the two: a file's pages are 4 KiB" });
  }
  const frames = (job.bufferPages * PAGE_BYTES) / job.frameBytes;
  if (job.pattern === "xsk_umem" && job.iodepth > frames) {
    const found = `iodepth ${job.iodepth} above the umem's ${frames} frames`;
    problems.push({ where, found, accepted: "a queue that the umem's frames can fill" });
  }
  if (job.pattern === "gup_test" && job.pagesPerCall > job.bufferPages) {
    const found = `pagesPerCall ${job.pagesPerCall} above bufferPages ${job.bufferPages}`;
    problems.push({ where, found, accepted: "a call that fits the buffer" });
  }
  for (const found of offloadProblems(job)) {
    problems.push({ where, found, accepted: "submit: inline" });
  }
  if (job.replay && job.arrivals) {
    const found = "arrivals beside a replay, which has times of its own";
    problems.push({ where, found, accepted: "one of the two" });
  }
  return problems;
}

/** What needs one submitter that knows of all of the clone's I/Os. */
function offloadProblems(job: Job): string[] {
  if (job.submit === "inline") return [];
  const { thinktime, latencyGoal, replay } = job;
  const needing = Object.entries({ thinktime, latencyGoal, replay });
  return needing
    .filter(([, value]) => value !== undefined)
    .map(
      ([name]) => `${name} with offloaded submission, whose submitters know only their own I/Os`,
    );
}

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null) {
    Object.freeze(value);
    for (const part of Object.values(value)) deepFreeze(part);
  }
  return value;
}
