import { FALLBACK_NAMES, OP_NAMES, VMSTAT_NAMES, WORK_NAMES } from "./metric_names.ts";

/**
 * The figures that a threshold may name. These tables are all there is: the parser, the help and
 * the evaluation (src/executors/judge.ts) go by them.
 */

/** ns · a second · bytes a second · a plain number · bytes · 0..1. */
export type MetricKind = "time" | "rate" | "bandwidth" | "count" | "bytes" | "share";

const DIRECTIONS = ["read", "write"] as const;
const DIRECTION_LATENCIES = ["slat", "clat", "lat", "corrected"] as const;

/** Of latencies that were timed alone; `pN` beside them, any percentile. */
export const LATENCY_FIGURES = {
  min: "time",
  mean: "time",
  max: "time",
  stddev: "time",
  med: "time",
} as const;

/** Of all operations of a kind, timed or not; `batch_mean` of those timed in batches. */
export const OP_FIGURES = { count: "count", rate: "rate", batch_mean: "time" } as const;

export const DIRECTION_FIGURES = {
  iops: "rate",
  bw: "bandwidth",
  ios: "count",
  bytes: "bytes",
  late: "count",
  dropped: "count",
} as const;

export const PIN_FIGURES = {
  covered: "share",
  true_positive: "count",
  false_positive: "count",
  false_negative: "count",
  undecided: "count",
  refused: "count",
  refused_overflow: "count",
} as const;

export const RUN_FIGURES = {
  violations: "count",
  findings: "count",
  errors: "count",
  fallbacks: "count",
  duration: "time",
} as const;

type Op = (typeof OP_NAMES)[number];
export type Direction = (typeof DIRECTIONS)[number];
type DirectionLatency = (typeof DIRECTION_LATENCIES)[number];

/** Whose latencies: an operation's, or one part of a direction's I/Os. */
export type LatencyOf =
  | { readonly op: Op }
  | { readonly direction: Direction; readonly part: DirectionLatency };

/** Where a metric's value is found. */
export type MetricSource =
  | {
      readonly from: "latency";
      readonly of: LatencyOf;
      readonly figure: keyof typeof LATENCY_FIGURES;
    }
  | { readonly from: "percentile"; readonly of: LatencyOf; readonly percent: number }
  | { readonly from: "op"; readonly op: Op; readonly figure: keyof typeof OP_FIGURES }
  | {
      readonly from: "direction";
      readonly direction: Direction;
      readonly figure: keyof typeof DIRECTION_FIGURES;
    }
  | { readonly from: "pins"; readonly figure: keyof typeof PIN_FIGURES }
  | { readonly from: "run"; readonly figure: keyof typeof RUN_FIGURES }
  | { readonly from: "fallback"; readonly cause: string }
  | { readonly from: "work"; readonly kind: string }
  | { readonly from: "vmstat"; readonly counter: string };

export interface Metric {
  /** In its shortest form: `pin_fast.p99` for `pin_fast.p(99)`. */
  readonly name: string;
  readonly kind: MetricKind;
  readonly source: MetricSource;
  /** While a run lasts it never becomes less. */
  readonly grows: boolean;
}

const GROWING: readonly MetricKind[] = ["count", "bytes"];

function keysOf<T extends object>(table: T): (keyof T & string)[] {
  return Object.keys(table) as (keyof T & string)[];
}

function metric(name: string, kind: MetricKind, source: MetricSource): Metric {
  const grows = GROWING.includes(kind) || name === "duration" || name.endsWith(".max");
  return { name, kind, source, grows };
}

/** Everything that has latencies, by name: `pin_fast`, `read.clat`. */
const LATENCIES: ReadonlyMap<string, LatencyOf> = new Map([
  ...OP_NAMES.map((op): [string, LatencyOf] => [op, { op }]),
  ...DIRECTIONS.flatMap((direction) =>
    DIRECTION_LATENCIES.map((part): [string, LatencyOf] => [
      `${direction}.${part}`,
      { direction, part },
    ]),
  ),
]);

