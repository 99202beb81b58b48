import type { ChangeRecord } from "../executors/control.ts";
import { FIO_PERCENTILES } from "../scenario/defaults.ts";
import { policyName, schemeName, usesBias } from "../scenario/machine_words.ts";
import { WORK_NAMES } from "../scenario/metric_names.ts";
import type { MachineSpec } from "../scenario/scenario.ts";
import { repeatLine } from "./exit_status.ts";
import { latencyJson, rounded } from "./latency_json.ts";
import type { OpRecord, RunRecord, ThresholdRecord, TraceRecord } from "./record.ts";
import { notesOf, opsOf, warmupsMs } from "./record_facts.ts";
import { repeatedScenario } from "./repeated_scenario.ts";
import { metricWords } from "./threshold_words.ts";

/** Version of the `pinlab` object; a key that changes its meaning raises it. */
export const PINLAB_SCHEMA = 1;

/**
 * What fio's JSON has no keys for. Times in ns, rates a second, shares 0..1; null where there
 * was nothing to measure.
 */
export function pinlabJson(record: RunRecord, withBins: boolean, timeline?: TimelineJson) {
  const { scenario } = record;
  return {
    schema: PINLAB_SCHEMA,
    executor: record.executor,
    ...machineJson(scenario.machine),
    seed: scenario.run.seed,
    cpus: record.environment.cpus,
    duration_ns: Math.round(record.durationNs),
    warmup_ns: Math.round(Math.max(0, ...warmupsMs(scenario)) * 1e6),
    sample: scenario.run.sample,
    interrupted: record.interrupted,
    scenario: scenario.name,
    source: scenario.source,
    actors: record.actors,
    pages: record.pages,
    memory_bytes: record.memoryBytes,
    vmstat: record.vmstat,
    ops: Object.fromEntries(opsOf(record).map(([name, op]) => [name, opJson(op, withBins)])),
    pins: pinsJson(record),
    work: Object.fromEntries(WORK_NAMES.map((name) => [name, record.work[name] ?? 0])),
    invariants: invariantsJson(record),
    thresholds: record.thresholds.map(thresholdJson),
    changes: record.changes.map(changeJson),
    trace: traceJson(record.trace),
    notes: notesOf(record),
    calibration: {
      clock_read_ns: rounded(record.calibration.clockReadNs),
      clock_grain_ns: rounded(record.calibration.clockGrainNs),
      sampling_share: rounded(record.calibration.samplingShare),
    },
    environment: environmentJson(record),
    repeat: repeatLine(record) ?? "",
    config: repeatedScenario(record),
    timeline: timeline ?? null,
  };
}

function changeJson({ group, atMs, knob, of, from, to, pauseMs }: ChangeRecord) {
  return {
    group,
    at_ms: rounded(atMs),
    knob,
    of: of ?? null,
    from,
    to,
    pause_ms: pauseMs === undefined ? null : rounded(pauseMs),
  };
}

/** What a watched run did over time: frames of the wire (docs/WIRE.md) in base64, and names. */
export interface TimelineJson {
  readonly ops: readonly string[];
  readonly counters: readonly string[];
  readonly frames: string;
}

function machineJson(machine: MachineSpec) {
  return {
    scheme: schemeName(machine),
    bias: usesBias(machine) ? machine.bias : null,
    on_pinned: policyName(machine.onPinned),
    rules: machine.rules,
    test_at: machine.testAt,
    recheck: machine.recheck,
    tlb: machine.tlb,
    stable_pages: machine.stablePages,
    variant: machine.variant ?? null,
  };
}

function opJson(op: OpRecord, withBins: boolean) {
  return {
    count: op.count,
    rate: rounded(op.rate),
    sampled: op.sampled,
    batch_mean_ns: op.batchMeanNs === undefined ? null : rounded(op.batchMeanNs),
    below_resolution: rounded(op.belowResolution),
    latency_ns: latencyJson(op.latency, FIO_PERCENTILES, withBins),
  };
}

function pinsJson({ pins, work }: RunRecord) {
  return {
    covered: pins.covered ?? null,
    true_positive: pins.truePositive,
    false_positive: pins.falsePositive,
    true_negative: pins.trueNegative,
    false_negative: pins.falseNegative,
    undecided: pins.undecided,
    unknown: pins.unknown,
    refused: work.pins_refused ?? 0,
    refused_overflow: pins.refusedOverflow,
    fast_fallbacks: pins.fastFallbacks,
  };
}

function invariantsJson({ invariants }: RunRecord) {
  const { checked, promised, violated } = invariants;
  return {
    checked,
    promised,
    violated: violated.map(({ name, count, expected, first }) => ({
      name,
      count,
      expected,
      first,
    })),
  };
}

/** The value in ns, a second, bytes a second, 0..1 or plain, as the metric has it. */
function thresholdJson({ threshold, value, ok, abortedAtMs }: ThresholdRecord) {
  return {
    text: threshold.text,
    metric: threshold.metric,
    value: value === undefined ? null : rounded(value),
    found: metricWords(threshold.metric, value) ?? null,
    ok,
    aborted_at_ms: abortedAtMs === undefined ? null : rounded(abortedAtMs),
  };
}

function traceJson(trace: TraceRecord | undefined) {
  if (trace === undefined) return null;
  const { written, kept, dropped, eventsPerCpu } = trace;
  return { written, kept, dropped, events_per_cpu: eventsPerCpu };
}

function environmentJson({ environment }: RunRecord) {
  const { pinlab, node, v8, os, cpu, cpus, wasmSha256, v8Flags } = environment;
  return { pinlab, node, v8, os, cpu, cpus, wasm_sha256: wasmSha256, v8_flags: v8Flags };
}
