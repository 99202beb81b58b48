import type { Arrivals, LatencyGoal, SteadyState, Thinktime } from "./pace.ts";
import type { TimedChange } from "./timed_change.ts";

/**
 * Scenario: the one thing every executor takes. A fio job file, a YAML file or a program
 * builds one; `makeScenario` (make_scenario.ts) completes, checks and freezes it.
 *
 * Units: bytes, milliseconds for run limits, nanoseconds for service times, percent 0..100.
 */

/** COUNT: where pins are counted. */
export const COUNT_NAMES = [
  "refcount",
  "lru-count",
  "bias",
  "mapcount",
  "hybrid",
  "exact",
  "exact-side",
] as const;
export type CountName = (typeof COUNT_NAMES)[number];

/** SYNC: how gup is ordered against writeback. */
export const SYNC_NAMES = ["none", "lock", "lock-post", "barrier"] as const;
export type SyncName = (typeof SYNC_NAMES)[number];

/** What writeback does with a page that it is told is pinned. */
export const POLICY_NAMES = ["skip", "bounce", "wait", "ignore"] as const;
export type PolicyName = (typeof POLICY_NAMES)[number];

/** POLICY: background writeback (WB_SYNC_NONE) and fsync (WB_SYNC_ALL). */
export interface PolicyPair {
  readonly background: PolicyName;
  readonly fsync: PolicyName;
}

/** When writeback asks whether the page is pinned. */
export const TEST_AT_NAMES = ["before-mkclean", "after-mkclean", "after-set-writeback"] as const;
export type TestAtName = (typeof TEST_AT_NAMES)[number];

/** When gup reads the page-table entry once more: never, without the page lock, or under it. */
export const RECHECK_NAMES = ["none", "before-lock", "under-lock"] as const;
export type RecheckName = (typeof RECHECK_NAMES)[number];

/** Does a TLB flush wait for CPUs that have interrupts off? */
export const TLB_NAMES = ["ipi", "broadcast"] as const;
export type TlbName = (typeof TLB_NAMES)[number];

/**
 * Ways to do it wrong, each asked for by name: a labelled step of the mapcount algorithm left out,
 * no second look at the entry, no barrier, unpin by put_page, the pinned test of RFC v2 (`>`) and
 * Kara's first one (less the mappings).
 */
export const VARIANT_NAMES = [
  ...["drop-G1", "drop-G2", "drop-G3", "drop-G4", "drop-G5", "drop-G6", "drop-P1"],
  ...["drop-C1", "drop-C2", "drop-C5", "drop-T1", "drop-T2", "drop-T3"],
  ...["no-recheck", "no-barrier", "count-first", "lock-in-fast", "put-page"],
  ...["test-above", "test-less-mapcount"],
] as const;
export type VariantName = (typeof VARIANT_NAMES)[number];

export const RULES_NAMES = ["5.0", "5.7", "6.13"] as const;
export type RulesName = (typeof RULES_NAMES)[number];

export const PATTERN_NAMES = [
  "direct_io",
  "buffered_io",
  "fixed_buffers",
  "rdma_mr",
  "xsk_umem",
  "mapper",
  "gup_test",
  "writeback",
  "reclaim",
  "truncate",
] as const;
export type PatternName = (typeof PATTERN_NAMES)[number];

