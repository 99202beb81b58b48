import { describe, expect, test } from "vitest";
import { STATUS_DONE } from "../../../assembly/shared/codes.ts";
import type { Thinktime } from "../../../src/scenario/pace.ts";
import type { Job } from "../../../src/scenario/scenario.ts";
import { PacedActor } from "../../support/paced_actor.ts";

const PAUSE = 50_000;

function thinking(change: Partial<Thinktime>): { thinktime: Thinktime } {
  const pause = { pauseNs: PAUSE, spinNs: 0, blocks: 1, countedAt: "complete" } as const;
  return { thinktime: { ...pause, ...change } };
}

/** When the I/Os were done, counting from the first: I/Os by the time of a round. */
function doneAt(actor: PacedActor, ios: number): number[] {
  const times: number[] = [];
  while (times.length < ios) {
    actor.round();
    while (times.length < actor.ios("read")) times.push(actor.nowNs);
  }
  return times.map((time) => time - (times[0] ?? 0));
}

/** How many I/Os stand between two pauses, and the shortest pause. */
function runsOf(times: readonly number[]): { runs: number[]; shortest: number } {
  const runs = [1];
  let shortest = Number.POSITIVE_INFINITY;
  for (let i = 1; i < times.length; i++) {
    const gap = (times[i] ?? 0) - (times[i - 1] ?? 0);
    if (gap >= PAUSE / 2) {
      runs.push(1);
      shortest = Math.min(shortest, gap);
    } else runs.push((runs.pop() ?? 0) + 1);
  }
  return { runs: runs.slice(0, -1), shortest };
}

describe("a job that thinks", () => {
  test.each([1, 3, 8])("pauses after every %i I/Os, no shorter than asked", (blocks) => {
    const actor = new PacedActor(thinking({ blocks }));
    const { runs, shortest } = runsOf(doneAt(actor, 60));
    expect(new Set(runs)).toEqual(new Set([blocks]));
    expect(shortest).toBeGreaterThanOrEqual(PAUSE);
    // The clock moves 100 ns a look: no pause is much longer either.
    expect(shortest).toBeLessThan(PAUSE * 1.1);
  });

  test("counted at issue, a round issues no more than the pause allows", () => {
    const job = { iodepth: 16, ...thinking({ blocks: 6, countedAt: "issue" }) };
    const { runs } = runsOf(doneAt(new PacedActor(job), 60));
    expect(new Set(runs)).toEqual(new Set([6]));
  });

  test("lets what is in flight complete before it pauses", () => {
    const job = { iodepth: 4, ...thinking({ blocks: 1 }) };
    const actor = new PacedActor(job, { serviceNs: [5000, 20_000], stepNs: 500 });
    let before = 0;
    for (let i = 0; i < 2000; i++) {
      actor.round();
      // Between a completion and the next pause nothing is added to the queue.
      if (before > 0 && actor.inFlight > 0) expect(actor.inFlight).toBeLessThanOrEqual(before);
      before = actor.inFlight;
    }
    expect(actor.ios("read")).toBeGreaterThan(8);
  });

  /** I/Os in the time of 100 pauses; five are due in that of one, ten go before one. */
  function iosAtRate(holdsRate: boolean, change: Partial<Job> = {}): number[] {
    const rate = { per: "ios", aSecond: (5 * 1e9) / PAUSE } as const;
    const arrivals = { process: "linear", read: rate, write: undefined } as const;
    const actor = new PacedActor({
      iodepth: 1,
      arrivals,
      ...thinking({ blocks: 10, holdsRate }),
      ...change,
    });
    actor.runUntil(actor.nowNs + 100 * PAUSE);
    return [actor.ios("read"), actor.ios("write")];
  }

  test("catches up with its rate after a pause, or has its rate held meanwhile", () => {
    // Held, ten I/Os take nine gaps and a pause: the tenth gap passes in the pause.
    const [[caughtUp = 0], [held = 0]] = [iosAtRate(false), iosAtRate(true)];
    expect(Math.abs(caughtUp / 500 - 1)).toBeLessThan(0.04);
    expect(Math.abs(held / (10 * (100 / 2.8)) - 1)).toBeLessThan(0.04);
  });

  test("has a schedule put off by the pause where that is shorter than a gap", () => {
    const pausing = thinking({ blocks: 1, pauseNs: PAUSE / 10, holdsRate: true });
    const [reads = 0] = iosAtRate(true, pausing);
    expect(Math.abs(reads / (500 / 1.5) - 1)).toBeLessThan(0.04);
  });

  test("has only the rate held of the direction that issued last, as fio has", () => {
    const rate = { per: "ios", aSecond: (10 * 1e9) / PAUSE } as const;
    const arrivals = { process: "linear", read: rate, write: rate } as const;
    const pausing = thinking({ blocks: 1, pauseNs: PAUSE / 4, holdsRate: true });
    const [reads = 0, writes = 0] = iosAtRate(true, { readPercent: 50, arrivals, ...pausing });
    expect(reads + writes).toBeGreaterThan(350);
    expect(reads + writes).toBeLessThan(410);
  });

  test("that has done all it has to does not think about it", () => {
    const actor = new PacedActor({ numberIos: 3, ...thinking({ blocks: 1 }) });
    const began = actor.nowNs;
    expect(actor.runUntil(Number.POSITIVE_INFINITY)).toBe(STATUS_DONE);
    expect(actor.nowNs - began).toBeLessThan(2.2 * PAUSE);
  });
});
