import { describe, expect, test } from "vitest";
import {
  ACTOR_REPLAY,
  ACTOR_REPLAY_OVER,
  ACTOR_REPLAY_PACED,
  ACTOR_REPLAY_PUT,
  ACTOR_REPLAY_TAKEN,
  REPLAY_BYTES,
  REPLAY_DUE_NS,
  REPLAY_IS_READ,
  REPLAY_LENGTH,
} from "../../../assembly/shared/actor_layout.ts";
import { STATUS_DONE, STATUS_RUNNING } from "../../../assembly/shared/codes.ts";
import { PACING_FROM_NS, PACING_MARGIN_NS } from "../../../assembly/shared/pacing_layout.ts";
import type { Arrivals, Rate } from "../../../src/scenario/pace.ts";
import { PacedActor } from "../../support/paced_actor.ts";

const MS = 1e6;
const ios = (aSecond: number): Rate => ({ per: "ios", aSecond });
const bytes = (aSecond: number): Rate => ({ per: "bytes", aSecond });
function arrivals(
  read: Rate | undefined,
  write?: Rate,
  process: Arrivals["process"] = "linear",
): { arrivals: Arrivals } {
  return { arrivals: { process, read, write } };
}
const size = (value: number, percent = 100) => ({ minBytes: value, maxBytes: value, percent });

/** Gaps between the intended starts of `count` reads. */
function gapsOf(actor: PacedActor, count: number): number[] {
  actor.setUnlimited();
  const gaps: number[] = [];
  for (let due = 0; gaps.length < count; ) {
    actor.round();
    if (due !== 0 && actor.due("read") !== due) gaps.push(actor.due("read") - due);
    due = actor.due("read");
    actor.nowNs = Math.max(actor.nowNs, due - 1000);
  }
  return gaps;
}

describe("linear arrivals", () => {
  test("start one gap after the other, from the start that the host wrote", () => {
    const actor = new PacedActor(arrivals(ios(100_000)));
    actor.setUnlimited();
    actor.startAt(2 * MS);
    actor.runUntil(2 * MS + 1000);
    expect(actor.ios("read")).toBe(1);
    actor.runUntil(12 * MS + 1000);
    // 10 ms of 10 us gaps, the first start included.
    expect(actor.ios("read")).toBe(1001);
    expect(actor.due("read")).toBeCloseTo(12.01 * MS, 3);
    expect(actor.late("read")).toBe(0);
  });

  test("that begin anew stay on their grid, and pass over what was due before", () => {
    const actor = new PacedActor(arrivals(ios(1000)), { pace: { phase: 0.25, crowded: false } });
    actor.startAt(5 * MS);
    actor.machine.doubles[(actor.block + PACING_FROM_NS) >>> 3] = 11.7 * MS;
    actor.round();
    expect(actor.due("read")).toBe(12.25 * MS);
    expect(actor.ios("read")).toBe(0);
  });

  test("of bytes are as far apart as their own length says", () => {
    const sizes = { readSizes: [size(4096, 50), size(16_384, 50)] };
    const actor = new PacedActor({ ...sizes, ...arrivals(bytes(4.096e9)) });
    const seen = new Set(gapsOf(actor, 200).map(Math.round));
    expect([...seen].sort((a, b) => a - b)).toEqual([1000, 4000]);
  });

  test("a phase puts the first start off by its share of the gap", () => {
    const pace = { phase: 0.25, crowded: false };
    const actor = new PacedActor(arrivals(ios(1000)), { pace });
    actor.startAt(5 * MS);
    actor.round();
    expect(actor.due("read")).toBe(5.25 * MS);
  });
});

