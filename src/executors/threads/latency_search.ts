import type { LatencyGoal } from "../../scenario/pace.ts";

/** fio raises a depth that has held this often in a row by one. */
const STABLE_WINDOWS = 3;

/** What follows from a window: how deep the next one's queue is, and whether it is the last. */
export interface SearchStep {
  readonly depth: number;
  /** The depth was found: figures begin anew, for it alone. */
  readonly begins: boolean;
  /** A window at that depth has kept the goal too, or nothing can: the job is done. */
  readonly done: boolean;
}

/**
 * Looks for the deepest queue that keeps a latency goal, as fio does: doubles from one I/O in
 * flight until a window fails or the queue is full, then halves the interval between the deepest
 * that kept the goal and the shallowest that did not.
 */
export class LatencySearch {
  depth = 1;
  /** The deepest queue that kept the goal so far; 0: none yet. */
  kept = 0;
  settled = false;
  private failed: number | undefined;
  private stable = 0;

  constructor(
    private readonly goal: Pick<LatencyGoal, "percentile" | "keepsRunning">,
    private readonly deepest: number,
  ) {}

  /** True if so many misses decide a window before its time. */
  isLost(misses: number): boolean {
    return this.goal.percentile === 100 && misses > 0;
  }

  /** Takes a window of `ios` I/Os, `misses` of which took longer than the target. */
  window(ios: number, misses: number): SearchStep {
    const keeps = ((ios - misses) / ios) * 100 >= this.goal.percentile;
    return keeps ? this.keeps() : this.fails();
  }

  private keeps(): SearchStep {
    const { depth } = this;
    this.kept = depth;
    // What failed at this depth holds by now.
    if (this.failed !== undefined && this.failed <= depth) this.failed = undefined;
    if (this.goal.keepsRunning) this.loosen();
    const { failed } = this;
    const next =
      failed === undefined ? Math.min(2 * depth, this.deepest) : Math.floor((depth + failed) / 2);
    this.depth = next;
    if (next !== depth) {
      this.settled = false;
      return { depth: next, begins: false, done: false };
    }
    const again = this.settled;
    this.settled = true;
    const ends = !this.goal.keepsRunning;
    return { depth, begins: ends && !again, done: ends && again };
  }

  /** A depth that holds again and again may be short of what is possible by now. */
  private loosen(): void {
    if (this.failed !== this.depth + 1) return;
    this.stable += 1;
    if (this.stable < STABLE_WINDOWS) return;
    this.stable = 0;
    this.failed = this.failed < this.deepest ? this.failed + 1 : undefined;
  }

  private fails(): SearchStep {
    this.failed = this.depth;
    this.stable = 0;
    // A depth that kept the goal once and does not now was no proof.
    this.kept = Math.min(this.kept, this.depth - 1);
    if (this.depth === 1) {
      this.settled = true;
      return { depth: 1, begins: false, done: !this.goal.keepsRunning };
    }
    this.settled = false;
    this.depth = Math.max(1, Math.floor((this.kept + this.failed) / 2));
    return { depth: this.depth, begins: false, done: false };
  }
}
