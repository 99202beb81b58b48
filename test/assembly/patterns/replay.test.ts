import { describe, expect, test } from "vitest";
import {
  ACTOR_COMMAND,
  ACTOR_READ_BYTES,
  ACTOR_READ_IOS,
  ACTOR_REPLAY_PUT,
  ACTOR_REPLAY_TAKEN,
  ACTOR_WRITE_BYTES,
  REPLAY_ENTRIES,
} from "../../../assembly/shared/actor_layout.ts";
import {
  COMMAND_DRAIN,
  COMMAND_EXIT,
  COMMAND_RUN,
  COMMAND_SETUP,
  STATUS_DONE,
  STATUS_RUNNING,
} from "../../../assembly/shared/codes.ts";
import { CPU_ACTOR } from "../../../assembly/shared/layout.ts";
import { arenaBytesOf, writeActor } from "../../../src/machine/actor_block.ts";
import { checkQuiescence } from "../../../src/machine/quiescence.ts";
import { ReplayRing, replayedShare } from "../../../src/machine/replay_ring.ts";
import { DEFAULT_JOB } from "../../../src/scenario/defaults.ts";
import type { Job, PatternName } from "../../../src/scenario/scenario.ts";
import { Lab } from "../../support/lab.ts";

const REPLAY = { files: ["log"], keepsTime: false, timeScalePercent: 100, skip: [] };

/** An actor that replays, called by the test in its worker's place. */
class Replaying {
  readonly lab: Lab;
  readonly ring: ReplayRing;

  constructor(pattern: PatternName, firstIndex = 0, change: Partial<Job> = {}) {
    const replay = { ...REPLAY, largestBytes: 65536 };
    const job: Job = { ...DEFAULT_JOB, pattern, iodepth: 4, replay, ioSizeBytes: 4096, ...change };
    this.lab = new Lab({ pages: 256, arenaBytes: arenaBytesOf(job) });
    for (const mm of [0, 1]) this.lab.core.leaveMm(this.lab.cpu(), this.lab.mm(mm));
    writeActor(this.lab.machine, { job, cpu: 0, mm: 0, seed: 7n, sample: 1 });
    const actor = this.lab.cpu() + CPU_ACTOR;
    for (const word of [ACTOR_REPLAY_TAKEN, ACTOR_REPLAY_PUT]) {
      this.lab.setWord(actor + word, firstIndex);
    }
    this.ring = new ReplayRing(this.lab.machine.memory, this.lab.cpu());
    expect(this.command(COMMAND_SETUP)).toBe(STATUS_DONE);
  }

  command(code: number, budget = 0): number {
    this.lab.setWord(this.lab.cpu() + CPU_ACTOR + ACTOR_COMMAND, code);
    return this.lab.core.runActor(this.lab.cpu(), budget);
  }

  counted(offset: number): number {
    return Number(this.lab.machine.longs[(this.lab.cpu() + CPU_ACTOR + offset) >>> 3]);
  }
}

describe.each(["direct_io", "buffered_io", "fixed_buffers", "rdma_mr"] as const)(
  "%s",
  (pattern) => {
    test("issues what the ring holds and ends when that is over", () => {
      const replaying = new Replaying(pattern);
      expect(replaying.ring.room).toBe(REPLAY_ENTRIES);
      for (let i = 0; i < 10; i++) replaying.ring.add(i % 2 === 0, i * 4096, 4096 * (i + 1), 0);
      replaying.ring.publish(0.5);
      expect(replaying.command(COMMAND_RUN, 1000)).toBe(STATUS_RUNNING);
      expect(replaying.counted(ACTOR_READ_IOS)).toBe(5);
      expect(replaying.counted(ACTOR_READ_BYTES)).toBe(4096 * (1 + 3 + 5 + 7 + 9));
      expect(replaying.counted(ACTOR_WRITE_BYTES)).toBe(4096 * (2 + 4 + 6 + 8 + 10));
      replaying.ring.end();
      expect(replaying.command(COMMAND_RUN, 1000)).toBe(STATUS_DONE);
      while (replaying.command(COMMAND_DRAIN, 8) === STATUS_RUNNING);
      replaying.command(COMMAND_EXIT);
      expect(checkQuiescence(replaying.lab.machine)).toEqual([]);
    });
  },
);

describe("the ring", () => {
  test("goes round, also where its counts wrap at 2^32", () => {
    const first = -REPLAY_ENTRIES - 5;
    const replaying = new Replaying("direct_io", first);
    let added = 0;
    for (let round = 0; round < 5; round++) {
      for (let room = replaying.ring.room; room > 0; room--) {
        replaying.ring.add(true, 0, 4096 * (1 + (added++ % 16)), 0);
      }
      replaying.ring.publish(0);
      expect(replaying.ring.room).toBe(0);
      expect(replaying.command(COMMAND_RUN, 1000)).toBe(STATUS_RUNNING);
      expect(replaying.ring.room).toBe(1000);
    }
    expect(replaying.command(COMMAND_RUN, 2 * REPLAY_ENTRIES)).toBe(STATUS_RUNNING);
    expect(replaying.counted(ACTOR_READ_IOS)).toBe(added);
    // Lengths came out in the order in which they went in: whole cycles of 16, then the rest.
    const rest = added % 16;
    const cycles = ((added - rest) / 16) * 136 + (rest * (rest + 1)) / 2;
    expect(replaying.counted(ACTOR_READ_BYTES)).toBe(4096 * cycles);
  });

  test("that is empty and not over gives the call back at once", () => {
    const replaying = new Replaying("direct_io");
    expect(replaying.command(COMMAND_RUN, 2 ** 30)).toBe(STATUS_RUNNING);
    expect(replaying.counted(ACTOR_READ_IOS)).toBe(0);
  });

  test("says which share of the log it was given", () => {
    const { lab, ring } = new Replaying("direct_io");
    ring.publish(0.25);
    expect(replayedShare(lab.machine.words, lab.cpu())).toBe(0.25);
  });
});