describe("Poisson arrivals", () => {
  test.each([ios(50_000), bytes(50_000 * 4096)])("have exponential gaps (%o)", (rate) => {
    const actor = new PacedActor(arrivals(rate, undefined, "poisson"));
    const count = 20_000;
    const gaps = gapsOf(actor, count).map((gap) => gap / 20_000);
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / count;
    const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / count;
    expect(Math.abs(mean - 1)).toBeLessThan(0.03);
    expect(Math.abs(variance - 1)).toBeLessThan(0.08);
    // Kolmogorov-Smirnov: 1.63 / sqrt(n) is passed by one sample in a hundred; the seed is fixed.
    const sorted = gaps.toSorted((a, b) => a - b);
    const distance = Math.max(
      ...sorted.map((gap, i) => {
        const share = 1 - Math.exp(-gap);
        return Math.max(Math.abs(share - i / count), Math.abs(share - (i + 1) / count));
      }),
    );
    expect(distance).toBeLessThan(1.63 / Math.sqrt(count));
  });
});

describe("a mix", () => {
  test("of two rates: each direction keeps its own, whatever the share of reads", () => {
    const actor = new PacedActor({ readPercent: 50, ...arrivals(ios(300_000), ios(20_000)) });
    actor.setUnlimited();
    actor.startAt(2 * MS);
    actor.runUntil(12 * MS + 2000);
    expect([actor.ios("read"), actor.ios("write")]).toEqual([3001, 201]);
  });

  test("of which only the writes have a rate: the reads do not wait for them, as in fio", () => {
    const actor = new PacedActor({ readPercent: 75, ...arrivals(undefined, ios(10_000)) });
    actor.setUnlimited();
    actor.startAt(2 * MS);
    actor.runUntil(102 * MS + 500);
    expect(actor.ios("write")).toBe(1001);
    expect(actor.ios("read")).toBeGreaterThan(10 * 1001);
    expect(actor.corrected("read").count).toBe(0);
    expect(actor.corrected("write").count).toBe(1001);
  });

  test("a rate of a direction that is not used paces nothing", () => {
    const actor = new PacedActor({ numberIos: 50, ...arrivals(undefined, ios(1)) });
    expect(actor.command(1, 1000)).toBe(STATUS_DONE);
    expect(actor.ios("read")).toBe(50);
  });
});

describe("an open loop", () => {
  test("catches up after a stall; the latency counts from the intended start", () => {
    const actor = new PacedActor({ iodepth: 4, ...arrivals(ios(100_000)) });
    actor.setUnlimited();
    actor.startAt(2 * MS);
    actor.runUntil(3 * MS + 500);
    expect(actor.ios("read")).toBe(101);
    actor.nowNs += 5 * MS;
    actor.round();
    expect(actor.ios("read")).toBe(105);
    actor.runUntil(9 * MS + 500);
    expect(actor.ios("read")).toBe(701);
    // The 500 that came due meanwhile started late, and those that came due behind them.
    expect(actor.late("read")).toBeGreaterThan(490);
    expect(actor.late("read")).toBeLessThan(600);
    expect(actor.corrected("read").maxNs).toBeGreaterThan(4.9 * MS);
    expect(actor.corrected("read").count).toBe(701);
  });

  test("a device that is too slow for the rate is late from the queue's depth on", () => {
    const actor = new PacedActor(
      { iodepth: 2, ...arrivals(ios(10_000)) },
      { serviceNs: [400_000], stepNs: 1000 },
    );
    actor.setUnlimited();
    actor.startAt(2 * MS);
    actor.runUntil(42 * MS);
    // Two in flight at 400 us each: 5,000 a second of the 10,000.
    expect(Math.abs(actor.ios("read") - 200)).toBeLessThan(12);
    expect(actor.corrected("read").maxNs).toBeGreaterThan(15 * MS);
  });

  test("who has waited for a slow device does not wait as long again", () => {
    // Looks at the clock are 30 ms apart, each sleep among them; the device takes 135 ms.
    const actor = new PacedActor(arrivals(ios(1000)), {
      serviceNs: [135 * MS],
      stepNs: 30 * MS,
      sample: 0,
    });
    const margin = () => actor.machine.doubles[(actor.block + PACING_MARGIN_NS) >>> 3];
    const before = margin();
    actor.round();
    actor.round();
    expect([actor.inFlight, actor.ios("read")]).toEqual([1, 0]);
    actor.round();
    expect([actor.ios("read"), margin()]).toEqual([1, before]);
  });

  test.each(["direct_io", "buffered_io", "fixed_buffers"] as const)(
    "a burst is sampled as densely as the rest (%s)",
    (pattern) => {
      const job = { pattern, iodepth: 8, ...arrivals(ios(100_000)) };
      const actor = new PacedActor(job, { sample: 4 });
      actor.setUnlimited();
      actor.startAt(2 * MS);
      actor.nowNs = 6 * MS;
      actor.runUntil(8 * MS + 500);
      expect(actor.ios("read")).toBe(601);
      expect(actor.corrected("read").count).toBe(151);
      // Two thirds came due before the first round, the oldest of them 4 ms before.
      expect(actor.corrected("read").percentile(60)).toBeGreaterThan(1 * MS);
    },
  );

  test("of reads and writes in turn is sampled in both directions", () => {
    const job = { readPercent: 50, ...arrivals(ios(100_000), ios(100_000)) };
    const actor = new PacedActor(job, { sample: 4 });
    actor.setUnlimited();
    actor.startAt(2 * MS);
    actor.runUntil(6 * MS + 1000);
    expect([actor.ios("read"), actor.ios("write")]).toEqual([401, 401]);
    expect([actor.corrected("read").count, actor.corrected("write").count]).toEqual([101, 101]);
  });

  test("ends with its own limit", () => {
    const actor = new PacedActor({ numberIos: 20, ...arrivals(ios(100_000)) });
    expect(actor.runUntil(20 * MS)).toBe(STATUS_DONE);
    expect(actor.ios("read")).toBe(20);
  });
});