/** Every metric but the percentiles. */
const METRICS: ReadonlyMap<string, Metric> = new Map(
  [
    ...[...LATENCIES].flatMap(([name, of]) =>
      keysOf(LATENCY_FIGURES).map((figure) =>
        metric(`${name}.${figure}`, LATENCY_FIGURES[figure], { from: "latency", of, figure }),
      ),
    ),
    ...OP_NAMES.flatMap((op) =>
      keysOf(OP_FIGURES).map((figure) =>
        metric(`${op}.${figure}`, OP_FIGURES[figure], { from: "op", op, figure }),
      ),
    ),
    ...DIRECTIONS.flatMap((direction) =>
      keysOf(DIRECTION_FIGURES).map((figure) => {
        const kind = DIRECTION_FIGURES[figure];
        return metric(`${direction}.${figure}`, kind, { from: "direction", direction, figure });
      }),
    ),
    ...keysOf(PIN_FIGURES).map((figure) =>
      metric(`pins.${figure}`, PIN_FIGURES[figure], { from: "pins", figure }),
    ),
    ...keysOf(RUN_FIGURES).map((figure) =>
      metric(figure, RUN_FIGURES[figure], { from: "run", figure }),
    ),
    ...FALLBACK_NAMES.map((cause) =>
      metric(`fallbacks.${cause}`, "count", { from: "fallback", cause }),
    ),
    ...WORK_NAMES.map((kind) => metric(`work.${kind}`, "count", { from: "work", kind })),
    ...VMSTAT_NAMES.map((counter) => metric(counter, "count", { from: "vmstat", counter })),
  ].map((one) => [one.name, one]),
);

/** The metric of a name, percentiles as `p99.9` or `p(99.9)`; undefined: there is none. */
export function findMetric(name: string): Metric | undefined {
  const known = METRICS.get(name);
  if (known !== undefined) return known;
  const [, latency = "", bare, inBrackets] =
    /^(.+)\.p(?:(\d+(?:\.\d+)?)|\((\d+(?:\.\d+)?)\))$/.exec(name) ?? [];
  const of = LATENCIES.get(latency);
  const percent = Number(bare ?? inBrackets);
  if (of === undefined || !(percent > 0 && percent <= 100)) return undefined;
  return metric(`${latency}.p${percent}`, "time", { from: "percentile", of, percent });
}

/** Every metric's name, percentiles by their commonest. */
export function metricNames(): string[] {
  const percentiles = [...LATENCIES.keys()].flatMap((name) =>
    ["p50", "p90", "p95", "p99", "p99.9", "p99.99"].map((figure) => `${name}.${figure}`),
  );
  return [...METRICS.keys(), ...percentiles];
}

export interface MetricHelp {
  /** `OP.min`, … */
  readonly names: readonly string[];
  readonly about: string;
}

/** The metrics for a reader, a paragraph each. */
export function metricHelp(): MetricHelp[] {
  const withPrefix = (prefix: string, figures: readonly string[]) =>
    figures.map((figure) => `${prefix}.${figure}`);
  return [
    {
      names: withPrefix("OP", [...keysOf(LATENCY_FIGURES), "pN"]),
      about:
        "times of the operations timed alone, pN any percentile (p99, p99.9); OP is one of " +
        OP_NAMES.join(", "),
    },
    {
      names: withPrefix("OP", keysOf(OP_FIGURES)),
      about: "all operations, a second, and the mean time of those timed in batches",
    },
    {
      names: DIRECTION_LATENCIES.map((part) => `read.${part}.FIGURE`),
      about:
        "times of reads (or write.…) as fio has them, and from the intended start on; FIGURE as " +
        "of an operation's times",
    },
    {
      names: withPrefix("read", keysOf(DIRECTION_FIGURES)),
      about: "of all reads (or write.…); late and dropped where I/Os have intended starts",
    },
    {
      names: withPrefix("pins", keysOf(PIN_FIGURES)),
      about:
        "the share of pins that the scheme can tell, in percent, the pinned test's verdicts, and " +
        "pages that the scheme, or a count about to overflow, refused to pin",
    },
    { names: ["violations"], about: "how often a promised invariant was broken" },
    {
      names: ["findings"],
      about: "how often an invariant was broken that the scheme does not promise",
    },
    { names: ["errors"], about: "jobs that failed" },
    { names: ["duration"], about: "measured time" },
    {
      names: ["fallbacks", "fallbacks.CAUSE"],
      about:
        "hand-overs of gup_fast to the slow path, of all causes or of one, which is " +
        `one of ${FALLBACK_NAMES.join(", ")}`,
    },
    {
      names: withPrefix("work", WORK_NAMES),
      about:
        "what pins cost the file side, in pages (ptes_cleaned in page-table entries, gup_waited " +
        "in times), warm-up and teardown included",
    },
    { names: VMSTAT_NAMES, about: "counters of the whole run, warm-up and teardown included" },
  ];
}
