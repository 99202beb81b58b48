import { describe, expect, test } from "vitest";
import {
  ACTOR_BUFFER_VPN,
  ACTOR_COMMAND,
  ACTOR_ERROR,
} from "../../../assembly/shared/actor_layout.ts";
import {
  COMMAND_DRAIN,
  COMMAND_EXIT,
  COMMAND_RUN,
  COMMAND_SETUP,
  ENOMEM,
  PG_DIRTY,
  STATUS_DONE,
  STATUS_FAILED,
} from "../../../assembly/shared/codes.ts";
import { CPU_ACTOR, MM_LOCKED_VM } from "../../../assembly/shared/layout.ts";
import { writeActor } from "../../../src/machine/actor_block.ts";
import { checkQuiescence } from "../../../src/machine/quiescence.ts";
import { DEFAULT_JOB } from "../../../src/scenario/defaults.ts";
import { makeScenario } from "../../../src/scenario/make_scenario.ts";
import type { Job } from "../../../src/scenario/scenario.ts";
import { Lab } from "../../support/lab.ts";
import { exactRun, timedRun, violated } from "../../support/runs.ts";

const UMEM: Partial<Job> = { bufferPages: 4, iodepth: 2, ioSizeBytes: 2 ** 30 };

/** A lab with one socket's actor, set up. */
function socket(change: Partial<Job> = {}, options: ConstructorParameters<typeof Lab>[0] = {}) {
  const lab = new Lab(options);
  for (const mm of [0, 1]) lab.core.leaveMm(lab.cpu(), lab.mm(mm));
  const job: Job = { ...DEFAULT_JOB, pattern: "xsk_umem", ...UMEM, ...change };
  writeActor(lab.machine, { job, cpu: 0, mm: 0, seed: 7n, sample: 0 });
  const command = (code: number, budget = 0): number => {
    lab.setWord(lab.cpu() + CPU_ACTOR + ACTOR_COMMAND, code);
    return lab.core.runActor(lab.cpu(), budget);
  };
  const status = command(COMMAND_SETUP);
  const vpn = lab.word(lab.cpu() + CPU_ACTOR + ACTOR_BUFFER_VPN);
  return { lab, command, status, vpn };
}

/** The generation that the device last wrote to each page of the umem. */
function contents({ lab, vpn }: ReturnType<typeof socket>, pages: number): number[] {
  return Array.from({ length: pages }, (_, i) =>
    lab.word(lab.machine.plan.contentAt + lab.pfn(lab.mapped(vpn + i)) * 4),
  );
}

describe("a umem", () => {
  test("is pinned by one slow call, long-term, and charged to locked_vm", () => {
    const { lab, command, status } = socket();
    expect(status).toBe(STATUS_DONE);
    expect(lab.vmstat).toMatchObject({ nr_foll_pin_acquired: 4, nr_gup_slow_pages_requested: 4 });
    expect(lab.vmstat.nr_gup_fast_pages_requested).toBe(0);
    expect(lab.word(lab.mm() + MM_LOCKED_VM)).toBe(4);
    command(COMMAND_RUN, 100);
    expect(lab.vmstat.nr_foll_pin_acquired).toBe(4);
    command(COMMAND_DRAIN, 8);
    expect(lab.word(lab.mm() + MM_LOCKED_VM)).toBe(0);
    command(COMMAND_EXIT);
    expect(checkQuiescence(lab.machine)).toEqual([]);
  });

  test.each([
    { frameBytes: 4096, frames: 3, seen: [1, 2, 3, 0] },
    { frameBytes: 4096, frames: 6, seen: [5, 6, 3, 4] },
    { frameBytes: 2048, frames: 6, seen: [2, 4, 6, 0] },
  ] as const)("of $frameBytes bytes a frame: after $frames frames $seen", (one) => {
    const actor = socket({ frameBytes: one.frameBytes, iodepth: 1 });
    actor.command(COMMAND_RUN, one.frames);
    expect(contents(actor, 4)).toEqual(one.seen);
  });

  test("is only read by the device in TX, and dirty all the same when it is given back", () => {
    const actor = socket({ readPercent: 0 });
    const { lab, command, vpn } = actor;
    command(COMMAND_RUN, 50);
    expect(contents(actor, 4)).toEqual([0, 0, 0, 0]);
    expect(lab.flags(lab.mapped(vpn)) & PG_DIRTY).toBe(0);
    command(COMMAND_DRAIN, 8);
    expect(lab.flags(lab.mapped(vpn + 3)) & PG_DIRTY).toBe(PG_DIRTY);
  });

  test("of which only a part can be pinned is given back", () => {
    const { lab, command, vpn } = socket({ lifetimeMs: 1e-6 }, { scheme: "bias" });
    // What the last page is left with when the first registration has gone is too much.
    lab.setRefcount(lab.mapped(vpn + 3), -(2 ** 31) + 1024 + 1);
    expect(command(COMMAND_RUN, 10)).toBe(STATUS_FAILED);
    expect(lab.word(lab.cpu() + CPU_ACTOR + ACTOR_ERROR)).toBe(ENOMEM);
    expect(lab.refcount(lab.mapped(vpn))).toBe(1);
    expect(lab.word(lab.mm() + MM_LOCKED_VM)).toBe(0);
    expect(lab.vmstat.nr_foll_pin_acquired).toBe(4 + 3);
    expect(lab.vmstat.nr_foll_pin_released).toBe(4 + 3);
  });

  test("is refused when memory is short", () => {
    const { lab, status, command } = socket({ bufferPages: 8 }, { pages: 6 });
    expect(status).toBe(STATUS_FAILED);
    expect(lab.word(lab.cpu() + CPU_ACTOR + ACTOR_ERROR)).toBe(ENOMEM);
    for (const code of [COMMAND_DRAIN, COMMAND_EXIT]) command(code);
    expect(checkQuiescence(lab.machine)).toEqual([]);
  });
});

describe("a run of xsk_umem", () => {
  test("has 4,096 frames unless told otherwise, registered once", async () => {
    const record = await exactRun({ pattern: "xsk_umem", iodepth: 64, numberIos: 10_000 });
    expect(record.vmstat).toMatchObject({ nr_foll_pin_acquired: 4096, nr_foll_pin_released: 4096 });
    expect([record.ops.mr_reg?.count, record.ops.mr_dereg?.count]).toEqual([1, 1]);
    expect(record.ops.pin_fast).toBeUndefined();
    expect(record.jobs[0]?.read).toMatchObject({ ios: 10_000, bytes: 10_000 * 4096 });
    expect(violated(record)).toEqual([]);
  });

  test("registers anew whenever its lifetime has passed", async () => {
    const job = { name: "x", pattern: "xsk_umem", bufferPages: 64, lifetimeMs: 10 } as const;
    const record = await timedRun({ run: { durationMs: 300, warmupMs: 0 }, jobs: [job] });
    const times = record.ops.mr_reg?.count ?? 0;
    expect(times).toBeGreaterThan(2);
    expect(record.vmstat.nr_foll_pin_acquired).toBe(record.vmstat.nr_foll_pin_released);
    expect((record.vmstat.nr_foll_pin_acquired ?? 0) % 64).toBe(0);
  });

  test("cannot have more frames in flight than there are", () => {
    const job = { pattern: "xsk_umem", bufferPages: 2, frameBytes: 2048 } as const;
    expect(makeScenario({ jobs: [{ ...job, iodepth: 4 }] }).groups).toHaveLength(1);
    expect(() => makeScenario({ jobs: [{ ...job, iodepth: 5 }] })).toThrow(/above the umem's 4/);
  });
});
