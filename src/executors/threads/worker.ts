import {
  ACTOR_BEGAN_NS,
  ACTOR_BYTES_ISSUED,
  ACTOR_COMMAND,
  ACTOR_CURSOR,
  ACTOR_ERROR,
  ACTOR_FLAGS,
  ACTOR_MEASURED_NS,
  ACTOR_READ_IOS,
} from "../../../assembly/shared/actor_layout.ts";
import {
  ACTOR_UNLIMITED,
  COMMAND_DRAIN,
  COMMAND_EXIT,
  COMMAND_RUN,
  COMMAND_SETUP,
  STATUS_DONE,
  STATUS_FAILED,
  STATUS_RUNNING,
} from "../../../assembly/shared/codes.ts";
import {
  CONTROL_PHASE,
  CONTROL_READY,
  CONTROL_START,
  CONTROL_STOP,
  CPU_ACTOR,
  CPU_HEARTBEAT,
} from "../../../assembly/shared/layout.ts";
import { clockZeroNs, monotonicNs } from "../../machine/clock.ts";
import { type Core, instantiateCore } from "../../machine/core.ts";
import { clearOperations } from "../../machine/latency.ts";
import { setRingClock } from "../../machine/trace.ts";
import { GoalKeeper } from "./goal_keeper.ts";
import { PHASE_MEASURE, type WorkerAnswer, type WorkerTask } from "./protocol.ts";
import { ReplayFeed } from "./replay_feed.ts";
import { Schedules } from "./schedules.ts";
import { isStopped } from "./stop_word.ts";

/** Work between two looks at phase and deadline. */
const SLICE_NS = 4e6;
const FIRST_BUDGET = 64;
const MAX_BUDGET = 1 << 20;
/** An actor that waits for the others shows this often that it lives. */
const BEAT_EVERY_MS = 100;

/** One actor, from its memory to its last pin; piscina calls it once a worker and group. */
export default function runWorker(task: WorkerTask): WorkerAnswer {
  const words = new Int32Array(task.memory.buffer);
  const actor = new CalledActor(task, words);
  const goesOn = (): boolean => {
    actor.beat();
    return !isStopped(words, task.cpu);
  };
  const feed = task.replay && new ReplayFeed(task.memory, task.cpu, task.replay, goesOn);
  let failed = actor.command(COMMAND_SETUP) === STATUS_FAILED || feed?.fill() === false;
  const stage = failed ? "setup" : "run";
  Atomics.add(words, CONTROL_READY >>> 2, 1);
  Atomics.notify(words, CONTROL_READY >>> 2);
  let measurement: Measurement | undefined;
  if (!failed) {
    awaitStart(actor, words, task.startWord);
    delayStart(actor, words, task);
    measurement = new Measurement(task, words);
    failed = runUntilStopped(task, words, actor, measurement, feed);
  }
  feed?.close();
  actor.drain();
  const measuredNs = measurement?.end() ?? 0;
  actor.command(COMMAND_EXIT);
  const error = failed ? (words[(task.cpu + CPU_ACTOR + ACTOR_ERROR) >>> 2] ?? 0) : 0;
  const why = failed ? feed?.fault : undefined;
  return { error, stage, measuredNs, why, hasDroppedMore: measurement?.hasDroppedMore ?? false };
}

/** The actor in the core: its commands, the budget of a call, its heartbeat. */
class CalledActor {
  private readonly core: Core;
  private budget = FIRST_BUDGET;

  constructor(
    private readonly task: WorkerTask,
    private readonly words: Int32Array,
  ) {
    this.core = instantiateCore(task.module, task.memory);
    setRingClock(task.memory, task.cpu);
  }

  command(value: number, budget = 0): number {
    this.words[(this.task.cpu + CPU_ACTOR + ACTOR_COMMAND) >>> 2] = value;
    return this.core.runActor(this.task.cpu, budget);
  }

  /** One slice of its work; the next one's budget follows from the time that it took. */
  run(): number {
    const begin = monotonicNs();
    const status = this.command(COMMAND_RUN, this.budget);
    const spent = monotonicNs() - begin;
    this.beat();
    if (spent < SLICE_NS / 2 && this.budget < MAX_BUDGET) this.budget *= 2;
    else if (spent > SLICE_NS * 2 && this.budget > FIRST_BUDGET) this.budget >>= 1;
    return status;
  }

  /** Gives back everything that it holds. */
  drain(): void {
    while (this.command(COMMAND_DRAIN, this.budget) === STATUS_RUNNING) this.beat();
  }

  /** Shows the watchdog that it lives; nobody else writes there. */
  beat(): void {
    const at = (this.task.cpu + CPU_HEARTBEAT) >>> 2;
    this.words[at] = (this.words[at] ?? 0) + 1;
  }
}

function awaitStart(actor: CalledActor, words: Int32Array, startWord: number): void {
  const at = CONTROL_START >>> 2;
  for (let seen = Atomics.load(words, at); seen !== startWord; seen = Atomics.load(words, at)) {
    actor.beat();
    Atomics.wait(words, at, seen, BEAT_EVERY_MS);
  }
  actor.beat();
}

/** Waits before the first I/O, unless it is stopped. */
function delayStart(actor: CalledActor, words: Int32Array, task: WorkerTask): void {
  const until = monotonicNs() + task.startDelayMs * 1e6;
  for (let left = task.startDelayMs; left > 0; left = (until - monotonicNs()) / 1e6) {
    if (isStopped(words, task.cpu)) return;
    actor.beat();
    Atomics.wait(words, CONTROL_STOP >>> 2, 0, Math.min(left, BEAT_EVERY_MS));
  }
}

/** When this actor's figures begin: at the end of the warm-up, with its counters at zero. */
class Measurement {
  /** More may have been dropped than was counted. */
  hasDroppedMore = false;
  private beganNs: number | undefined;
  /** The job's own time counts from here, however often its figures begin anew. */
  private firstNs = 0;
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
    return true;
  }

  /** Figures and schedules begin anew; what counts towards the job's limits goes on. */
  beginAnew(): void {
    this.begin(ACTOR_READ_IOS);
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
    this.show(ACTOR_BEGAN_NS, nowNs + clockZeroNs());
  }
}

/** Runs slices of a few ms until something ends it; true: the actor failed. */
function runUntilStopped(
  task: WorkerTask,
  words: Int32Array,
  actor: CalledActor,
  measurement: Measurement,
  feed: ReplayFeed | undefined,
): boolean {
  const { latencyGoal, memory, cpu, iodepth } = task;
  const goal = latencyGoal && new GoalKeeper(memory, cpu + CPU_ACTOR, latencyGoal, iodepth);
  while (!isStopped(words, task.cpu)) {
    if (feed?.fill() === false) return true;
    const status = actor.run();
    if (status === STATUS_FAILED) return true;
    if (status === STATUS_DONE) return false;
    if (!measurement.look()) continue;
    const found = goal?.look(monotonicNs());
    if (found === "begins") measurement.beginAnew();
    if (found === "done") break;
    if (measurement.totalNs() >= (task.runtimeMs ?? Number.POSITIVE_INFINITY) * 1e6) break;
  }
  // What is due is looked for in the ring.
  feed?.fill();
  measurement.cutShort();
  return false;
}
