import type { LatencyHistogram } from "../machine/histogram.ts";
import { machineParameters } from "../scenario/machine_words.ts";
import { WORK_NAMES } from "../scenario/metric_names.ts";
import { findMetric } from "../scenario/metrics.ts";
import type { MachineSpec } from "../scenario/scenario.ts";
import { Exposition, type Labels } from "./openmetrics_text.ts";
import type { DirectionRecord, JobRecord, RunRecord } from "./record.ts";
import { opsOf, sampleWords } from "./record_facts.ts";

const NS = 1e-9;

/**
 * A finished run in the OpenMetrics text format 1.0, for a push gateway or a node exporter's
 * textfile collector. Seconds and bytes. `_total` counts every operation; histograms hold those
 * that were timed alone, and their help says how many these are.
 */
export function openMetrics(record: RunRecord): string {
  const out = new Exposition();
  addRun(out, record);
  addOperations(out, record);
  addJobs(out, record);
  addPins(out, record);
  addWork(out, record);
  addVerdicts(out, record);
  return out.text();
}

function addRun(out: Exposition, record: RunRecord): void {
  const { scenario, environment, calibration } = record;
  const { machine, run } = scenario;
  out.info("pinlab_run", "What ran, and where.", {
    scenario: scenario.name,
    source: scenario.source,
    executor: record.executor,
    ...parameterLabels(machine),
    seed: String(run.seed),
    sample: String(run.sample),
    pinlab: environment.pinlab,
    node: environment.node,
    v8: environment.v8,
    os: environment.os,
    cpu: environment.cpu,
    cpus: String(environment.cpus),
    wasm_sha256: environment.wasmSha256,
  });
  const one = (name: string, unit: string, help: string, value: number) =>
    out.gauge(name, unit, help, [[{}, value]]);
  one("pinlab_run_start_seconds", "seconds", "Start, since the epoch.", record.startedAtMs / 1e3);
  one("pinlab_run_duration_seconds", "seconds", "Measured time.", record.durationNs * NS);
  one("pinlab_run_interrupted", "", "1 if the run was cut short.", record.interrupted ? 1 : 0);
  one("pinlab_run_actors", "", "Actors, a thread each.", record.actors);
  one("pinlab_machine_pages", "", "Page frames of the machine.", record.pages);
  one("pinlab_machine_memory_bytes", "bytes", "Shared memory of the machine.", record.memoryBytes);
  one(
    "pinlab_clock_read_seconds",
    "seconds",
    "Cost of reading the clock.",
    calibration.clockReadNs * NS,
  );
  one(
    "pinlab_clock_grain_seconds",
    "seconds",
    "Smallest difference that the clock shows.",
    calibration.clockGrainNs * NS,
  );
  one(
    "pinlab_sampling_ratio",
    "ratio",
    "Share of the actors' time that sampling cost.",
    calibration.samplingShare,
  );
}

/** What the machine does not have is empty, lest series of other machines look like its own. */
function parameterLabels(machine: MachineSpec): Labels {
  const labels = machineParameters(machine).map(({ name, value }): [string, string] => [
    name.replaceAll("-", "_"),
    value,
  ]);
  return { bias: "", variant: "", ...Object.fromEntries(labels) };
}

function addOperations(out: Exposition, record: RunRecord): void {
  const ops = opsOf(record);
  out.counter(
    "pinlab_operations",
    "",
    "Operations done while measuring, timed or not.",
    ops.map(([op, { count }]) => [{ op }, count]),
  );
  out.gauge(
    "pinlab_operation_batch_mean_seconds",
    "seconds",
    "Mean of operations timed in batches, the clock's cost taken off.",
    ops.flatMap(([op, { batchMeanNs }]): [Labels, number][] =>
      batchMeanNs === undefined ? [] : [[{ op }, batchMeanNs * NS]],
    ),
  );
  const timed = ops.filter(([, { latency }]) => latency.count > 0);
  out.gauge(
    "pinlab_operation_below_resolution_ratio",
    "ratio",
    "Share of the timed operations that the clock cannot resolve.",
    timed.map(([op, { belowResolution }]) => [{ op }, belowResolution]),
  );
  out.histogram(
    "pinlab_operation_latency_seconds",
    `Latency of operations ${timedWords(record)}.`,
    timed.map(([op, { latency }]) => [{ op }, latency]),
  );
}

function timedWords({ scenario }: RunRecord): string {
  return `timed alone (${sampleWords(scenario)}): _count counts these`;
}

/** One job of one direction; `index` is its place in the JSON's jobs. */
interface Side {
  readonly labels: Labels;
  readonly direction: DirectionRecord;
}

function sidesOf(jobs: readonly JobRecord[]): Side[] {
  return jobs.flatMap((unit, index) =>
    (["read", "write"] as const)
      .filter((name) => unit[name].ios > 0 || unit[name].dropped > 0)
      .map((name) => ({
        labels: { ...jobLabels(unit, index), direction: name },
        direction: unit[name],
      })),
  );
}

function jobLabels({ job, stonewallGroup }: JobRecord, index: number): Labels {
  return { job: job.name, index: String(index), group: String(stonewallGroup) };
}

