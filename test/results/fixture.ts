import { LatencyHistogram } from "../../src/machine/histogram.ts";
import type {
  DirectionRecord,
  JobRecord,
  OpRecord,
  RunRecord,
  ThresholdRecord,
} from "../../src/results/record.ts";
import { DEFAULT_JOB, DEFAULT_RUN } from "../../src/scenario/defaults.ts";
import {
  completeMachine,
  DEFAULT_MACHINE,
  type MachineInput,
} from "../../src/scenario/machine_spec.ts";
import { promisesOf } from "../../src/scenario/promises.ts";
import type { Job, Scenario } from "../../src/scenario/scenario.ts";
import { parseThreshold } from "../../src/scenario/threshold.ts";

const built = new Map<string, LatencyHistogram>();

/** `count` latencies around `medianNs`, the last in a thousand twenty times as long. */
export function latencies(medianNs: number, count: number): LatencyHistogram {
  const key = `${medianNs}/${count}`;
  const histogram = built.get(key) ?? LatencyHistogram.empty();
  built.set(key, histogram);
  for (let i = histogram.count; i < count; i++) {
    const part = ((i * 7919) % 10_007) / 10_007;
    const tail = i % 1000 === 999 ? 20 : 1;
    histogram.record(Math.round(medianNs * (0.6 + 0.8 * part) * tail));
  }
  return histogram;
}

export function direction(overrides: Partial<DirectionRecord> = {}): DirectionRecord {
  return {
    ios: 1_240_000,
    bytes: 1_240_000 * 4096,
    runtimeNs: 10_001_000_000,
    slat: latencies(1_900, 4843),
    clat: latencies(82_000, 4843),
    lat: latencies(84_000, 4843),
    corrected: LatencyHistogram.empty(),
    late: 0,
    dropped: 0,
    ...overrides,
  };
}

export const IDLE: DirectionRecord = {
  ios: 0,
  bytes: 0,
  runtimeNs: 0,
  slat: LatencyHistogram.empty(),
  clat: LatencyHistogram.empty(),
  lat: LatencyHistogram.empty(),
  corrected: LatencyHistogram.empty(),
  late: 0,
  dropped: 0,
};

export const JOB: Job = {
  ...DEFAULT_JOB,
  name: "db",
  ioengine: "libaio",
  clones: 2,
  groupReporting: true,
  random: true,
  iodepth: 16,
};

export function jobRecord(overrides: Partial<JobRecord> = {}): JobRecord {
  const job = overrides.job ?? JOB;
  return {
    job,
    stonewallGroup: 0,
    clones: job.groupReporting ? job.clones : 1,
    error: 0,
    errorText: "",
    elapsedNs: 11_003_000_000,
    read: direction(),
    write: IDLE,
    userCpuPercent: 97.2,
    systemCpuPercent: 0.41,
    latencyGoal: undefined,
    steadyState: undefined,
    ...overrides,
  };
}

export function opRecord(overrides: Partial<OpRecord> = {}): OpRecord {
  return {
    count: 1_240_000,
    rate: 123_987.6,
    sampled: 4843,
    batchMeanNs: 58.31,
    belowResolution: 0.37,
    latency: latencies(145, 4843),
    ...overrides,
  };
}

export function scenario(overrides: Partial<Scenario> = {}): Scenario {
  return {
    name: "randread-4k",
    source: "examples/randread-4k.fio",
    machine: DEFAULT_MACHINE,
    run: { ...DEFAULT_RUN, durationMs: 10_000 },
    groups: [{ jobs: [JOB] }],
    files: [],
    serviceNs: [],
    thresholds: [],
    changes: [],
    notes: ["fsync, verify: accepted, no effect on pinning"],
    ...overrides,
  };
}

