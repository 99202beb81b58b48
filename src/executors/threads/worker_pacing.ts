import {
  ACTOR_REPLAY,
  ACTOR_REPLAY_PACED,
  ACTOR_REPLAY_PUT,
  ACTOR_REPLAY_TAKEN,
  REPLAY_BYTES,
  REPLAY_DUE_NS,
  REPLAY_ENTRIES,
  REPLAY_IS_READ,
} from "../../../assembly/shared/actor_layout.ts";
import {
  PACING_DEPTH,
  PACING_FROM_NS,
  PACING_GOAL_DEPTH,
  PACING_GOAL_SETTLED,
  PACING_START_NS,
  PACING_STARTED,
  PACING_UNTIL_NS,
  PACING_WINDOW_IOS,
  PACING_WINDOW_MISSES,
  SCHEDULE_DROPPED,
  SCHEDULE_DUE_NS,
  SCHEDULE_LATE,
  SCHEDULE_MEAN_GAP_NS,
  SCHEDULE_ON,
  SCHEDULE_READ,
  SCHEDULE_WRITE,
} from "../../../assembly/shared/pacing_layout.ts";
import type { LatencyGoal } from "../../scenario/scenario.ts";
import { LatencySearch } from "./latency_search.ts";

const SCHEDULES = [SCHEDULE_READ, SCHEDULE_WRITE];

/** The schedules of an actor, as its worker sees them; `block` is the actor's address. */
export class Schedules {
  private readonly words: Int32Array;
  private readonly longs: BigUint64Array;
  private readonly doubles: Float64Array;

  constructor(
    memory: WebAssembly.Memory,
    private readonly block: number,
  ) {
    this.words = new Int32Array(memory.buffer);
    this.longs = new BigUint64Array(memory.buffer);
    this.doubles = new Float64Array(memory.buffer);
  }

  /** The schedules' zero: all actors that pass the barrier together have it together. */
  begin(nowNs: number): void {
    this.doubles[(this.block + PACING_START_NS) >>> 3] = nowNs;
  }

  /** Nothing starts at that time or after it, and nobody sleeps beyond it. */
  endAt(untilNs: number): void {
    this.doubles[(this.block + PACING_UNTIL_NS) >>> 3] = untilNs;
  }

  /** Intended starts count from now on, and with them what is late or dropped. */
  restart(nowNs: number): void {
    const started = (this.block + PACING_STARTED) >>> 2;
    // Before anything has started, now is where the schedules begin: the first start is due.
    if (this.words[started] === 0) this.begin(nowNs);
    else this.doubles[(this.block + PACING_FROM_NS) >>> 3] = nowNs;
    this.words[started] = 0;
    for (const schedule of SCHEDULES) {
      this.longs[(this.block + schedule + SCHEDULE_LATE) >>> 3] = 0n;
      this.longs[(this.block + schedule + SCHEDULE_DROPPED) >>> 3] = 0n;
    }
  }

  /**
   * Counts the intended starts that time ran out for: those before now, or before the job's end
   * if that came first, that never happened. Of a log, those that its ring held: who lags further
   * behind has dropped more.
   */
  countDropped(nowNs: number): void {
    const untilNs = this.doubles[(this.block + PACING_UNTIL_NS) >>> 3] || Number.POSITIVE_INFINITY;
    const endNs = Math.min(nowNs, untilNs);
    if (this.words[(this.block + PACING_STARTED) >>> 2] === 0) return;
    if (this.words[(this.block + ACTOR_REPLAY_PACED) >>> 2] !== 0) this.countLeftInRing(endNs);
    for (const schedule of SCHEDULES) {
      const at = this.block + schedule;
      if (this.words[(at + SCHEDULE_ON) >>> 2] === 0) continue;
      const due = this.doubles[(at + SCHEDULE_DUE_NS) >>> 3] ?? 0;
      const gap = this.doubles[(at + SCHEDULE_MEAN_GAP_NS) >>> 3] ?? 0;
      this.longs[(at + SCHEDULE_DROPPED) >>> 3] = BigInt(startsMissed(due, gap, endNs));
    }
  }

  private countLeftInRing(endNs: number): void {
    const word = (at: number): number => (this.words[at >>> 2] ?? 0) >>> 0;
    const startNs = this.doubles[(this.block + PACING_START_NS) >>> 3] ?? 0;
    const put = word(this.block + ACTOR_REPLAY_PUT);
    // Both counts wrap at 2^32.
    for (let i = word(this.block + ACTOR_REPLAY_TAKEN); i !== put; i = (i + 1) >>> 0) {
      const entry = word(this.block + ACTOR_REPLAY) + (i % REPLAY_ENTRIES) * REPLAY_BYTES;
      if (startNs + (this.doubles[(entry + REPLAY_DUE_NS) >>> 3] ?? 0) >= endNs) return;
      const schedule = word(entry + REPLAY_IS_READ) !== 0 ? SCHEDULE_READ : SCHEDULE_WRITE;
      const at = (this.block + schedule + SCHEDULE_DROPPED) >>> 3;
      this.longs[at] = (this.longs[at] ?? 0n) + 1n;
    }
  }
}

/** Intended starts from `dueNs` on and before `endNs`, `gapNs` apart. */
export function startsMissed(dueNs: number, gapNs: number, endNs: number): number {
  return dueNs < endNs ? Math.ceil((endNs - dueNs) / gapNs) : 0;
}

/** Keeps an actor's queue as deep as its latency goal allows, window by window. */
export class GoalKeeper {
  private readonly words: Int32Array;
  private readonly search: LatencySearch;
  private windowBeganNs: number | undefined;
  /** I/Os that were started at another depth and say nothing about this one. */
  private settling = 0;

  constructor(
    memory: WebAssembly.Memory,
    private readonly block: number,
    private readonly goal: LatencyGoal,
    iodepth: number,
  ) {
    this.words = new Int32Array(memory.buffer);
    this.search = new LatencySearch(goal, iodepth);
  }

  /** To be called often while measuring. "begins": the figures are to begin anew. */
  look(nowNs: number): "goes on" | "begins" | "done" {
    if (this.windowBeganNs === undefined) this.newWindow(nowNs);
    const ios = this.word(PACING_WINDOW_IOS);
    const misses = this.word(PACING_WINDOW_MISSES);
    if (this.settling > 0) {
      if (ios >= this.settling) this.newWindow(nowNs);
      return "goes on";
    }
    const passed = nowNs - (this.windowBeganNs ?? nowNs) >= this.goal.windowMs * 1e6;
    if (ios === 0 || !(passed || this.search.isLost(misses))) return "goes on";
    const before = this.search.depth;
    const { depth, begins, done } = this.search.window(ios, misses);
    this.store(PACING_DEPTH, depth);
    this.store(PACING_GOAL_DEPTH, this.search.kept);
    this.store(PACING_GOAL_SETTLED, this.search.settled ? 1 : 0);
    this.newWindow(nowNs);
    if (depth !== before) this.settling = before;
    if (done) return "done";
    return begins ? "begins" : "goes on";
  }

  private newWindow(nowNs: number): void {
    this.windowBeganNs = nowNs;
    this.settling = 0;
    this.store(PACING_WINDOW_IOS, 0);
    this.store(PACING_WINDOW_MISSES, 0);
  }

  private word(offset: number): number {
    return (this.words[(this.block + offset) >>> 2] ?? 0) >>> 0;
  }

  private store(offset: number, value: number): void {
    this.words[(this.block + offset) >>> 2] = value;
  }
}
