import type { ChangeRecord } from "../executors/control.ts";
import type { MachineEnvironment } from "../machine/environment.ts";
import type { GupPassesDone } from "../machine/gup_passes.ts";
import type { LatencyHistogram } from "../machine/histogram.ts";
import type { CpuTrace } from "../machine/trace.ts";
import type { OP_NAMES } from "../scenario/metric_names.ts";
import type { Job, Scenario, Threshold } from "../scenario/scenario.ts";

/**
 * RunRecord: everything a finished run has to say, before it is turned into words or files.
 * Executors produce it; every output format is a function of it. Times in ns unless named.
 */

export type OpName = (typeof OP_NAMES)[number];

export interface OpRecord {
  /** Operations done while measuring. */
  readonly count: number;
  /** Operations a second of measured time of the groups that did any. */
  readonly rate: number;
  /** How many were timed alone; their latencies are in `latency`. */
  readonly sampled: number;
  /** Mean of operations timed in batches of 4 and more, the clock's cost taken off; or none was. */
  readonly batchMeanNs: number | undefined;
  /** Share 0..1 of the sampled latencies below twice the clock's grain plus its read cost. */
  readonly belowResolution: number;
  readonly latency: LatencyHistogram;
}

export interface DirectionRecord {
  readonly ios: number;
  readonly bytes: number;
  /** Measured time of the slowest clone. */
  readonly runtimeNs: number;
  /** Create → submitted (the pin is in here), submitted → completed, and their sum; sampled. */
  readonly slat: LatencyHistogram;
  readonly clat: LatencyHistogram;
  readonly lat: LatencyHistogram;
  /** Intended start → completed, for I/Os with a schedule; sampled as `lat` is, else empty. */
  readonly corrected: LatencyHistogram;
  /** I/Os that started when the one after them was already due. */
  readonly late: number;
  /** I/Os that were due before the end and never started. */
  readonly dropped: number;
}

/** What became of a job's latency goal. */
export interface LatencyGoalRecord {
  /** The deepest queue that kept the goal; 0: not even one I/O in flight did. */
  readonly depth: number;
  /** The search came to its end before the job did. */
  readonly settled: boolean;
}

/** What became of a job's steady state; rates a second, of the last full window. */
export interface SteadyStateRecord {
  readonly attained: boolean;
  readonly iopsMean: number;
  readonly bytesMean: number;
  /** Of the measure that was asked for: largest deviation or slope, in percent if so asked. */
  readonly found: number | undefined;
  readonly iops: readonly number[];
  readonly bytes: readonly number[];
}

/** A threshold and what the run gave. */
export interface ThresholdRecord {
  readonly threshold: Threshold;
  /** undefined: the run measured no such thing, which fails the threshold. */
  readonly value: number | undefined;
  /** It holds for the whole run, and did not end it. */
  readonly ok: boolean;
  /** It ended the run, after so many ms of measuring. */
  readonly abortedAtMs: number | undefined;
  /** What it saw then, of the stonewall group that was running. */
  readonly abortedValue: number | undefined;
}

/** One reporting unit: a clone, or with group_reporting all clones of a reporting group. */
export interface JobRecord {
  readonly job: Job;
  readonly stonewallGroup: number;
  readonly clones: number;
  /** errno of the first failed clone, 0 if none. */
  readonly error: number;
  /** Why it failed, in words, when `error` is not 0. */
  readonly errorText: string;
  readonly elapsedNs: number;
  readonly read: DirectionRecord;
  readonly write: DirectionRecord;
  /** Share of CPU time 0..100 of the actor's threads over the measured time. */
  readonly userCpuPercent: number;
  readonly systemCpuPercent: number;
  readonly latencyGoal: LatencyGoalRecord | undefined;
  readonly steadyState: SteadyStateRecord | undefined;
  /** `gup_test` in whole passes: what they were. */
  readonly passes?: GupPassesDone | undefined;
}

export interface PinsRecord {
  /** Share 0..1 of pins that the scheme can tell; undefined: no pin was taken. */
  readonly covered: number | undefined;
  readonly truePositive: number;
  readonly falsePositive: number;
  readonly trueNegative: number;
  readonly falseNegative: number;
  /** Tests whose ledger changed meanwhile: no verdict. */
  readonly undecided: number;
  /** Tests that the scheme cannot answer (`refcount`). */
  readonly unknown: number;
  readonly refusedOverflow: number;
  /** Why gup_fast handed over to the slow path: cause → times. */
  readonly fastFallbacks: Readonly<Record<string, number>>;
}

export interface InvariantBreach {
  readonly name: string;
  readonly count: number;
  /** A reported finding, not a broken promise of the scheme. */
  readonly expected: boolean;
  /** The first occurrence in words. */
  readonly first: string;
  /** Jobs that broke it or share memory with those: if one of them failed, then because of it. */
  readonly jobs?: readonly string[] | undefined;
}

export interface Calibration {
  /** Cost of one clock read from inside the core. */
  readonly clockReadNs: number;
  /** Smallest difference that the clock shows. */
  readonly clockGrainNs: number;
  /** Share 0..1 of the actors' time that taking the samples cost, estimated from the two. */
  readonly samplingShare: number;
}

/** What the trace rings held when a stonewall group had ended, teardown included. */
export interface GroupTrace {
  /** Names of its actors, by CPU. */
  readonly actors: readonly string[];
  readonly cpus: readonly CpuTrace[];
}

/** What a run recorded; each ring keeps the newest events of a group. */
export interface TraceRecord {
  readonly written: number;
  readonly kept: number;
  /** Overwritten by newer ones. */
  readonly dropped: number;
  readonly eventsPerCpu: number;
  readonly groups: readonly GroupTrace[];
}

export interface RunRecord {
  readonly scenario: Scenario;
  readonly executor: "threads";
  readonly startedAtMs: number;
  /** Measured time, warm-up left out, summed over the stonewall groups. */
  readonly durationNs: number;
  readonly actors: number;
  readonly pages: number;
  readonly memoryBytes: number;
  readonly interrupted: boolean;
  readonly jobs: readonly JobRecord[];
  readonly ops: Readonly<Partial<Record<OpName, OpRecord>>>;
  /** Counter name as in /proc/vmstat → value over the whole run, warm-up and teardown included. */
  readonly vmstat: Readonly<Record<string, number>>;
  readonly pins: PinsRecord;
  /** What pins cost the file side (WORK_NAMES), in pages; the whole run. */
  readonly work: Readonly<Record<string, number>>;
  readonly invariants: {
    readonly checked: readonly string[];
    /** What scheme, policy and rules promise, whether this executor can decide it or not. */
    readonly promised: readonly string[];
    readonly violated: readonly InvariantBreach[];
  };
  readonly thresholds: readonly ThresholdRecord[];
  readonly calibration: Calibration;
  readonly environment: MachineEnvironment;
  /** undefined: nothing was recorded. */
  readonly trace: TraceRecord | undefined;
  /** Knobs that were turned while it ran, in the order in which they were. */
  readonly changes: readonly ChangeRecord[];
  readonly notes: readonly string[];
}
