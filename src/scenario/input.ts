import { z } from "zod";
import { BIAS_MAX, BIAS_MIN } from "../../assembly/shared/codes.ts";
import { PASS_WHICH_COUNT } from "../../assembly/shared/gup_test_layout.ts";
import { timedChangeSchema } from "./change_schema.ts";
import {
  DEEPEST_QUEUE,
  LARGEST_BLOCK_BYTES,
  LARGEST_COUNT,
  LARGEST_SAMPLE,
  LONGEST_RUN_MS,
  MOST_ACTORS,
  MOST_BLOCK_SIZES,
  MOST_PERCENTILES,
  MOST_ZONES,
} from "./limits.ts";
import {
  COUNT_NAMES,
  GUP_CALLS,
  PATTERN_NAMES,
  POLICY_NAMES,
  RECHECK_NAMES,
  RULES_NAMES,
  SYNC_NAMES,
  TEST_AT_NAMES,
  THRESHOLD_SIGNS,
  TLB_NAMES,
  VARIANT_NAMES,
} from "./scenario.ts";
import { MOST_SERVICE_TIMES } from "./service_times.ts";
import { THRESHOLD_FORM } from "./threshold.ts";

const count = (low: number, high: number) => z.int().min(low).max(high);
const percent = z.number().min(0).max(100);
const bytes = count(1, LARGEST_COUNT);
const blockBytes = count(1, LARGEST_BLOCK_BYTES);

/** What decimals of percentages may leave over. */
const PERCENT_SLACK = 0.01;

function isWhole(percents: readonly number[]): boolean {
  const sum = percents.reduce((total, one) => total + one, 0);
  return Math.abs(sum - 100) <= PERCENT_SLACK;
}

const blockSize = z
  .strictObject({ minBytes: blockBytes, maxBytes: blockBytes, percent })
  .refine((size) => size.maxBytes >= size.minBytes, "maxBytes below minBytes");
const blockSizes = z
  .array(blockSize)
  .min(1)
  .max(MOST_BLOCK_SIZES)
  .refine((sizes) => isWhole(sizes.map((size) => size.percent)), "percents that add up to 100")
  .readonly();

const zone = z.strictObject({ accessPercent: percent, sizePercent: percent });
const zones = z
  .array(zone)
  .min(1)
  .max(MOST_ZONES)
  .refine(
    (list) => isWhole(list.map(({ accessPercent }) => accessPercent)),
    "accessPercents that add up to 100",
  )
  .refine(
    (list) => list.reduce((sum, one) => sum + one.sizePercent, 0) <= 100 + PERCENT_SLACK,
    "sizePercents that fit into 100",
  )
  .readonly();
const distribution = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("random") }),
  z.strictObject({ kind: z.literal("zipf"), theta: z.number().positive() }),
  z.strictObject({ kind: z.literal("pareto"), power: z.number().gt(0).lt(1) }),
  z.strictObject({ kind: z.literal("normal"), deviationPercent: percent }),
  z.strictObject({ kind: z.literal("zoned"), zones }),
]);

const rate = z.strictObject({
  per: z.enum(["ios", "bytes"]),
  aSecond: z.number().positive().max(LARGEST_COUNT),
});
const arrivals = z
  .strictObject({
    process: z.enum(["linear", "poisson"]),
    read: rate.optional(),
    write: rate.optional(),
  })
  .transform((given) => ({ ...given, read: given.read, write: given.write }));
const thinktime = z
  .strictObject({
    pauseNs: z
      .number()
      .positive()
      .max(LONGEST_RUN_MS * 1e6),
    spinNs: z.number().min(0),
    blocks: count(1, 2 ** 32 - 1),
    countedAt: z.enum(["complete", "issue"]),
    holdsRate: z.boolean().optional(),
  })
  .refine((pause) => pause.spinNs <= pause.pauseNs, "spinNs above pauseNs");
const latencyGoal = z.strictObject({
  targetNs: z.number().positive(),
  windowMs: z.number().positive().max(LONGEST_RUN_MS),
  percentile: z.number().gt(0).max(100),
  keepsRunning: z.boolean(),
});
const steadyState = z.strictObject({
  measure: z.enum(["iops", "bw"]),
  criterion: z.enum(["deviation", "slope"]),
  limit: z.number().min(0),
  inPercent: z.boolean(),
  windowMs: z.number().min(1000).max(LONGEST_RUN_MS),
  rampMs: z.number().min(0).max(LONGEST_RUN_MS),
});
const replay = z.strictObject({
  files: z.array(z.string().min(1)).min(1).max(MOST_ACTORS).readonly(),
  keepsTime: z.boolean(),
  timeScalePercent: z.number().positive(),
  skip: z.array(z.enum(["read", "write"])).readonly(),
  largestBytes: blockBytes,
});
const threshold = z.strictObject({
  text: z.string(),
  metric: z.string().min(1),
  sign: z.enum(THRESHOLD_SIGNS),
  limit: z.number(),
  abortOnFail: z.boolean(),
  delayAbortMs: z.number().min(0).max(LONGEST_RUN_MS),
});