function addJobs(out: Exposition, record: RunRecord): void {
  out.gauge(
    "pinlab_job_errno",
    "",
    "errno with which the job failed, 0 if it did not.",
    record.jobs.map((unit, index) => [jobLabels(unit, index), unit.error]),
  );
  const sides = sidesOf(record.jobs);
  const of = (value: (direction: DirectionRecord) => number) =>
    sides.map(({ labels, direction }): [Labels, number] => [labels, value(direction)]);
  out.counter(
    "pinlab_job_ios",
    "",
    "I/Os completed while measuring.",
    of(({ ios }) => ios),
  );
  out.counter(
    "pinlab_job_bytes",
    "bytes",
    "Bytes of them.",
    of(({ bytes }) => bytes),
  );
  out.counter(
    "pinlab_job_late_ios",
    "",
    "I/Os that started when the one after them was already due.",
    of(({ late }) => late),
  );
  out.counter(
    "pinlab_job_dropped_ios",
    "",
    "I/Os that were due before the end and never started.",
    of(({ dropped }) => dropped),
  );
  out.gauge(
    "pinlab_job_runtime_seconds",
    "seconds",
    "Measured time of the slowest clone.",
    of(({ runtimeNs }) => runtimeNs * NS),
  );
  out.histogram(
    "pinlab_job_latency_seconds",
    "Submission (slat), completion (clat), their sum (lat), and from the intended start on " +
      `(corrected), of I/Os ${timedWords(record)}.`,
    sides.flatMap(({ labels, direction }) =>
      (["slat", "clat", "lat", "corrected"] as const)
        .filter((phase) => direction[phase].count > 0)
        .map((phase): [Labels, LatencyHistogram] => [{ ...labels, phase }, direction[phase]]),
    ),
  );
}

function addPins(out: Exposition, { pins, vmstat }: RunRecord): void {
  for (const [name, value] of Object.entries(vmstat)) {
    const help = `${name} of the whole run, warm-up and teardown included.`;
    out.counter(`pinlab_vmstat_${name}`, "", help, [[{}, value]]);
  }
  out.gauge(
    "pinlab_pins_covered_ratio",
    "ratio",
    "Share of pins that the scheme can tell.",
    pins.covered === undefined ? [] : [[{}, pins.covered]],
  );
  out.counter(
    "pinlab_pins_refused_overflow",
    "",
    "Pins refused because the count would have overflowed.",
    [[{}, pins.refusedOverflow]],
  );
  out.counter("pinlab_pinned_tests", "", "Answers of the pinned test, held against the ledger.", [
    [{ verdict: "true_positive" }, pins.truePositive],
    [{ verdict: "false_positive" }, pins.falsePositive],
    [{ verdict: "true_negative" }, pins.trueNegative],
    [{ verdict: "false_negative" }, pins.falseNegative],
    [{ verdict: "undecided" }, pins.undecided],
    [{ verdict: "unknown" }, pins.unknown],
  ]);
  out.counter(
    "pinlab_fast_fallbacks",
    "",
    "Hand-overs of gup_fast to the slow path.",
    Object.entries(pins.fastFallbacks).map(([cause, times]) => [{ cause }, times]),
  );
}

function addWork(out: Exposition, { work }: RunRecord): void {
  out.counter(
    "pinlab_work_pages",
    "",
    "What pins cost the file side: pages; ptes_cleaned page-table entries, gup_waited times.",
    WORK_NAMES.flatMap((kind): [Labels, number][] => {
      const pages = work[kind];
      return pages === undefined ? [] : [[{ kind }, pages]];
    }),
  );
}

function addVerdicts(out: Exposition, { invariants, thresholds }: RunRecord): void {
  const { checked, promised, violated } = invariants;
  const labelsOf = (invariant: string, expected: boolean): Labels => ({
    invariant,
    promised: promised.includes(invariant) ? "yes" : "no",
    expected: expected ? "yes" : "no",
  });
  const held = checked.filter((name) => violated.every((breach) => breach.name !== name));
  out.counter(
    "pinlab_invariant_violations",
    "",
    "Breaches of each checked invariant; expected ones are findings, not broken promises.",
    [
      ...held.map((invariant): [Labels, number] => [labelsOf(invariant, false), 0]),
      ...violated.map(({ name, expected, count }): [Labels, number] => [
        labelsOf(name, expected),
        count,
      ]),
    ],
  );
  const labelled = thresholds.map(({ threshold }, index) => ({
    threshold: threshold.text,
    index: String(index),
  }));
  out.gauge(
    "pinlab_threshold_ok",
    "",
    "1 if the threshold holds.",
    thresholds.map(({ ok }, i) => [labelled[i] ?? {}, ok ? 1 : 0]),
  );
  out.gauge(
    "pinlab_threshold_value",
    "",
    "What was found: seconds, bytes, a second, a share or a count, as the metric has it.",
    thresholds.flatMap(({ threshold, value }, i): [Labels, number][] => {
      if (value === undefined) return [];
      const isTime = findMetric(threshold.metric)?.kind === "time";
      return [[labelled[i] ?? {}, isTime ? value * NS : value]];
    }),
  );
}
