import { describe, expect, test } from "vitest";
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
  PACING_GOAL_DEPTH,
  PACING_GOAL_SETTLED,
  PACING_START_NS,
  PACING_STARTED,
  PACING_WINDOW_IOS,
  PACING_WINDOW_MISSES,
  SCHEDULE_DROPPED,
  SCHEDULE_READ,
  SCHEDULE_WRITE,
} from "../../../assembly/shared/pacing_layout.ts";
import {
  GoalKeeper,
  Schedules,
  startsMissed,
} from "../../../src/executors/threads/worker_pacing.ts";

test.each([
  { due: 100, gap: 10, end: 99, missed: 0 },
  { due: 100, gap: 10, end: 100, missed: 0 },
  { due: 100, gap: 10, end: 110, missed: 1 },
  { due: 100, gap: 10, end: 135, missed: 4 },
])("from $due on, $gap apart, up to $end: $missed starts", ({ due, gap, end, missed }) => {
  expect(startsMissed(due, gap, end)).toBe(missed);
});

/** A block at address 0 of a memory of its own. */
function emptyBlock() {
  const memory = new WebAssembly.Memory({ initial: 4, maximum: 4, shared: true });
  const words = new Int32Array(memory.buffer);
  const set = (offset: number, value: number) => {
    words[offset >>> 2] = value;
  };
  const get = (offset: number) => words[offset >>> 2] ?? 0;
  return { memory, doubles: new Float64Array(memory.buffer), set, get };
}

test("what a replay's ring still holds at the end is dropped, also where its counts wrap", () => {
  const { memory, doubles, set, get } = emptyBlock();
  const ring = 65_536;
  const taken = 2 ** 32 - 2;
  for (let i = 0; i < 5; i++) {
    const entry = ring + ((taken + i) % REPLAY_ENTRIES) * REPLAY_BYTES;
    doubles[(entry + REPLAY_DUE_NS) >>> 3] = i * 100;
    set(entry + REPLAY_IS_READ, i === 1 ? 1 : 0);
  }
  set(ACTOR_REPLAY, ring);
  set(ACTOR_REPLAY_PACED, 1);
  set(ACTOR_REPLAY_TAKEN, taken | 0);
  set(ACTOR_REPLAY_PUT, 3);
  set(PACING_STARTED, 1);
  doubles[PACING_START_NS >>> 3] = 1000;
  new Schedules(memory, 0).countDropped(1301);
  expect(get(SCHEDULE_READ + SCHEDULE_DROPPED)).toBe(1);
  expect(get(SCHEDULE_WRITE + SCHEDULE_DROPPED)).toBe(3);
});

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
