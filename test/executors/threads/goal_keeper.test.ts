import { describe, expect, test } from "vitest";
import {
  PACING_DEPTH,
  PACING_GOAL_DEPTH,
  PACING_GOAL_SETTLED,
  PACING_WINDOW_IOS,
  PACING_WINDOW_MISSES,
} from "../../../assembly/shared/pacing_layout.ts";
import { GoalKeeper } from "../../../src/executors/threads/goal_keeper.ts";
import { emptyBlock } from "../../support/empty_block.ts";

describe("a worker that keeps a latency goal", () => {
  const goal = { targetNs: 1000, windowMs: 1, percentile: 99, keepsRunning: false };

  test("looks at whole windows, and not at I/Os of the depth before", () => {
    const { memory, set, get } = emptyBlock();
    const keeper = new GoalKeeper(memory, 0, goal, 4);
    const window = (ns: number, ios: number, misses: number) => {
      set(PACING_WINDOW_IOS, ios);
      set(PACING_WINDOW_MISSES, misses);
      return keeper.look(ns);
    };
    keeper.look(0);
    expect(window(0.9e6, 50, 0)).toBe("goes on");
    expect(get(PACING_DEPTH)).toBe(0);
    expect(window(1e6, 60, 0)).toBe("goes on");
    expect(get(PACING_DEPTH)).toBe(2);
    // One I/O was in flight when the depth changed: its window begins behind it.
    expect(window(5e6, 1, 1)).toBe("goes on");
    expect(get(PACING_WINDOW_MISSES)).toBe(0);
    window(6e6, 60, 0);
    expect(get(PACING_DEPTH)).toBe(4);
    window(7e6, 2, 2);
    expect(window(8e6, 60, 0)).toBe("begins");
    expect(window(9e6, 60, 0)).toBe("done");
    expect([get(PACING_GOAL_DEPTH), get(PACING_GOAL_SETTLED)]).toEqual([4, 1]);
  });

  test("a window without an I/O says nothing and goes on", () => {
    const { memory, get } = emptyBlock();
    const keeper = new GoalKeeper(memory, 0, goal, 4);
    keeper.look(0);
    expect(keeper.look(50e6)).toBe("goes on");
    expect(get(PACING_GOAL_SETTLED)).toBe(0);
  });
});
