import {
  ACTOR_BYTES_ISSUED,
  ACTOR_COMMAND,
  ACTOR_CURSOR,
  ACTOR_ERROR,
  ACTOR_FLAGS,
} from "../../../assembly/shared/actor_layout.ts";
import {
  ACTOR_UNLIMITED,
  COMMAND_DRAIN,
  COMMAND_EXIT,
  COMMAND_RUN,
  COMMAND_SETUP,
  OP_COUNT,
  OP_MR_DEREG,
  OP_MR_REG,
  STATUS_DONE,
  STATUS_FAILED,
} from "../../../assembly/shared/codes.ts";
import {
  CONTROL_PHASE,
  CONTROL_READY,
  CONTROL_START,
  CONTROL_STOP,
  CPU_ACTOR,
  CPU_BYTES,
  CPU_HEARTBEAT,
  CPU_OPSTATS,
  OPSTAT_BYTES,
  PARAM_CPUS,
  PARAM_HISTOGRAMS,
} from "../../../assembly/shared/layout.ts";
import { monotonicNs } from "../../machine/clock.ts";
import { type Core, instantiateCore } from "../../machine/core.ts";
import { HISTOGRAM_BYTES } from "../../machine/plan.ts";
import { PHASE_MEASURE, type WorkerAnswer, type WorkerTask } from "./protocol.ts";

/** Work between two looks at phase and deadline. */
const SLICE_NS = 4e6;
const FIRST_BUDGET = 64;
const MAX_BUDGET = 1 << 20;

/** One actor, from its memory to its last pin; piscina calls it once a worker and group. */
export default function runWorker(task: WorkerTask): WorkerAnswer {
  const core = instantiateCore(task.module, task.memory);
  const words = new Int32Array(task.memory.buffer);
  const actor = task.cpu + CPU_ACTOR;
  const command = (value: number, budget = 0): number => {
    words[(actor + ACTOR_COMMAND) >>> 2] = value;
    return core.runActor(task.cpu, budget);
  };
  let failed = command(COMMAND_SETUP) === STATUS_FAILED;
  let measuredNs = 0;
  const stage = failed ? "setup" : "run";
  Atomics.add(words, CONTROL_READY >>> 2, 1);
  Atomics.notify(words, CONTROL_READY >>> 2);
  if (!failed) {
    awaitStart(words, task.startWord);
    const begun = new Measurement(task, words);
    failed = runUntilStopped(task, words, core, begun);
    if (command(COMMAND_DRAIN) === STATUS_FAILED) failed = true;
    measuredNs = begun.elapsedNs();
  }
  const error = failed ? (words[(actor + ACTOR_ERROR) >>> 2] ?? 0) : 0;
  command(COMMAND_DRAIN);
  command(COMMAND_EXIT);
  return { error, stage, measuredNs };
}

function awaitStart(words: Int32Array, startWord: number): void {
  const at = CONTROL_START >>> 2;
  let seen = Atomics.load(words, at);
  while (seen !== startWord) {
    Atomics.wait(words, at, seen, 100);
    seen = Atomics.load(words, at);
  }
}

/** When this actor's figures begin: at the end of the warm-up, with its counters at zero. */
class Measurement {
  private beganNs: number | undefined;

  constructor(
    private readonly task: WorkerTask,
    private readonly words: Int32Array,
  ) {
    this.setUnlimited(true);
    this.look();
  }

  /** Sees whether the warm-up has ended; true while measuring. */
  look(): boolean {
    if (this.beganNs !== undefined) return true;
    if (Atomics.load(this.words, CONTROL_PHASE >>> 2) !== PHASE_MEASURE) return false;
    this.reset();
    this.setUnlimited(this.task.endless);
    this.beganNs = monotonicNs();
    return true;
  }

  elapsedNs(): number {
    return this.beganNs === undefined ? 0 : monotonicNs() - this.beganNs;
  }

  private setUnlimited(unlimited: boolean): void {
    const at = (this.task.cpu + CPU_ACTOR + ACTOR_FLAGS) >>> 2;
    const flags = this.words[at] ?? 0;
    this.words[at] = unlimited ? flags | ACTOR_UNLIMITED : flags & ~ACTOR_UNLIMITED;
  }

  /** Zeroes the actor's figures; registrations happened once, before, and stay. */
  private reset(): void {
    const { words, task } = this;
    const index = (task.cpu - (words[PARAM_CPUS >>> 2] ?? 0)) / CPU_BYTES;
    const histograms = (words[PARAM_HISTOGRAMS >>> 2] ?? 0) >>> 0;
    for (let op = 0; op < OP_COUNT; op++) {
      if (op === OP_MR_REG || op === OP_MR_DEREG) continue;
      const stat = task.cpu + CPU_OPSTATS + op * OPSTAT_BYTES;
      words.fill(0, stat >>> 2, (stat + OPSTAT_BYTES) >>> 2);
      const histogram = histograms + (index * OP_COUNT + op) * HISTOGRAM_BYTES;
      if (histograms) words.fill(0, histogram >>> 2, (histogram + HISTOGRAM_BYTES) >>> 2);
    }
    const actor = task.cpu + CPU_ACTOR;
    words.fill(0, (actor + ACTOR_BYTES_ISSUED) >>> 2, (actor + ACTOR_CURSOR) >>> 2);
  }
}

/** Runs slices of a few ms until something ends it; true: the actor failed. */
function runUntilStopped(
  task: WorkerTask,
  words: Int32Array,
  core: Core,
  measurement: Measurement,
): boolean {
  const command = (task.cpu + CPU_ACTOR + ACTOR_COMMAND) >>> 2;
  const heartbeat = (task.cpu + CPU_HEARTBEAT) >>> 2;
  words[command] = COMMAND_RUN;
  let budget = FIRST_BUDGET;
  while (Atomics.load(words, CONTROL_STOP >>> 2) === 0) {
    const begin = monotonicNs();
    const status = core.runActor(task.cpu, budget);
    const spent = monotonicNs() - begin;
    words[heartbeat] = (words[heartbeat] ?? 0) + 1;
    if (status === STATUS_FAILED) return true;
    if (status === STATUS_DONE) return false;
    if (spent < SLICE_NS / 2 && budget < MAX_BUDGET) budget *= 2;
    else if (spent > SLICE_NS * 2 && budget > FIRST_BUDGET) budget >>= 1;
    if (!measurement.look() || task.runtimeMs === undefined) continue;
    if (measurement.elapsedNs() >= task.runtimeMs * 1e6) return false;
  }
  return false;
}
