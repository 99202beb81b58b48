import type { Job, PatternName, RunSpec } from "./scenario.ts";

/** fio's default percentiles. */
export const FIO_PERCENTILES: readonly number[] = Object.freeze([
  1, 5, 10, 20, 30, 40, 50, 60, 70, 80, 90, 95, 99, 99.5, 99.9, 99.95, 99.99,
]);

export const DEFAULT_RUN: RunSpec = Object.freeze({
  seed: 1,
  durationMs: undefined,
  warmupMs: 1000,
  sample: 512,
});

/** What a pattern has in place of a job's defaults: a umem has 4,096 frames, as in the samples. */
export const PATTERN_DEFAULTS: Partial<Record<PatternName, Partial<Job>>> = Object.freeze({
  xsk_umem: Object.freeze({ bufferPages: 4096 }),
});

/** Nothing but its size says when a job's I/Os start and when it ends. */
export const UNPACED = Object.freeze({
  numberIos: undefined,
  runtimeMs: undefined,
  timeBased: false,
  loops: 1,
  startDelayMs: 0,
  rampMs: undefined,
  arrivals: undefined,
  thinktime: undefined,
  submit: "inline",
  latencyGoal: undefined,
  steadyState: undefined,
}) satisfies Partial<Job>;

/** A job as fio would run one that names nothing but its name; sizes in bytes. */
export const DEFAULT_JOB: Job = Object.freeze({
  name: "job",
  pattern: "direct_io",
  ioengine: "psync",
  clones: 1,
  reportingGroup: 0,
  groupReporting: false,
  thread: false,
  readPercent: 100,
  random: false,
  randomDistribution: Object.freeze({ kind: "random" }),
  norandommap: false,
  readSizes: Object.freeze([Object.freeze({ minBytes: 4096, maxBytes: 4096, percent: 100 })]),
  writeSizes: Object.freeze([Object.freeze({ minBytes: 4096, maxBytes: 4096, percent: 100 })]),
  blockAlignBytes: 0,
  iodepth: 1,
  sizeBytes: 1 << 26,
  ioSizeBytes: 1 << 26,
  ...UNPACED,
  replay: undefined,
  memAlignBytes: 0,
  folioOrder: 0,
  bufferBytes: 0,
  bufferFile: undefined,
  file: undefined,
  everyMs: 0,
  fsync: false,
  punch: false,
  batchPages: 32,
  acquire: "pin",
  release: "unpin",
  percentiles: FIO_PERCENTILES,
  lifetimeMs: 0,
  references: 1,
  frameBytes: 4096,
  pagesPerCall: 1,
  bufferPages: 256,
  passes: undefined,
  walk: "sequential",
});
