import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ACTOR_COMMAND } from "../../../assembly/shared/actor_layout.ts";
import {
  COMMAND_DRAIN,
  COMMAND_EXIT,
  COMMAND_RUN,
  COMMAND_SETUP,
  FOLL_GET,
  FOLL_LONGTERM,
  FOLL_WRITE,
  STATUS_DONE,
  STATUS_RUNNING,
} from "../../../assembly/shared/codes.ts";
import { CPU_ACTOR } from "../../../assembly/shared/layout.ts";
import { writeActor } from "../../../src/machine/actor_block.ts";
import { readPasses } from "../../../src/machine/gup_passes.ts";
import { checkQuiescence } from "../../../src/machine/quiescence.ts";
import { DEFAULT_JOB } from "../../../src/scenario/defaults.ts";
import {
  GUP_CALLS,
  type GupCall,
  type GupPasses,
  type Job,
} from "../../../src/scenario/scenario.ts";
import { COUNTS, Lab, REGULAR_FILE } from "../../support/lab.ts";

const PASSES: GupPasses = {
  call: "pin-fast",
  gupFlags: FOLL_WRITE,
  repeats: 1,
  shared: false,
  hugetlb: false,
  touchFirst: true,
  dump: [],
};

type Change = Partial<GupPasses> & Partial<Job>;

function jobOf(change: Change): Job {
  const passes = { ...PASSES, ...change };
  const known = Object.fromEntries(
    Object.keys(PASSES).map((key) => [key, passes[key as keyof GupPasses]]),
  ) as unknown as GupPasses;
  const own = { bufferPages: 10, pagesPerCall: 4, thread: true };
  return { ...DEFAULT_JOB, pattern: "gup_test", ...own, ...change, passes: known };
}

/** Actors on one region, as many as `cpus`. */
class Threads {
  readonly lab: Lab;
  readonly job: Job;

  constructor(change: Change, options: ConstructorParameters<typeof Lab>[0] = {}) {
    this.lab = new Lab({ scheme: "hybrid", ...options });
    this.job = jobOf(change);
    for (const mm of [0, 1]) this.lab.core.leaveMm(this.lab.cpu(), this.lab.mm(mm));
    for (const cpu of [0, 1]) {
      writeActor(this.lab.machine, { job: this.job, cpu, mm: 0, seed: 1n, sample: 0 });
    }
  }

  command(cpu: number, code: number, budget = 0): number {
    this.lab.setWord(this.lab.cpu(cpu) + CPU_ACTOR + ACTOR_COMMAND, code);
    return this.lab.core.runActor(this.lab.cpu(cpu), budget);
  }

  /** Passes of one actor to their end, with this budget a call. */
  run(cpu: number, budget: number): void {
    while (this.command(cpu, COMMAND_RUN, budget) === STATUS_RUNNING);
  }

  end(cpu: number): void {
    while (this.command(cpu, COMMAND_DRAIN, 1) === STATUS_RUNNING);
    this.command(cpu, COMMAND_EXIT);
  }

  done(cpu = 0) {
    const done = readPasses(this.lab.machine, cpu, this.job);
    if (done === undefined) throw new Error("no passes");
    return done;
  }
}

function onePass(change: Change, options: ConstructorParameters<typeof Lab>[0] = {}): Threads {
  const threads = new Threads(change, options);
  threads.command(0, COMMAND_SETUP);
  threads.run(0, 3);
  return threads;
}

describe.each(COUNTS)("passes leave nothing behind (%s)", (scheme) => {
  test.each(GUP_CALLS)("%s", (call) => {
    const threads = onePass({ call, repeats: 3 }, { scheme });
    expect(threads.done().passes.map(({ walkedPages }) => walkedPages)).toEqual([10, 10, 10]);
    threads.end(0);
    expect(checkQuiescence(threads.lab.machine)).toEqual([]);
    expect(threads.lab.faultCodes).toEqual([]);
  });
});

