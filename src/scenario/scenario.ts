/**
 * Scenario: the one thing every executor takes. A fio job file, a YAML file or a program
 * builds one; `makeScenario` (make_scenario.ts) completes, checks and freezes it.
 *
 * Units: bytes, milliseconds for run limits, nanoseconds for service times, percent 0..100.
 */

export const COUNT_NAMES = ["refcount", "bias", "hybrid", "exact", "exact-side"] as const;
export type CountName = (typeof COUNT_NAMES)[number];

export const RULES_NAMES = ["5.0", "5.7", "6.13"] as const;
export type RulesName = (typeof RULES_NAMES)[number];

export const PATTERN_NAMES = [
  "direct_io",
  "buffered_io",
  "fixed_buffers",
  "rdma_mr",
  "mapper",
  "gup_test",
] as const;
export type PatternName = (typeof PATTERN_NAMES)[number];

/** What the emulated machine is: its size, its pin accounting, its kernel's rules. */
export interface MachineSpec {
  /** Page frames of 4 KiB; "auto" sizes the machine to what the jobs need. */
  readonly pages: number | "auto";
  readonly scheme: CountName;
  /** GUP_PIN_COUNTING_BIAS, 2..2^20. */
  readonly bias: number;
  readonly rules: RulesName;
}

/** How long, how closely watched, from which seed. */
export interface RunSpec {
  readonly seed: number;
  /** Limits each stonewall group, whatever its jobs' sizes say; undefined: the jobs decide. */
  readonly durationMs: number | undefined;
  /** Left out of the figures. */
  readonly warmupMs: number;
  /** One operation in `sample` is timed alone; 0 times none. */
  readonly sample: number;
}

/** A block size drawn with a probability; a range draws multiples of `minBytes`. */
export interface BlockSizeShare {
  readonly minBytes: number;
  readonly maxBytes: number;
  readonly percent: number;
}

export type RandomDistribution =
  | { readonly kind: "random" }
  | { readonly kind: "zipf"; readonly theta: number }
  | { readonly kind: "pareto"; readonly power: number }
  | { readonly kind: "normal"; readonly deviationPercent: number }
  | { readonly kind: "zoned"; readonly zones: readonly Zone[] };

/** `accessPercent` of the accesses fall into the next `sizePercent` of the file. */
export interface Zone {
  readonly accessPercent: number;
  readonly sizePercent: number;
}

/** fio's thread of control: one job section, run by `clones` actors. */
export interface Job {
  readonly name: string;
  readonly pattern: PatternName;
  /** fio's engine name, for the record. */
  readonly ioengine: string;
  readonly clones: number;
  /** Jobs with the same number are reported together when `groupReporting` is set. */
  readonly reportingGroup: number;
  readonly groupReporting: boolean;
  /** Clones (and other `thread` jobs of the group) share one address space. */
  readonly thread: boolean;
  /** Share of reads among the operations; 100 reads only, 0 writes only. */
  readonly readPercent: number;
  readonly random: boolean;
  readonly randomDistribution: RandomDistribution;
  /** False: every block is visited once before any is visited again. */
  readonly norandommap: boolean;
  readonly readSizes: readonly BlockSizeShare[];
  readonly writeSizes: readonly BlockSizeShare[];
  /** Offsets are multiples of this; 0 means the smallest block size. */
  readonly blockAlignBytes: number;
  readonly iodepth: number;
  /** Extent of the file that one clone works on. */
  readonly sizeBytes: number;
  /** Bytes one clone transfers before it ends (unless `timeBased`). */
  readonly ioSizeBytes: number;
  readonly numberIos: number | undefined;
  readonly runtimeMs: number | undefined;
  readonly timeBased: boolean;
  /** Distance of the first buffer from a page boundary: fio adds iomem_align to an aligned base. */
  readonly memAlignBytes: number;
  /** Order of the folios that back the buffers: 0 is 4 KiB pages, 9 is 2 MiB. */
  readonly folioOrder: number;
  /** Percentiles of the report, ascending, 0 < p <= 100. */
  readonly percentiles: readonly number[];
  /** `rdma_mr`: how long a region stays registered; 0 is the whole run. */
  readonly lifetimeMs: number;
  /** `mapper`: ordinary references held on each page of its range. */
  readonly references: number;
  /** `gup_test`: pages per call, and how the calls walk the buffer. */
  readonly pagesPerCall: number;
  readonly bufferPages: number;
  readonly walk: "sequential" | "random" | "hot";
}

/** Jobs between two stonewalls; groups run one after the other. */
export interface Group {
  readonly jobs: readonly Job[];
}

export interface Scenario {
  readonly name: string;
  /** Where it was read: a path, "-" for standard input, "api". */
  readonly source: string;
  readonly machine: MachineSpec;
  readonly run: RunSpec;
  readonly groups: readonly Group[];
  /**
   * Device service time: up to 1,024 equally likely values in ns; none is an instant device.
   */
  readonly serviceNs: readonly number[];
  /** What the reader of the input wants the reader of the result to know. */
  readonly notes: readonly string[];
}
