import type { ChangeRecord } from "../executors/control.ts";
import { LatencyHistogram } from "../machine/histogram.ts";
import { indexOf } from "../machine/histogram_geometry.ts";
import type { Frame } from "./frame.ts";
import { decodeFrames } from "./frame_codec.ts";
import { RESULT, type Result } from "./result_schema.ts";
import type { Named, ThresholdState } from "./state.ts";
import { WireFault } from "./wire_fault.ts";

/** A finished run as its result file tells it: what the page and the list of runs show. */
export interface RunView {
  readonly name: string;
  readonly source: string;
  readonly startedAtMs: number;
  readonly durationNs: number;
  readonly executor: string;
  readonly seed: number;
  readonly actors: number;
  readonly pages: number;
  readonly sample: number;
  /** scheme, bias …: what a verdict depends on, named as the flags are. */
  readonly parameters: readonly Named[];
  readonly environment: readonly Named[];
  readonly ops: readonly OpView[];
  /** Named as a live run's counters are. */
  readonly counters: ReadonlyMap<string, number>;
  /** Share 0..1 of pins that could be told; undefined: no pin was taken. */
  readonly covered: number | undefined;
  readonly thresholds: readonly ThresholdState[];
  readonly checked: readonly string[];
  readonly promised: readonly string[];
  readonly violated: Result["pinlab"]["invariants"]["violated"];
  readonly changes: readonly ChangeRecord[];
  readonly notes: readonly string[];
  readonly clockReadNs: number;
  readonly clockGrainNs: number;
  /** Share 0..1 of the actors' time that taking the samples cost. */
  readonly samplingShare: number;
  readonly interrupted: boolean;
  /** The line that repeats it; empty: the file does not say. */
  readonly command: string;
  /** undefined: the run kept no record of its time. */
  readonly timeline: TimelineView | undefined;
}

/** One operation; times in ns. */
export interface OpView {
  readonly name: string;
  readonly count: number;
  readonly rate: number;
  readonly sampled: number;
  readonly batchMeanNs: number | undefined;
  readonly belowResolution: number;
  /** undefined: the file has percentiles and no bins (json, not json+). */
  readonly latency: LatencyHistogram | undefined;
  readonly percentiles: readonly { readonly percent: number; readonly ns: number }[];
  readonly minNs: number;
  readonly meanNs: number;
  readonly maxNs: number;
}

export interface TimelineView {
  readonly ops: readonly string[];
  readonly counters: readonly string[];
  readonly frames: readonly Frame[];
}

/** A text that is no result of pinlab's, in one sentence. */
export class RunViewFault extends Error {
  override readonly name = "RunViewFault";
}

/**
 * Reads a result file (`json` or `json+`).
 * @throws RunViewFault
 */
export function readRunView(text: string): RunView {
  const { timestamp_ms, jobs, pinlab } = parse(text);
  return {
    name: pinlab.scenario,
    source: pinlab.source,
    startedAtMs: timestamp_ms,
    durationNs: pinlab.duration_ns,
    executor: pinlab.executor,
    seed: pinlab.seed,
    actors: pinlab.actors,
    pages: pinlab.pages,
    sample: pinlab.sample,
    parameters: parametersOf(pinlab),
    environment: Object.entries(pinlab.environment).map(([name, value]) => ({
      name,
      value: String(value),
    })),
    ops: Object.entries(pinlab.ops).map(([name, op]) => opView(name, op)),
    counters: countersOf(pinlab, jobs),
    covered: pinlab.pins.covered ?? undefined,
    thresholds: pinlab.thresholds.map(({ text, found, ok }) => ({
      text,
      value: found ?? undefined,
      ok,
    })),
    checked: pinlab.invariants.checked,
    promised: pinlab.invariants.promised,
    violated: pinlab.invariants.violated,
    changes: (pinlab.changes ?? []).map(({ group, at_ms, knob, of, from, to, pause_ms }) => ({
      ...{ group, atMs: at_ms, knob, from, to },
      of: of ?? undefined,
      pauseMs: pause_ms ?? undefined,
    })),
    notes: pinlab.notes,
    clockReadNs: pinlab.calibration.clock_read_ns,
    clockGrainNs: pinlab.calibration.clock_grain_ns,
    samplingShare: pinlab.calibration.sampling_share,
    interrupted: pinlab.interrupted,
    command: pinlab.repeat ?? "",
    timeline: timelineOf(pinlab.timeline),
  };
}

