import { LatencyHistogram } from "../../src/machine/histogram.ts";
import { COARSE } from "../../src/machine/histogram_geometry.ts";
import type { Frame, Phase } from "../../src/stream/frame.ts";
import type { RunView } from "../../src/stream/run_view.ts";
import type {
  ChangeRecord,
  Named,
  RunInfo,
  RunState,
  StreamEvent,
} from "../../src/stream/state.ts";
import { Timeline } from "../../src/stream/timeline.ts";
import type { Mark } from "./charts/chart.ts";

/** What one operation came to; times in ns. */
export interface OpFigures {
  readonly name: string;
  /** Its index in the frames; -1: there are none. */
  readonly op: number;
  readonly count: number;
  /** A second of measured time. */
  readonly rate: number;
  readonly sampled: number;
  readonly batchMeanNs: number | undefined;
  readonly belowResolution: number;
  /** undefined: the file has percentiles alone. */
  readonly latency: LatencyHistogram | undefined;
}

/** Below this many operations a batch, a mean would say more about the clock. */
const LEAST_BATCH = 4;
const MEASURED: readonly Phase[] = ["measure", "drain"];

interface OpSum {
  count: number;
  batchOps: number;
  batchNs: number;
  batches: number;
  latency: LatencyHistogram;
}

/** A run on the page, live or finished: one thing for every view. */
export class RunModel {
  readonly timeline = new Timeline();
  readonly events: StreamEvent[] = [];
  state: RunState | undefined;
  phase: Phase = "setup";
  group = 0;
  /** When the phase began, µs; and how long the group was measured, pauses left out. */
  phaseBeganUs = 0;
  groupMeasuredUs = 0;
  endUs = 0;
  measuredUs = 0;
  /** Pins that were plain references. */
  private plainPins = 0;
  private readonly sums = new Map<number, OpSum>();
  private readonly totals = new Map<string, number>();

  private constructor(
    readonly info: RunInfo,
    /** The finished run, where it is one. */
    readonly view: RunView | undefined,
  ) {}

  static live(info: RunInfo): RunModel {
    return new RunModel(info, undefined);
  }

  /** A finished run; `id` tells it from others. */
  static finished(id: string, view: RunView): RunModel {
    const { name, source, startedAtMs, executor, seed, actors, pages, environment, command } = view;
    const { clockReadNs, clockGrainNs, checked, timeline } = view;
    const model = new RunModel(
      {
        ...{ id, name, source, startedAtMs, executor, seed, actors, pages, environment, command },
        ...{ clockReadNs, clockGrainNs, checked, groups: 1, jobs: [] },
        ops: timeline?.ops ?? [],
        counters: timeline?.counters ?? [],
      },
      view,
    );
    for (const frame of timeline?.frames ?? []) model.add(frame);
    model.phase = "done";
    return model;
  }

  add(frame: Frame): void {
    this.timeline.add(frame);
    if (frame.phase !== this.phase || frame.group !== this.group) this.phaseBeganUs = frame.beginUs;
    if (frame.group !== this.group) this.groupMeasuredUs = 0;
    this.phase = frame.phase;
    this.group = frame.group;
    this.endUs = frame.endUs;
    if (frame.state !== undefined) this.state = JSON.parse(frame.state) as RunState;
    for (const text of frame.events) this.events.push(JSON.parse(text) as StreamEvent);
    const isPlain = this.state?.machine.some(({ value }) => /^refcount\b/.test(value)) ?? false;
    for (const [index, value] of frame.counters) {
      const name = this.info.counters[index];
      if (isPlain && name === "nr_foll_pin_acquired") this.plainPins += value;
      if (name !== undefined) this.totals.set(name, (this.totals.get(name) ?? 0) + value);
    }
    // Figures of a set-up or a warm-up are not the measurement's; pauses have none.
    if (frame.phase === "measure") {
      this.measuredUs += frame.endUs - frame.beginUs;
      this.groupMeasuredUs += frame.endUs - frame.beginUs;
    }
    if (!MEASURED.includes(frame.phase) && frame.phase !== "paused") return;
    for (const one of frame.ops) {
      const sum = this.sums.get(one.op) ?? emptySum();
      sum.count += one.count;
      sum.batchOps += one.batchOps;
      sum.batchNs += one.batchNs;
      sum.batches += one.batches;
      sum.latency = sum.latency.plus(one.latency);
      this.sums.set(one.op, sum);
    }
  }

  /** Operations that were done, in the result's order. */
  get ops(): OpFigures[] {
    if (this.view !== undefined) {
      return this.view.ops.map((one) => ({ ...one, op: this.info.ops.indexOf(one.name) }));
    }
    const seconds = this.measuredUs / 1e6;
    return [...this.sums]
      .sort(([a], [b]) => a - b)
      .map(([op, sum]) => ({
        name: this.info.ops[op] ?? `operation ${op}`,
        op,
        count: sum.count,
        rate: seconds > 0 ? sum.count / seconds : 0,
        sampled: sum.latency.count,
        batchMeanNs: this.batchMean(sum),
        belowResolution: shareBelow(sum.latency, this.resolutionNs),
        latency: sum.latency,
      }));
  }

  /** A counter's sum, warm-up and teardown included; 0: nothing was counted. */
  counter(name: string): number {
    return (this.view?.counters ?? this.totals).get(name) ?? 0;
  }

  /** Share 0..1 of pins that can be told; undefined: none was taken. */
  get covered(): number | undefined {
    if (this.view !== undefined) return this.view.covered;
    const acquired = this.counter("nr_foll_pin_acquired");
    const uncovered = this.plainPins + this.counter("work.pins_uncovered");
    return acquired > 0 ? 1 - uncovered / acquired : undefined;
  }

  /** Times below this are the clock's as much as the operation's. */
  get resolutionNs(): number {
    return this.info.clockReadNs + 2 * this.info.clockGrainNs;
  }

  get parameters(): readonly Named[] {
    return this.state?.machine ?? this.view?.parameters ?? [];
  }

  get promised(): readonly string[] {
    return this.view?.promised ?? this.state?.promised ?? [];
  }

  /** Knobs that were turned, in their order. */
  get changes(): readonly ChangeRecord[] {
    if (this.view !== undefined) return this.view.changes;
    return this.events.flatMap((event) => (event.kind === "change" ? [event.change] : []));
  }

  /** Changes and first violations, as marks on every chart. */
  get marks(): Mark[] {
    return this.events.flatMap((event): Mark[] => {
      if (event.kind === "change") {
        const { knob, of, from, to } = event.change;
        const label = `${of === undefined ? knob : `${knob} of ${of}`} ${from} → ${to}`;
        return [{ atUs: event.atUs, label, kind: "change" }];
      }
      if (event.kind !== "violation") return [];
      return [{ atUs: event.atUs, label: event.name, kind: "violation" }];
    });
  }

  private batchMean({ batchOps, batchNs, batches }: OpSum): number | undefined {
    if (batches === 0 || batchOps < LEAST_BATCH * batches) return undefined;
    const mean = (batchNs - batches * this.info.clockReadNs) / batchOps;
    return mean > 0 ? mean : undefined;
  }
}

function emptySum(): OpSum {
  const latency = LatencyHistogram.empty(COARSE);
  return { count: 0, batchOps: 0, batchNs: 0, batches: 0, latency };
}

function shareBelow(latency: LatencyHistogram, ns: number): number {
  if (latency.count === 0) return 0;
  let below = 0;
  for (const { midNs, count } of latency.nonZero()) if (midNs <= ns) below += count;
  return below / latency.count;
}
