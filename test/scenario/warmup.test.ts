import { expect, test } from "vitest";
import { DEFAULT_JOB, DEFAULT_RUN } from "../../src/scenario/defaults.ts";
import type { Job } from "../../src/scenario/scenario.ts";
import { warmupOf } from "../../src/scenario/warmup.ts";

const replay = {
  files: ["log"],
  keepsTime: true,
  timeScalePercent: 100,
  skip: [],
  largestBytes: 4096,
};

const cases: [what: string, jobs: Partial<Job>[], ms: number][] = [
  ["the run's, where no job has one", [{}, {}], 1000],
  ["a job's own, though shorter", [{ rampMs: 300 }], 300],
  ["none, if the job says so", [{ rampMs: 0 }], 0],
  ["the longest of the group", [{ rampMs: 300 }, { rampMs: 2500 }, {}], 2500],
  ["the run's, where another job's is shorter", [{ rampMs: 300 }, {}], 1000],
  ["none before a replay", [{ rampMs: 300 }, { replay }], 0],
];
test.each(cases)("a group's warm-up is %s", (_, jobs, ms) => {
  const group = { jobs: jobs.map((job) => ({ ...DEFAULT_JOB, ...job })) };
  expect(warmupOf(group, DEFAULT_RUN)).toBe(ms);
});
