import {
  ACTOR_BEGAN_NS,
  ACTOR_BYTES_ISSUED,
  ACTOR_CURSOR,
  ACTOR_FLAGS,
  ACTOR_MEASURED_NS,
  ACTOR_PAUSED_NS,
  ACTOR_READ_IOS,
} from "../../../assembly/shared/actor_layout.ts";
import { ACTOR_UNLIMITED } from "../../../assembly/shared/codes.ts";
import { CONTROL_PHASE, CPU_ACTOR } from "../../../assembly/shared/layout.ts";
import { clockZeroNs, monotonicNs } from "../../machine/clock.ts";
import { clearOperations } from "../../machine/latency.ts";
import { PHASE_MEASURE, type WorkerTask } from "./protocol.ts";
import { Schedules } from "./schedules.ts";

/** When this actor's figures begin: at the end of the warm-up, with its counters at zero. */
export class Measurement {
  /** More may have been dropped than was counted. */
  hasDroppedMore = false;
  private beganNs: number | undefined;
  /** The job's own time counts from here, however often its figures begin anew. */
  private firstNs = 0;
  private pausedNs = 0;
  private readonly schedules: Schedules;
  private readonly doubles: Float64Array;

  constructor(
    private readonly task: WorkerTask,
    private readonly words: Int32Array,
  ) {
    this.schedules = new Schedules(task.memory, task.cpu + CPU_ACTOR);
    this.doubles = new Float64Array(task.memory.buffer);
    this.setUnlimited(true);
    this.schedules.begin(monotonicNs());
    this.look();
  }

  /** Sees whether the warm-up has ended; true while measuring. */
  look(): boolean {
    if (this.beganNs !== undefined) return true;
    if (Atomics.load(this.words, CONTROL_PHASE >>> 2) !== PHASE_MEASURE) return false;
    this.begin(ACTOR_BYTES_ISSUED);
    this.setUnlimited(this.task.endless);
    this.firstNs = this.beganNs ?? 0;
    const { runtimeMs } = this.task;
    if (runtimeMs !== undefined) this.schedules.endAt(this.firstNs + runtimeMs * 1e6);
    return true;
  }

  /** Figures and schedules begin anew; what counts towards the job's limits goes on. */
  beginAnew(): void {
    this.begin(ACTOR_READ_IOS);
  }

  /** The actor held still for so long: its time and its schedules stood still with it. */
  rested(ns: number): void {
    this.schedules.putOff(ns);
    if (this.beganNs === undefined) return;
    this.beganNs += ns;
    this.firstNs += ns;
    this.pausedNs += ns;
    this.show(ACTOR_PAUSED_NS, this.pausedNs);
  }

  /** Time since the measurement first began. */
  totalNs(): number {
    return this.beganNs === undefined ? 0 : monotonicNs() - this.firstNs;
  }

  /** Ends before the job has started all it was to: what was due meanwhile is dropped. */
  cutShort(): void {
    if (this.beganNs === undefined) return;
    this.hasDroppedMore = this.schedules.countDropped(monotonicNs());
  }

  elapsedNs(): number {
    return this.beganNs === undefined ? 0 : monotonicNs() - this.beganNs;
  }

  /** The measured time; what ended in the warm-up has measured nothing. */
  end(): number {
    if (this.beganNs === undefined) this.begin(ACTOR_BYTES_ISSUED, false);
    const measuredNs = this.elapsedNs();
    this.show(ACTOR_MEASURED_NS, measuredNs);
    return measuredNs;
  }

  /** What the executor sees while the actor runs. */
  private show(offset: number, ns: number): void {
    this.doubles[(this.task.cpu + CPU_ACTOR + offset) >>> 3] = ns;
  }

  private setUnlimited(unlimited: boolean): void {
    const at = (this.task.cpu + CPU_ACTOR + ACTOR_FLAGS) >>> 2;
    const flags = this.words[at] ?? 0;
    this.words[at] = unlimited ? flags | ACTOR_UNLIMITED : flags & ~ACTOR_UNLIMITED;
  }

  /** Zeroes the actor's figures, from the given word of its state on, and starts the time. */
  private begin(from: number, measures = true): void {
    const { words, task } = this;
    this.show(ACTOR_BEGAN_NS, 0);
    clearOperations(words, task.cpu, task.keeps);
    const actor = task.cpu + CPU_ACTOR;
    words.fill(0, (actor + from) >>> 2, (actor + ACTOR_CURSOR) >>> 2);
    const nowNs = monotonicNs();
    this.schedules.restart(nowNs);
    if (!measures) return;
    this.beganNs = nowNs;
    this.pausedNs = 0;
    this.show(ACTOR_PAUSED_NS, 0);
    this.show(ACTOR_BEGAN_NS, nowNs + clockZeroNs());
  }
}