describe("a pass", () => {
  test.each([
    ["gup-fast", { nr_gup_fast_pages_requested: 10, nr_foll_pin_acquired: 0 }],
    ["pin-fast", { nr_gup_fast_pages_requested: 10, nr_foll_pin_acquired: 10 }],
    ["pin-longterm", { nr_gup_slow_pages_requested: 10, nr_foll_pin_acquired: 10 }],
    ["gup-basic", { nr_gup_slow_pages_requested: 10, nr_foll_pin_acquired: 0 }],
    ["pin-basic", { nr_gup_slow_pages_requested: 10, nr_foll_pin_acquired: 10 }],
    ["dump-get", { nr_gup_slow_pages_requested: 10, nr_foll_pin_acquired: 0 }],
    ["dump-pin", { nr_gup_slow_pages_requested: 10, nr_foll_pin_acquired: 10 }],
  ] as const)("of %s takes its own way", (call, counts) => {
    expect(onePass({ call }).lab.vmstat).toMatchObject(counts);
  });

  test("ends where gup refuses, with what it has walked", () => {
    for (const gupFlags of [FOLL_GET, 1 << 30]) {
      const { passes } = onePass({ gupFlags, repeats: 2 }).done();
      expect(passes.map(({ walkedPages }) => walkedPages)).toEqual([0, 0]);
    }
  });

  test("is refused a long-term write of a shared file under 6.13 alone", () => {
    const change: Change = { call: "pin-longterm", shared: true, bufferFile: REGULAR_FILE };
    const walked = (rules: "5.7" | "6.13") => onePass(change, { rules }).done().passes[0];
    expect(walked("6.13")?.walkedPages).toBe(0);
    expect(walked("5.7")?.walkedPages).toBe(10);
  });

  test("faults its pages in when nobody has touched them", () => {
    const faults = (touchFirst: boolean): number => {
      const threads = new Threads({ touchFirst });
      threads.command(0, COMMAND_SETUP);
      const before = threads.lab.vmstat.pgfault ?? 0;
      threads.run(0, 3);
      return (threads.lab.vmstat.pgfault ?? 0) - before;
    };
    expect([faults(true), faults(false)]).toEqual([0, 10]);
  });

  test("finds what the scheme calls not pinned: the zero page, which 6.13 does not count", () => {
    const zero: Change = { gupFlags: 0, touchFirst: false };
    const found = (scheme: "hybrid" | "refcount", rules: "5.7" | "6.13") =>
      onePass(zero, { scheme, rules }).done().passes[0]?.unpinned;
    expect(found("hybrid", "6.13")).toBe(0);
    expect(found("hybrid", "5.7")).toBeUndefined();
    expect(found("refcount", "6.13")).toBeUndefined();
    expect(onePass(zero).done().unpinnedPage?.pfn).toBe(new Lab().pfn(new Lab().zeroPage));
  });

  test("keeps the struct page of the pages asked for, as they are while held", () => {
    const { lab, ...threads } = onePass({ call: "dump-pin", dump: [2, 9, 10] });
    const dumps = readPasses(lab.machine, 0, threads.job)?.dumps ?? [];
    expect(dumps.map((dump) => dump?.page[52 / 4])).toEqual([1025, 1025, undefined]);
  });

  test("holds its pins in the ledger between slices, and gives back what it holds when cut", () => {
    const threads = new Threads({ call: "pin-longterm", bufferPages: 12 });
    const { lab } = threads;
    threads.command(0, COMMAND_SETUP);
    threads.command(0, COMMAND_RUN, 2);
    const { ledgerAt, pages } = lab.machine.plan;
    const held = () => lab.machine.words.subarray(ledgerAt / 4, ledgerAt / 4 + pages * 2);
    expect(held().reduce((sum, count) => sum + count, 0)).toBe(8);
    expect(lab.vmstat.nr_foll_pin_acquired).toBe(8);
    threads.end(0);
    expect(checkQuiescence(lab.machine)).toEqual([]);
  });
});

describe("two actors", () => {
  test("share one region: one maps it, either may leave first", () => {
    for (const first of [0, 1]) {
      const threads = new Threads({ repeats: 2 }, { pages: 12 });
      for (const cpu of [0, 1]) expect(threads.command(cpu, COMMAND_SETUP)).toBe(STATUS_DONE);
      expect(threads.lab.freePages).toBe(1);
      for (const cpu of [first, 1 - first]) {
        threads.run(cpu, 1);
        expect(threads.done(cpu).passes).toHaveLength(2);
        threads.end(cpu);
      }
      expect(checkQuiescence(threads.lab.machine)).toEqual([]);
    }
  });
});

test("slices of whatever size walk the same pages", () => {
  const calls = fc.constantFrom<GupCall>("gup-fast", "pin-fast", "pin-longterm", "dump-pin");
  const numbers = fc.record({
    budget: fc.integer({ min: 1, max: 9 }),
    pagesPerCall: fc.integer({ min: 1, max: 40 }),
    flags: fc.constantFrom(0, FOLL_WRITE, FOLL_LONGTERM | FOLL_WRITE),
  });
  fc.assert(
    fc.property(calls, numbers, (call, { budget, pagesPerCall, flags }) => {
      const isPin = call !== "gup-fast";
      const gupFlags = isPin ? flags : flags & FOLL_WRITE;
      const threads = new Threads({ call, pagesPerCall, gupFlags, bufferPages: 40 });
      threads.command(0, COMMAND_SETUP);
      threads.run(0, budget);
      expect(threads.done().passes.map(({ walkedPages }) => walkedPages)).toEqual([40]);
      expect(threads.lab.vmstat.nr_foll_pin_acquired).toBe(isPin ? 40 : 0);
      threads.end(0);
      expect(checkQuiescence(threads.lab.machine)).toEqual([]);
    }),
    { numRuns: 40 },
  );
});