describe("a replay with times", () => {
  const replay = {
    files: ["log"],
    keepsTime: true,
    timeScalePercent: 100,
    skip: [],
    largestBytes: 4096,
  };

  /** An actor whose ring has entries due at these times. */
  function replaying(dues: readonly number[]): PacedActor {
    const actor = new PacedActor({ replay, sizeBytes: 2 ** 30, ioSizeBytes: 2 ** 30 });
    const { machine } = actor;
    const ring = actor.spare;
    dues.forEach((due, i) => {
      const entry = ring + i * REPLAY_BYTES;
      machine.doubles[(entry + REPLAY_DUE_NS) >>> 3] = due;
      machine.words[(entry + REPLAY_LENGTH) >>> 2] = 4096;
      machine.words[(entry + REPLAY_IS_READ) >>> 2] = 1;
    });
    actor.setWord(ACTOR_REPLAY, ring);
    actor.setWord(ACTOR_REPLAY_PUT, dues.length);
    actor.setWord(ACTOR_REPLAY_PACED, 1);
    actor.startAt(2 * MS);
    return actor;
  }

  test("starts an entry when it is due, and counts from there", () => {
    const actor = replaying([0.5 * MS, 0.9 * MS]);
    actor.runUntil(2.499 * MS);
    expect(actor.ios("read")).toBe(0);
    actor.nowNs = 2.6 * MS;
    actor.round();
    expect(actor.ios("read")).toBe(1);
    expect(actor.late("read")).toBe(0);
    expect(actor.corrected("read").minNs).toBeGreaterThan(0.1 * MS);
  });

  test("an entry that starts when the next one is due is late", () => {
    const actor = replaying([0.5 * MS, 0.9 * MS]);
    actor.nowNs = 3 * MS;
    actor.round();
    expect(actor.late("read")).toBe(1);
  });

  test("an empty ring returns to be filled; one that is over ends the job", () => {
    const actor = replaying([]);
    expect(actor.command(1, 1_000_000)).toBe(STATUS_RUNNING);
    actor.setWord(ACTOR_REPLAY_TAKEN, 7);
    actor.setWord(ACTOR_REPLAY_PUT, 7);
    actor.setWord(ACTOR_REPLAY_OVER, 1);
    expect(actor.round()).toBe(STATUS_DONE);
  });
});
