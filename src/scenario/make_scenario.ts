import { z } from "zod";
import { DEFAULT_JOB, DEFAULT_MACHINE, DEFAULT_RUN } from "./defaults.ts";
import { ConfigurationError, type Problem } from "./problem.ts";
import type { Scenario } from "./scenario.ts";

const count = (low: number, high: number) => z.int().min(low).max(high);
const percent = z.number().min(0).max(100);
const bytes = count(1, Number.MAX_SAFE_INTEGER);

const blockSize = z
  .strictObject({ minBytes: count(512, 2 ** 30), maxBytes: count(512, 2 ** 30), percent })
  .refine((size) => size.maxBytes >= size.minBytes, "maxBytes below minBytes");
const zone = z.strictObject({ accessPercent: percent, sizePercent: percent });
const distribution = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("random") }),
  z.strictObject({ kind: z.literal("zipf"), theta: z.number().positive() }),
  z.strictObject({ kind: z.literal("pareto"), power: z.number().gt(0).lt(1) }),
  z.strictObject({ kind: z.literal("normal"), deviationPercent: percent }),
  z.strictObject({ kind: z.literal("zoned"), zones: z.array(zone).min(1).max(256) }),
]);

const job = z
  .strictObject({
    name: z.string().min(1),
    pattern: z.enum(["direct_io", "buffered_io", "fixed_buffers", "rdma_mr", "mapper", "gup_test"]),
    ioengine: z.string(),
    clones: count(1, 65536),
    reportingGroup: count(0, 65536),
    groupReporting: z.boolean(),
    thread: z.boolean(),
    readPercent: percent,
    random: z.boolean(),
    randomDistribution: distribution,
    norandommap: z.boolean(),
    readSizes: z.array(blockSize).min(1).max(64),
    writeSizes: z.array(blockSize).min(1).max(64),
    blockAlignBytes: count(0, 2 ** 30),
    iodepth: count(1, 65536),
    sizeBytes: bytes,
    ioSizeBytes: bytes,
    numberIos: bytes.optional(),
    runtimeMs: z.number().min(0).optional(),
    timeBased: z.boolean(),
    memAlignBytes: count(0, 2 ** 30),
    folioOrder: count(0, 9),
    percentiles: z.array(z.number().gt(0).max(100)).max(20),
    lifetimeMs: z.number().min(0),
    references: count(0, 2 ** 21),
    pagesPerCall: count(1, 2 ** 18),
    bufferPages: count(1, 2 ** 24),
    walk: z.enum(["sequential", "random", "hot"]),
  })
  .partial();

const input = z.strictObject({
  name: z.string().default("scenario"),
  source: z.string().default("api"),
  machine: z
    .strictObject({
      pages: z.union([z.literal("auto"), count(64, 2 ** 26)]),
      scheme: z.enum(["refcount", "bias", "hybrid", "exact", "exact-side"]),
      bias: count(2, 2 ** 20),
      rules: z.enum(["5.0", "5.7", "6.13"]),
    })
    .partial()
    .default({}),
  run: z
    .strictObject({
      seed: count(0, Number.MAX_SAFE_INTEGER),
      durationMs: z.number().positive().max(86_400_000).optional(),
      warmupMs: z.number().min(0).max(86_400_000),
      sample: count(0, 2 ** 30),
    })
    .partial()
    .default({}),
  jobs: z.array(job).min(1).optional(),
  groups: z.array(z.strictObject({ jobs: z.array(job).min(1) })).optional(),
  serviceNs: z.array(z.number().min(0)).max(1024).default([]),
  notes: z.array(z.string()).default([]),
});

/** A scenario in which everything that has a default may be left out; `jobs` is one group. */
export type ScenarioInput = z.input<typeof input>;

/** Completes, checks and freezes a scenario. Throws ConfigurationError with every problem. */
export function makeScenario(given: ScenarioInput): Scenario {
  const parsed = input.safeParse(given);
  if (!parsed.success) {
    throw new ConfigurationError(parsed.error.issues.map((issue) => problemOf(given, issue)));
  }
  const { jobs, groups, machine, run, ...rest } = parsed.data;
  const scheme = machine.scheme ?? DEFAULT_MACHINE.scheme;
  const rules = machine.rules ?? (scheme === "hybrid" ? "6.13" : DEFAULT_MACHINE.rules);
  const all = groups ?? (jobs ? [{ jobs }] : []);
  const scenario: Scenario = {
    ...rest,
    machine: { ...DEFAULT_MACHINE, ...machine, rules },
    run: { ...DEFAULT_RUN, ...run },
    groups: all.map((group) => ({ jobs: group.jobs.map((part) => ({ ...DEFAULT_JOB, ...part })) })),
  };
  const problems = checkJobs(scenario);
  if (problems.length > 0) throw new ConfigurationError(problems);
  return deepFreeze(scenario);
}

function problemOf(given: unknown, issue: z.core.$ZodIssue): Problem {
  const where = issue.path.join(".") || "scenario";
  let value: unknown = given;
  for (const key of issue.path) value = (value as Record<PropertyKey, unknown> | undefined)?.[key];
  const found = value === undefined ? "nothing" : (JSON.stringify(value) ?? String(value));
  return { where, found: found.slice(0, 80), accepted: issue.message };
}

/** What one field alone cannot tell. */
function checkJobs(scenario: Scenario): Problem[] {
  const problems: Problem[] = [];
  if (scenario.groups.length === 0) {
    problems.push({ where: "jobs", found: "no job", accepted: "at least one" });
  }
  scenario.groups.forEach((group, g) => {
    const endless = group.jobs.every((j) => j.pattern === "mapper" || j.pattern === "gup_test");
    const unlimited = group.jobs.every((j) => j.runtimeMs === undefined);
    if (group.jobs.length > 0 && endless && unlimited && scenario.run.durationMs === undefined) {
      problems.push({
        where: `groups.${g}`,
        found: "only patterns without an end of their own, and no duration",
        accepted: "run.durationMs, or a job's runtimeMs",
      });
    }
    group.jobs.forEach((part, j) => {
      const where = `groups.${g}.jobs.${j}`;
      if (part.pattern === "gup_test" && part.pagesPerCall > part.bufferPages) {
        const found = `pagesPerCall ${part.pagesPerCall} above bufferPages ${part.bufferPages}`;
        problems.push({ where, found, accepted: "a call that fits the buffer" });
      }
    });
  });
  return problems;
}

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) deepFreeze(part);
  }
  return value;
}
