import { ACTOR_COMMAND, ACTOR_ERROR } from "../../../assembly/shared/actor_layout.ts";
import {
  COMMAND_DRAIN,
  COMMAND_EXIT,
  COMMAND_RESUME,
  COMMAND_RUN,
  COMMAND_SETUP,
  STATUS_DONE,
  STATUS_FAILED,
  STATUS_RUNNING,
} from "../../../assembly/shared/codes.ts";
import {
  CONTROL_READY,
  CONTROL_START,
  CONTROL_STOP,
  CPU_ACTOR,
  CPU_HEARTBEAT,
} from "../../../assembly/shared/layout.ts";
import { monotonicNs } from "../../machine/clock.ts";
import { type Core, instantiateCore } from "../../machine/core.ts";
import { setRingClock } from "../../machine/trace.ts";
import { GoalKeeper } from "./goal_keeper.ts";
import { Measurement } from "./measurement.ts";
import type { WorkerAnswer, WorkerTask } from "./protocol.ts";
import { ReplayFeed } from "./replay_feed.ts";
import { mustRest, setAtRest, sleepAtRest } from "./rest.ts";
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
    failed = !delayStart(actor, words, task);
    measurement = new Measurement(task, words);
    failed ||= runUntilStopped(task, words, actor, measurement, feed);
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

  /**
   * Holds nothing until it may go on, or everything stops; undefined: what it had registered could
   * not be registered again. Returns the time that it took, ns.
   */
  rest(): number | undefined {
    const { words, task } = this;
    const begin = monotonicNs();
    this.drain();
    setAtRest(words, task.cpu, true);
    while (mustRest(words, task.cpu) && !isStopped(words, task.cpu)) {
      this.beat();
      sleepAtRest(words, BEAT_EVERY_MS);
    }
    setAtRest(words, task.cpu, false);
    const goesOn = !isStopped(words, task.cpu);
    if (goesOn && this.command(COMMAND_RESUME) === STATUS_FAILED) return undefined;
    return monotonicNs() - begin;
  }

  /** Shows the watchdog that it lives; nobody writes there but this thread, and its core. */
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

/** Waits before the first I/O, unless it is stopped; false: a pause has made it fail. */
function delayStart(actor: CalledActor, words: Int32Array, task: WorkerTask): boolean {
  let until = monotonicNs() + task.startDelayMs * 1e6;
  for (let left = task.startDelayMs; left > 0; left = (until - monotonicNs()) / 1e6) {
    if (isStopped(words, task.cpu)) return true;
    actor.beat();
    if (mustRest(words, task.cpu)) {
      const restedNs = actor.rest();
      if (restedNs === undefined) return false;
      until += restedNs;
    }
    Atomics.wait(words, CONTROL_STOP >>> 2, 0, Math.min(left, BEAT_EVERY_MS));
  }
  return true;
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
    if (mustRest(words, task.cpu)) {
      const restedNs = actor.rest();
      if (restedNs === undefined) return true;
      measurement.rested(restedNs);
      continue;
    }
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
