import {
  PACING_DEPTH,
  PACING_GOAL_DEPTH,
  PACING_GOAL_SETTLED,
  PACING_WINDOW_IOS,
  PACING_WINDOW_MISSES,
} from "../../../assembly/shared/pacing_layout.ts";
import type { LatencyGoal } from "../../scenario/pace.ts";
import { LatencySearch } from "./latency_search.ts";

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