const passes = z.strictObject({
  call: z.enum(GUP_CALLS),
  gupFlags: count(0, 2 ** 32 - 1),
  repeats: count(1, 2 ** 20),
  shared: z.boolean(),
  hugetlb: z.boolean(),
  touchFirst: z.boolean(),
  dump: z
    .array(count(0, 2 ** 24))
    .max(PASS_WHICH_COUNT)
    .readonly(),
});

const job = z
  .strictObject({
    name: z.string().min(1),
    pattern: z.enum(PATTERN_NAMES),
    ioengine: z.string(),
    clones: count(1, MOST_ACTORS),
    reportingGroup: count(0, 65536),
    groupReporting: z.boolean(),
    thread: z.boolean(),
    readPercent: percent,
    random: z.boolean(),
    randomDistribution: distribution,
    norandommap: z.boolean(),
    readSizes: blockSizes,
    writeSizes: blockSizes,
    blockAlignBytes: count(0, LARGEST_BLOCK_BYTES),
    iodepth: count(1, DEEPEST_QUEUE),
    sizeBytes: bytes,
    ioSizeBytes: bytes,
    numberIos: bytes.optional(),
    runtimeMs: z.number().min(0).optional(),
    timeBased: z.boolean(),
    loops: count(1, 2 ** 32 - 1),
    startDelayMs: z.number().min(0).max(LONGEST_RUN_MS),
    rampMs: z.number().min(0).max(LONGEST_RUN_MS).optional(),
    arrivals: arrivals.optional(),
    thinktime: thinktime.optional(),
    submit: z.enum(["inline", "offload"]),
    latencyGoal: latencyGoal.optional(),
    steadyState: steadyState.optional(),
    replay: replay.optional(),
    bufferBytes: count(0, LARGEST_BLOCK_BYTES),
    bufferFile: z.string().min(1).optional(),
    file: z.string().min(1).optional(),
    everyMs: z.number().min(0).max(LONGEST_RUN_MS),
    fsync: z.boolean(),
    punch: z.boolean(),
    batchPages: count(1, 2 ** 20),
    acquire: z.enum(["pin", "get"]),
    release: z.enum(["unpin", "put_page"]),
    memAlignBytes: count(0, 2 ** 30),
    folioOrder: count(0, 9),
    percentiles: z.array(z.number().gt(0).max(100)).max(MOST_PERCENTILES).readonly(),
    lifetimeMs: z.number().min(0),
    references: count(1, 2 ** 21),
    frameBytes: z.union([z.literal(2048), z.literal(4096)]),
    pagesPerCall: count(1, 2 ** 24),
    bufferPages: count(1, 2 ** 24),
    passes: passes.optional(),
    walk: z.enum(["sequential", "random", "hot"]),
  })
  .partial();
const jobs = z.array(job).min(1).readonly();

const MOST_CHANGES = 10_000;

/** A scenario as it comes in, before its defaults. */
export const scenarioInput = z
  .strictObject({
    name: z.string().default("scenario"),
    source: z.string().default("api"),
    machine: z
      .strictObject({
        pages: z.union([z.literal("auto"), count(64, 2 ** 26)]),
        scheme: z.enum(COUNT_NAMES),
        sync: z.enum(SYNC_NAMES),
        bias: count(BIAS_MIN, BIAS_MAX),
        rules: z.enum(RULES_NAMES),
        onPinned: z.strictObject({
          background: z.enum(POLICY_NAMES),
          fsync: z.enum(POLICY_NAMES),
        }),
        testAt: z.enum(TEST_AT_NAMES),
        recheck: z.enum(RECHECK_NAMES),
        tlb: z.enum(TLB_NAMES),
        stablePages: z.boolean(),
        variant: z.enum(VARIANT_NAMES).optional(),
      })
      .partial()
      .default({}),
    run: z
      .strictObject({
        seed: count(0, LARGEST_COUNT),
        durationMs: z.number().positive().max(LONGEST_RUN_MS).optional(),
        warmupMs: z.number().min(0).max(LONGEST_RUN_MS),
        sample: count(0, LARGEST_SAMPLE),
      })
      .partial()
      .default({}),
    jobs: jobs.optional(),
    groups: z.array(z.strictObject({ jobs })).readonly().optional(),
    files: z
      .array(z.strictObject({ name: z.string().min(1), sizeBytes: bytes }))
      .readonly()
      .default([]),
    serviceNs: z.array(z.number().min(0)).max(MOST_SERVICE_TIMES).readonly().default([]),
    thresholds: z
      .array(z.union([z.string(), threshold], THRESHOLD_FORM))
      .readonly()
      .default([]),
    changes: z.array(timedChangeSchema).max(MOST_CHANGES).readonly().default([]),
    notes: z.array(z.string()).readonly().default([]),
  })
  .refine((given) => given.jobs === undefined || given.groups === undefined, {
    message: "either jobs (one group) or groups",
    path: ["jobs"],
  });