/** A threshold of a run and what became of it. */
export function judged(
  text: string,
  outcome: Partial<Omit<ThresholdRecord, "threshold">> = {},
): ThresholdRecord {
  const threshold = parseThreshold(text, "fixture", []);
  if (threshold === undefined) throw new Error(`no threshold: ${text}`);
  const verdict = { value: 1, ok: true, abortedAtMs: undefined, abortedValue: undefined };
  return { threshold, ...verdict, ...outcome };
}

const OF_FILES = ["no-dirty-without-mkwrite", "no-dirty-without-buffers", "no-lost-dma-write"];

/** A run with files: O_DIRECT reads into a mapped file, writeback beside them. */
export function fileRecord(
  given: MachineInput = { scheme: "bias", sync: "barrier" },
  overrides: Partial<RunRecord> = {},
): RunRecord {
  const machine = completeMachine(given);
  const reader: Job = { ...JOB, bufferFile: "/data" };
  const writer: Job = { ...DEFAULT_JOB, name: "flush", pattern: "writeback", file: "/data" };
  const jobs = [reader, { ...writer, everyMs: 50 }];
  const base = runRecord({ scenario: scenario({ machine, groups: [{ jobs }] }) });
  return {
    ...base,
    vmstat: { ...base.vmstat, nr_dirtied: 12_400, nr_written: 12_345, pgscan: 5000, pgsteal: 0 },
    pins: { ...base.pins, truePositive: 309, falsePositive: 12, trueNegative: 12_012 },
    work: { skipped: 309, bounced: 12, mkclean: 12_345, freeze_failed: 7, gup_waited: 12 },
    invariants: {
      checked: [...base.invariants.checked, ...OF_FILES, "fsync-durable"],
      promised: promisesOf(machine),
      violated: [],
    },
    ...overrides,
  };
}

/** A run as the threads executor reports it: two clones of one random-read job. */
export function runRecord(overrides: Partial<RunRecord> = {}): RunRecord {
  return {
    scenario: scenario(),
    executor: "threads",
    startedAtMs: Date.UTC(2026, 10, 23, 12, 16, 0, 781),
    durationNs: 10_001_000_000,
    actors: 2,
    pages: 65_536,
    memoryBytes: 23_330_816,
    interrupted: false,
    jobs: [jobRecord()],
    ops: {
      pin_fast: opRecord(),
      pin_slow: opRecord({ count: 32, rate: 3.2, sampled: 0, latency: LatencyHistogram.empty() }),
      unpin: opRecord({ batchMeanNs: 41.7, latency: latencies(102, 4843) }),
      io: opRecord({ batchMeanNs: undefined, latency: latencies(84_000, 4843) }),
      mmap_lock_wait: opRecord({
        count: 0,
        rate: 0,
        sampled: 0,
        batchMeanNs: undefined,
        belowResolution: 0,
        latency: LatencyHistogram.empty(),
      }),
    },
    vmstat: {
      nr_foll_pin_acquired: 1_364_032,
      nr_foll_pin_released: 1_364_032,
      nr_gup_fast_pages_requested: 1_364_032,
    },
    pins: {
      covered: 1,
      truePositive: 0,
      falsePositive: 0,
      trueNegative: 0,
      falseNegative: 0,
      undecided: 0,
      unknown: 0,
      refusedOverflow: 0,
      fastFallbacks: { "not-present": 32, write: 0 },
    },
    work: {},
    invariants: {
      checked: ["no-false-negative", "no-overflow", "no-sleep-in-atomic", "conserved-refcount"],
      promised: promisesOf(DEFAULT_MACHINE),
      violated: [],
    },
    thresholds: [],
    calibration: { clockReadNs: 61.4, clockGrainNs: 10, samplingShare: 0.0123 },
    environment: {
      pinlab: "0.1.0",
      node: "v20.20.0",
      v8: "11.3.244.8",
      os: "Linux 6.1.0",
      cpu: "AMD EPYC 7B13",
      cpus: 2,
      wasmSha256: "0f".repeat(32),
      v8Flags: "--no-liftoff",
    },
    trace: undefined,
    changes: [],
    notes: [],
    ...overrides,
  };
}
