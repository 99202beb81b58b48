import type { ChangeRecord, ControlState } from "../../src/executors/control.ts";
import { judge } from "../../src/executors/judge.ts";
import { liveFigures } from "../../src/executors/threads/live_figures.ts";
import type {
  ObservedRun,
  RunObserver,
  RunProgress,
} from "../../src/executors/threads/run_threads.ts";
import { monotonicNs } from "../../src/machine/clock.ts";
import { readFaults } from "../../src/machine/vmstat.ts";
import { metricWords } from "../../src/results/threshold_words.ts";
import type { Frame, Phase } from "../../src/stream/frame.ts";
import type { StreamEvent, ThresholdState } from "../../src/stream/state.ts";
import { ActorLooks, LookSums } from "./actor_looks.ts";
import { MachineCounters } from "./machine_counters.ts";
import { runState } from "./run_facts.ts";

const EVERY_NS = 1e8;
/** A look may take this share of its interval; where it takes more, looks become rarer. */
const MOST_SHARE = 0.02;
const RAREST_NS = 1e9;
const TOOK_KEPT = 9;
const THRESHOLDS_EVERY_NS = 1e9;

/**
 * Makes a frame of a running run ten times a second, at each change of phase and at the end of a
 * group. It reads the machine from beside the actors and never makes them wait.
 */
export class Sampler implements RunObserver {
  private run: ObservedRun | undefined;
  private counters: MachineCounters | undefined;
  private actors: ActorLooks[] = [];
  private readonly sums = new LookSums();
  private seq = 0;
  private beganNs = 0;
  private lastNs = 0;
  private everyNs = EVERY_NS;
  private readonly took: number[] = [];
  private phase: Phase = "setup";
  private group = -1;
  private lastState = "";
  private thresholds: readonly ThresholdState[] = [];
  private thresholdsNs = 0;
  private samplingUs = 0;
  private events: string[] = [];
  private readonly broken = new Set<string>();

  constructor(
    private readonly sink: (frame: Frame) => void,
    private readonly stateOf: () => ControlState | undefined,
  ) {}

  began(run: ObservedRun): void {
    this.run = run;
    this.counters = new MachineCounters(run.machine);
    this.beganNs = monotonicNs();
    this.lastNs = this.beganNs;
  }

  looked(progress: RunProgress, ended: boolean): void {
    const nowNs = monotonicNs();
    const changes = progress.phase !== this.phase || progress.group !== this.group;
    if (!changes && !ended && nowNs - this.lastNs < this.everyNs) return;
    // What was done until now belongs to the phase that was.
    if (this.group >= 0) this.frame(nowNs, changes && !ended, progress.limitMs);
    if (progress.group !== this.group) this.beginGroup(progress.group);
    this.phase = progress.phase;
    if (ended) this.actors = [];
    this.pace(monotonicNs() - nowNs);
  }

  /** The middle of the last looks counts: a single one may have waited for a CPU. */
  private pace(tookNs: number): void {
    this.samplingUs += tookNs / 1e3;
    this.took.push(tookNs);
    if (this.took.length > TOOK_KEPT) this.took.shift();
    const sorted = [...this.took].sort((a, b) => a - b);
    const middle = sorted[sorted.length >> 1] ?? 0;
    this.everyNs = Math.min(RAREST_NS, Math.max(EVERY_NS, middle / MOST_SHARE));
  }

  changed(change: ChangeRecord): void {
    this.tell({ kind: "change", atUs: this.atUs(), change });
  }

  /** The last frame: what became of the run. */
  finished(result: string, interrupted: boolean): void {
    // What broke since the last look comes before the end that the run came to.
    if (this.run !== undefined) this.findBreaches(this.run);
    this.tell({ kind: "finished", atUs: this.atUs(), result, interrupted });
    this.phase = "done";
    this.frame(monotonicNs(), false, undefined);
  }

  private beginGroup(group: number): void {
    const { run } = this;
    this.group = group;
    this.thresholdsNs = 0;
    this.actors = (run?.groups[group] ?? []).map(({ cpu }) => {
      return new ActorLooks((run as ObservedRun).machine, cpu);
    });
  }

  private atUs(): number {
    return Math.round((monotonicNs() - this.beganNs) / 1e3);
  }

  private tell(event: StreamEvent): void {
    this.events.push(JSON.stringify(event));
  }

  private frame(nowNs: number, closes: boolean, limitMs: number | undefined): void {
    const { run, counters: machineCounters } = this;
    if (run === undefined || machineCounters === undefined) return;
    const isMeasured = this.phase !== "setup" && this.phase !== "warmup";
    for (const actor of this.actors) actor.look(this.sums, { closes, isMeasured });
    const ops = this.sums.takeOps();
    const counters = machineCounters.look(this.sums, Math.round(this.samplingUs));
    this.samplingUs = 0;
    this.findBreaches(run);
    const beginUs = Math.round((this.lastNs - this.beganNs) / 1e3);
    const endUs = Math.round((nowNs - this.beganNs) / 1e3);
    this.lastNs = nowNs;
    this.sink({
      ...{ fromSeq: this.seq, seq: this.seq, beginUs, endUs },
      ...{ phase: this.phase, group: Math.max(0, this.group), ops, counters },
      state: this.newState(run, nowNs, limitMs),
      events: this.events,
    });
    this.seq += 1;
    this.events = [];
  }

  /** The first time that an invariant is broken is told at once, with its words. */
  private findBreaches({ machine, settings }: ObservedRun): void {
    const faults = readFaults(machine);
    if (faults.total === 0) return;
    for (const { name, expected, first } of settings.breachesOf(faults, [], [])) {
      const key = `${name} ${expected}`;
      if (this.broken.has(key)) continue;
      this.broken.add(key);
      this.tell({ kind: "violation", atUs: this.atUs(), name, expected, words: first });
    }
  }

  private newState(
    run: ObservedRun,
    nowNs: number,
    limitMs: number | undefined,
  ): string | undefined {
    const control = this.stateOf();
    if (control === undefined) return undefined;
    if (this.phase === "measure" && nowNs - this.thresholdsNs >= THRESHOLDS_EVERY_NS) {
      this.thresholdsNs = nowNs;
      this.thresholds = this.judged(run);
    }
    const state = JSON.stringify(runState(control, limitMs, this.thresholds));
    if (state === this.lastState) return undefined;
    this.lastState = state;
    return state;
  }

  private judged(run: ObservedRun): ThresholdState[] {
    const { thresholds } = run.scenario;
    if (thresholds.length === 0) return [];
    const actors = run.groups[this.group] ?? [];
    const live = { ...run, groupIndex: this.group, actors };
    return judge(thresholds, liveFigures(live, thresholds), undefined).map(
      ({ threshold, value, ok }) => ({
        text: threshold.text,
        value: metricWords(threshold.metric, value),
        ok,
      }),
    );
  }
}