/** What the emulated machine is: its size, its pin accounting, its kernel's rules. */
export interface MachineSpec {
  /** Page frames of 4 KiB; "auto" sizes the machine to what the jobs need. */
  readonly pages: number | "auto";
  readonly scheme: CountName;
  readonly sync: SyncName;
  /** GUP_PIN_COUNTING_BIAS, 2..2^20. */
  readonly bias: number;
  readonly rules: RulesName;
  readonly onPinned: PolicyPair;
  readonly testAt: TestAtName;
  readonly recheck: RecheckName;
  readonly tlb: TlbName;
  /** A page under writeback is not to change: who wants to write to it waits. */
  readonly stablePages: boolean;
  readonly variant: VariantName | undefined;
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

/** Replay of I/O logs (fio's iolog, version 2 or 3) in place of generated I/O. */
export interface Replay {
  /** One log a clone; clones beyond the last one replay the last one too. */
  readonly files: readonly string[];
  /** False: as fast as possible, whatever the log's times say (replay_no_stall). */
  readonly keepsTime: boolean;
  /** 200 plays twice as fast as it was recorded, 50 half as fast. */
  readonly timeScalePercent: number;
  readonly skip: readonly ("read" | "write")[];
  /** Longest I/O of all the files: what a buffer must hold. */
  readonly largestBytes: number;
}

export const GUP_CALLS = [
  "gup-fast",
  "pin-fast",
  "pin-longterm",
  "gup-basic",
  "pin-basic",
  "dump-get",
  "dump-pin",
] as const;
export type GupCall = (typeof GUP_CALLS)[number];

/** What the kernel selftest does with a region: get all of it, look, give all of it back. */
export interface GupPasses {
  readonly call: GupCall;
  /** FOLL_*; what gup refuses ends a pass, as it does the selftest's. */
  readonly gupFlags: number;
  readonly repeats: number;
  /** MAP_SHARED: without it a file's pages become anonymous when they are written. */
  readonly shared: boolean;
  readonly hugetlb: boolean;
  /** Every page is written before the first pass; else gup faults it in. */
  readonly touchFirst: boolean;
  /** Pages of the region, from 0, whose struct page is kept while they are held; at most 8. */
  readonly dump: readonly number[];
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
  /** How often the whole of it is done: bytes and I/Os are multiplied. */
  readonly loops: number;
  /** From the start of the stonewall group. */
  readonly startDelayMs: number;
  /** Left out of the figures, in place of the run's warm-up; the longest of a group counts. */
  readonly rampMs: number | undefined;
  readonly arrivals: Arrivals | undefined;
  readonly thinktime: Thinktime | undefined;
  /** `offload`: `iodepth` submitters in one address space, an I/O at a time each. */
  readonly submit: "inline" | "offload";
  readonly latencyGoal: LatencyGoal | undefined;
  readonly steadyState: SteadyState | undefined;
  readonly replay: Replay | undefined;
  /** Distance of the first buffer from a page boundary: fio adds iomem_align to an aligned base. */
  readonly memAlignBytes: number;
  /** Order of the folios that back the buffers: 0 is 4 KiB pages, 9 is 2 MiB. */
  readonly folioOrder: number;
  /** Least size of each buffer; fio's is the largest block of any direction, used or not. */
  readonly bufferBytes: number;
  /** The file whose pages the buffers are, mapped shared; undefined: anonymous memory. */
  readonly bufferFile: string | undefined;
  /**
   * The file that `buffered_io` reads and writes (undefined: one of each clone's own), and that
   * `writeback` and `truncate` work on.
   */
  readonly file: string | undefined;
  /** `writeback`, `reclaim`, `truncate`: from the start of one pass to that of the next. */
  readonly everyMs: number;
  /** `writeback`: a pass is an fsync (WB_SYNC_ALL) instead of background writeback. */
  readonly fsync: boolean;
  /** `truncate`: a hole is punched, instead of the end cut off and grown again. */
  readonly punch: boolean;
  /** `reclaim`, `truncate`: pages that a pass takes at the most. */
  readonly batchPages: number;
  /** `direct_io`: an unconverted call site gets references, or gives pins back by put_page(). */
  readonly acquire: "pin" | "get";
  readonly release: "unpin" | "put_page";
  /** Percentiles of the report, ascending, 0 < p <= 100. */
  readonly percentiles: readonly number[];
  /** `rdma_mr`: how long a region stays registered; 0 is the whole run. */
  readonly lifetimeMs: number;
  /** `mapper`: ordinary references held on each page of its range. */
  readonly references: number;
  /** `xsk_umem`: size of the frames that `bufferPages` pages are cut into. */
  readonly frameBytes: 2048 | 4096;
  /** `gup_test`: pages per call, and how the calls walk the buffer. */
  readonly pagesPerCall: number;
  readonly bufferPages: number;
  /** `gup_test`: whole passes, its clones on one region; undefined: a loop without an end. */
  readonly passes: GupPasses | undefined;
  readonly walk: "sequential" | "random" | "hot";
}

export const THRESHOLD_SIGNS = ["<=", ">=", "==", "!=", "<", ">"] as const;

/** A condition on a finished run's figures, such as `pin_fast.p99<5us`; see threshold.ts. */
export interface Threshold {
  /** As it was written. */
  readonly text: string;
  /** `pin_fast.p99`, `read.iops`, `violations`, `nr_foll_pin_acquired`. */
  readonly metric: string;
  readonly sign: (typeof THRESHOLD_SIGNS)[number];
  /** ns, a second, bytes a second, or a plain number, as the metric wants. */
  readonly limit: number;
  /** Ends the run as soon as it fails, looked at once a second. */
  readonly abortOnFail: boolean;
  /** Measured time before the first look. */
  readonly delayAbortMs: number;
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
  /** Files that are larger than what the jobs map, read and write of them. */
  readonly files: readonly { readonly name: string; readonly sizeBytes: number }[];
  /**
   * Device service time: up to 1,024 equally likely values in ns; none is an instant device.
   */
  readonly serviceNs: readonly number[];
  readonly thresholds: readonly Threshold[];
  /** Knobs that the run turns by itself, in the order of their times. */
  readonly changes: readonly TimedChange[];
  /** What the reader of the input wants the reader of the result to know. */
  readonly notes: readonly string[];
}