function parse(text: string): Result {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new RunViewFault(`it is no JSON (${(error as Error).message})`);
  }
  if (typeof value !== "object" || value === null || !("pinlab" in value)) {
    throw new RunViewFault('it has no "pinlab" object: no result of pinlab run');
  }
  const schema = (value.pinlab as { schema?: unknown } | null)?.schema;
  if (schema !== 1) {
    throw new RunViewFault(`its pinlab.schema is ${JSON.stringify(schema)}; this pinlab reads 1`);
  }
  const { success, data, error } = RESULT.safeParse(value);
  if (success) return data;
  const issue = error.issues[0];
  throw new RunViewFault(`${issue?.path.join(".") ?? "it"}: ${issue?.message ?? "not readable"}`);
}

function parametersOf(pinlab: Result["pinlab"]): Named[] {
  const values: readonly (readonly [string, string | number | null])[] = [
    ["scheme", pinlab.scheme],
    ["bias", pinlab.bias],
    ["variant", pinlab.variant],
    ["rules", pinlab.rules],
    ["on-pinned", pinlab.on_pinned],
    ["test-at", pinlab.test_at],
    ["recheck", pinlab.recheck],
    ["tlb", pinlab.tlb],
    ["stable-pages", pinlab.stable_pages ? "yes" : "no"],
  ];
  return values.flatMap(([name, value]) =>
    value === null ? [] : [{ name, value: String(value) }],
  );
}

function opView(name: string, op: Result["pinlab"]["ops"][string]): OpView {
  const { min, max, mean, percentile = {}, bins } = op.latency_ns;
  return {
    name,
    count: op.count,
    rate: op.rate,
    sampled: op.sampled,
    batchMeanNs: op.batch_mean_ns ?? undefined,
    belowResolution: op.below_resolution,
    latency: bins && histogramOf(bins, min, max),
    percentiles: Object.entries(percentile)
      .map(([percent, ns]) => ({ percent: Number(percent), ns }))
      .sort((a, b) => a.percent - b.percent),
    minNs: min,
    meanNs: mean,
    maxNs: max,
  };
}

/** Bins are named by the middles of their slots, so each finds its slot again. */
function histogramOf(
  bins: Readonly<Record<string, number>>,
  minNs: number,
  maxNs: number,
): LatencyHistogram {
  const counts = new Map<number, number>();
  for (const [middle, count] of Object.entries(bins)) {
    const ns = Number(middle);
    if (!Number.isFinite(ns)) throw new RunViewFault(`a bin is named ${JSON.stringify(middle)}`);
    const index = indexOf(ns);
    if (count > 0) counts.set(index, (counts.get(index) ?? 0) + count);
  }
  const slots = [...counts].sort(([a], [b]) => a - b);
  const indices = Uint16Array.from(slots, ([index]) => index);
  return LatencyHistogram.fromSlots(
    indices,
    Float64Array.from(slots, ([, n]) => n),
    minNs,
    maxNs,
  );
}

function countersOf(
  { vmstat, work, pins, invariants }: Result["pinlab"],
  jobs: Result["jobs"],
): Map<string, number> {
  const counters = new Map(Object.entries(vmstat));
  const add = (prefix: string, values: Readonly<Record<string, number>>): void => {
    for (const [name, value] of Object.entries(values)) counters.set(prefix + name, value);
  };
  const { covered: _, fast_fallbacks, ...verdicts } = pins;
  add("work.", work);
  add("pins.", verdicts);
  add("fallback.", fast_fallbacks);
  for (const direction of ["read", "write"] as const) {
    const sum = (key: "total_ios" | "io_bytes" | "late_ios" | "drop_ios"): number =>
      jobs.reduce((total, job) => total + (job[direction][key] ?? 0), 0);
    add(`${direction}.`, {
      ios: sum("total_ios"),
      bytes: sum("io_bytes"),
      late: sum("late_ios"),
      dropped: sum("drop_ios"),
    });
  }
  for (const { name, count } of invariants.violated) counters.set(`broken.${name}`, count);
  return counters;
}

function timelineOf(timeline: Result["pinlab"]["timeline"]): TimelineView | undefined {
  if (!timeline) return undefined;
  try {
    const bytes = Uint8Array.from(atob(timeline.frames), (letter) => letter.charCodeAt(0));
    return { ops: timeline.ops, counters: timeline.counters, frames: decodeFrames(bytes) };
  } catch (error) {
    if (error instanceof WireFault) {
      throw new RunViewFault(`pinlab.timeline: ${error.message} (${error.code})`);
    }
    throw new RunViewFault("pinlab.timeline: its frames are no base64");
  }
}
