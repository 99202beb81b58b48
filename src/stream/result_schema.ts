import * as z from "zod/mini";

/**
 * The part of a result file (docs/OUTPUTS.md) that a reader of finished runs needs. Keys beyond
 * these are let pass; those that came later may be absent.
 */

// A page that allows no code to be made from text has to read results, too.
z.config({ jitless: true });

const COUNT = z.number().check(z.nonnegative());
const COUNTS = z.record(z.string(), COUNT);
const NAMES = z.array(z.string());

const LATENCY = z.object({
  min: COUNT,
  max: COUNT,
  mean: COUNT,
  N: COUNT,
  percentile: z.optional(COUNTS),
  bins: z.optional(COUNTS),
});

const OP = z.object({
  count: COUNT,
  rate: COUNT,
  sampled: COUNT,
  batch_mean_ns: z.nullable(COUNT),
  below_resolution: COUNT,
  latency_ns: LATENCY,
});

const DIRECTION = z.object({
  io_bytes: COUNT,
  total_ios: COUNT,
  drop_ios: z.optional(COUNT),
  late_ios: z.optional(COUNT),
});

const PINS = z.object({
  covered: z.nullable(z.number()),
  true_positive: COUNT,
  false_positive: COUNT,
  true_negative: COUNT,
  false_negative: COUNT,
  undecided: COUNT,
  unknown: COUNT,
  fast_fallbacks: COUNTS,
});

const VIOLATED = z.object({
  name: z.string(),
  count: COUNT,
  expected: z.boolean(),
  first: z.string(),
});

const THRESHOLD = z.object({
  text: z.string(),
  found: z.optional(z.nullable(z.string())),
  ok: z.boolean(),
});

const CHANGE = z.object({
  group: COUNT,
  at_ms: COUNT,
  knob: z.enum(["bias", "scheme", "on-pinned", "sample", "rate", "iodepth", "actor", "pause"]),
  of: z.nullable(z.string()),
  from: z.string(),
  to: z.string(),
  pause_ms: z.nullable(COUNT),
});

const MACHINE = {
  scheme: z.string(),
  bias: z.nullable(COUNT),
  on_pinned: z.string(),
  rules: z.string(),
  test_at: z.string(),
  recheck: z.string(),
  tlb: z.string(),
  stable_pages: z.boolean(),
  variant: z.nullable(z.string()),
};

const PINLAB = z.object({
  schema: z.literal(1),
  ...MACHINE,
  executor: z.string(),
  seed: COUNT,
  duration_ns: COUNT,
  sample: COUNT,
  interrupted: z.boolean(),
  scenario: z.string(),
  source: z.string(),
  actors: COUNT,
  pages: COUNT,
  vmstat: COUNTS,
  ops: z.record(z.string(), OP),
  pins: PINS,
  work: COUNTS,
  invariants: z.object({ checked: NAMES, promised: NAMES, violated: z.array(VIOLATED) }),
  thresholds: z.array(THRESHOLD),
  notes: NAMES,
  calibration: z.object({ clock_read_ns: COUNT, clock_grain_ns: COUNT, sampling_share: COUNT }),
  environment: z.record(z.string(), z.union([z.string(), z.number()])),
  changes: z.optional(z.array(CHANGE)),
  repeat: z.optional(z.string()),
  timeline: z.optional(z.nullable(z.object({ ops: NAMES, counters: NAMES, frames: z.string() }))),
});

export const RESULT = z.object({
  timestamp_ms: COUNT,
  jobs: z.array(z.object({ jobname: z.string(), read: DIRECTION, write: DIRECTION })),
  pinlab: PINLAB,
});

export type Result = z.infer<typeof RESULT>;
