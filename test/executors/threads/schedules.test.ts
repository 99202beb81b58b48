import { describe, expect, test } from "vitest";
import {
  ACTOR_BYTES_ISSUED,
  ACTOR_FLAGS,
  ACTOR_IOS_ISSUED,
  ACTOR_LIMIT_BYTES,
  ACTOR_LIMIT_IOS,
  ACTOR_REPLAY,
  ACTOR_REPLAY_OVER,
  ACTOR_REPLAY_PACED,
  ACTOR_REPLAY_PUT,
  ACTOR_REPLAY_TAKEN,
  REPLAY_BYTES,
  REPLAY_DUE_NS,
  REPLAY_ENTRIES,
  REPLAY_IS_READ,
} from "../../../assembly/shared/actor_layout.ts";
import { ACTOR_UNLIMITED } from "../../../assembly/shared/codes.ts";
import {
  PACING_START_NS,
  PACING_STARTED,
  SCHEDULE_DROPPED,
  SCHEDULE_DUE_NS,
  SCHEDULE_MEAN_GAP_NS,
  SCHEDULE_ON,
  SCHEDULE_READ,
  SCHEDULE_WRITE,
} from "../../../assembly/shared/pacing_layout.ts";
import { Schedules, startsMissed } from "../../../src/executors/threads/schedules.ts";
import { emptyBlock } from "../../support/empty_block.ts";

test.each([
  { due: 100, gap: 10, end: 99, missed: 0 },
  { due: 100, gap: 10, end: 100, missed: 0 },
  { due: 100, gap: 10, end: 110, missed: 1 },
  { due: 100, gap: 10, end: 135, missed: 4 },
])("from $due on, $gap apart, up to $end: $missed starts", ({ due, gap, end, missed }) => {
  expect(startsMissed(due, gap, end)).toBe(missed);
});

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
  const schedules = new Schedules(memory, 0);
  expect(schedules.countDropped(1301)).toBe(false);
  expect(get(SCHEDULE_READ + SCHEDULE_DROPPED)).toBe(1);
  expect(get(SCHEDULE_WRITE + SCHEDULE_DROPPED)).toBe(3);
  // Where all of the ring was due, so may be what follows in the log.
  expect(schedules.countDropped(1401)).toBe(true);
  set(ACTOR_REPLAY_OVER, 1);
  expect(schedules.countDropped(1401)).toBe(false);
});

describe("what time ran out for", () => {
  /** A job that could have started 1,000 reads and 500 writes more, had it had as many. */
  function cutShort(limits: { ios: number; bytes: number; unlimited?: boolean }) {
    const { memory, doubles, set, get } = emptyBlock();
    const long = (offset: number, value: number) => {
      new BigUint64Array(memory.buffer)[offset >>> 3] = BigInt(value);
    };
    for (const [schedule, gapNs] of [
      [SCHEDULE_READ, 1000],
      [SCHEDULE_WRITE, 2000],
    ] as const) {
      set(schedule + SCHEDULE_ON, 1);
      doubles[(schedule + SCHEDULE_DUE_NS) >>> 3] = 1e6;
      doubles[(schedule + SCHEDULE_MEAN_GAP_NS) >>> 3] = gapNs;
    }
    set(PACING_STARTED, 1);
    set(ACTOR_FLAGS, limits.unlimited ? ACTOR_UNLIMITED : 0);
    long(ACTOR_LIMIT_IOS, limits.ios);
    long(ACTOR_LIMIT_BYTES, limits.bytes);
    long(ACTOR_IOS_ISSUED, 10);
    long(ACTOR_BYTES_ISSUED, 10 * 4096);
    expect(new Schedules(memory, 0).countDropped(2e6 - 1)).toBe(false);
    return [get(SCHEDULE_READ + SCHEDULE_DROPPED), get(SCHEDULE_WRITE + SCHEDULE_DROPPED)];
  }
  const many = Number.MAX_SAFE_INTEGER;

  test.each([
    ["a job without an end", { ios: 1, bytes: 1, unlimited: true }, [1000, 500]],
    ["a long job", { ios: many, bytes: many }, [1000, 500]],
    ["a job with 30 I/Os left", { ios: 40, bytes: many }, [20, 10]],
    ["a job with 30 I/Os of its size left", { ios: many, bytes: 40 * 4096 }, [20, 10]],
    ["a job that has started all it had", { ios: 10, bytes: many }, [0, 0]],
  ])("%s", (_, limits, dropped) => {
    expect(cutShort(limits)).toEqual(dropped);
  });
});
