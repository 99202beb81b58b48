import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  ACTOR_COMMAND,
  ACTOR_ERROR,
  ACTOR_READ_BYTES,
  ACTOR_WRITE_IOS,
} from "../../../assembly/shared/actor_layout.ts";
import {
  COMMAND_DRAIN,
  COMMAND_EXIT,
  COMMAND_RUN,
  COMMAND_SETUP,
  ENOMEM,
  STATUS_DONE,
  STATUS_FAILED,
  STATUS_RUNNING,
} from "../../../assembly/shared/codes.ts";
import { CPU_ACTOR } from "../../../assembly/shared/layout.ts";
import { writeActor } from "../../../src/machine/actor_block.ts";
import { checkQuiescence } from "../../../src/machine/quiescence.ts";
import { DEFAULT_JOB } from "../../../src/scenario/defaults.ts";
import { isEndless } from "../../../src/scenario/endless.ts";
import { type Job, PATTERN_NAMES, type PatternName } from "../../../src/scenario/scenario.ts";
import { COUNTS, Lab, REGULAR_FILE } from "../../support/lab.ts";
import { type Program, VirtualCpus } from "../../support/virtual_cpus.ts";

const PATTERNS = PATTERN_NAMES;
const BLOCK = { minBytes: 8192, maxBytes: 8192, percent: 100 };

function jobOf(pattern: PatternName, change: Partial<Job> = {}): Job {
  const small = { iodepth: 2, bufferPages: 4, sizeBytes: 65536, ioSizeBytes: 32768 };
  const sizes = { readSizes: [BLOCK], writeSizes: [BLOCK], readPercent: 50 };
  const file = REGULAR_FILE;
  return { ...DEFAULT_JOB, pattern, ...small, ...sizes, file, references: 3, ...change };
}

function place(lab: Lab, cpu: number, job: Job, mm = cpu): void {
  writeActor(lab.machine, { job, cpu, mm, seed: 7n, sample: 0 });
}

function command(lab: Lab, cpu: number, code: number, budget = 0): number {
  lab.setWord(lab.cpu(cpu) + CPU_ACTOR + ACTOR_COMMAND, code);
  return lab.core.runActor(lab.cpu(cpu), budget);
}

/** Drains as the host does: call by call, until everything is given back. */
function drain(lab: Lab, cpu: number): void {
  while (command(lab, cpu, COMMAND_DRAIN, 8) === STATUS_RUNNING);
}

/** A lab whose address spaces have no user yet but the actors. */
function emptyLab(options: ConstructorParameters<typeof Lab>[0]): Lab {
  const lab = new Lab(options);
  for (const mm of [0, 1]) lab.core.leaveMm(lab.cpu(), lab.mm(mm));
  return lab;
}

describe.each(COUNTS)("an actor's life leaves nothing behind (%s)", (scheme) => {
  test.each(PATTERNS)("%s", (pattern) => {
    const lab = emptyLab({ scheme });
    place(lab, 0, jobOf(pattern));
    expect(command(lab, 0, COMMAND_SETUP)).toBe(STATUS_DONE);
    const endless = isEndless(jobOf(pattern));
    expect(command(lab, 0, COMMAND_RUN, 1000)).toBe(endless ? STATUS_RUNNING : STATUS_DONE);
    drain(lab, 0);
    expect(command(lab, 0, COMMAND_EXIT)).toBe(STATUS_DONE);
    lab.core.closeFile(lab.cpu(), lab.file());
    expect(checkQuiescence(lab.machine)).toEqual([]);
    expect(lab.faultCodes).toEqual([]);
  });
});

describe("an actor", () => {
  test("issues what its job says, no more: bytes of both directions", () => {
    const lab = emptyLab({});
    place(lab, 0, jobOf("direct_io"));
    command(lab, 0, COMMAND_SETUP);
    expect(command(lab, 0, COMMAND_RUN, 3)).toBe(STATUS_RUNNING);
    expect(command(lab, 0, COMMAND_RUN, 100)).toBe(STATUS_DONE);
    const long = (offset: number) =>
      Number(lab.machine.longs[(lab.cpu() + CPU_ACTOR + offset) >>> 3]);
    expect(long(ACTOR_READ_BYTES) + long(ACTOR_WRITE_IOS) * 8192).toBe(32768);
  });

  test.each([0, 2, 9])("pins folios of order %i", (folioOrder) => {
    const lab = emptyLab({ pages: 1100, scheme: "hybrid" });
    place(lab, 0, jobOf("rdma_mr", { folioOrder, readPercent: 100 }));
    expect(command(lab, 0, COMMAND_SETUP)).toBe(STATUS_DONE);
    expect(lab.vmstat.nr_foll_pin_acquired).toBe(4);
    command(lab, 0, COMMAND_RUN, 9);
    drain(lab, 0);
    command(lab, 0, COMMAND_EXIT);
    expect(checkQuiescence(lab.machine)).toEqual([]);
  });

  test("whose memory does not fit fails with the errno, and its exit takes all back", () => {
    const lab = emptyLab({ pages: 4 });
    place(lab, 0, jobOf("fixed_buffers", { iodepth: 4 }));
    expect(command(lab, 0, COMMAND_SETUP)).toBe(STATUS_FAILED);
    expect(lab.word(lab.cpu() + CPU_ACTOR + ACTOR_ERROR)).toBe(ENOMEM);
    for (const code of [COMMAND_DRAIN, COMMAND_EXIT]) command(lab, 0, code);
    expect(checkQuiescence(lab.machine)).toEqual([]);
  });
});

/** A whole life as a program of a virtual CPU. */
function lifeOf(cpu: number): Program {
  return function* life(lab) {
    for (const [code, budget] of [
      [COMMAND_SETUP, 0],
      [COMMAND_RUN, 6],
      [COMMAND_DRAIN, 8],
      [COMMAND_EXIT, 0],
    ] as const) {
      lab.setWord(lab.cpu(cpu) + CPU_ACTOR + ACTOR_COMMAND, code);
      let status = yield () => lab.core.runActor(lab.cpu(cpu), budget);
      while (code === COMMAND_DRAIN && status === STATUS_RUNNING) {
        status = yield () => lab.core.runActor(lab.cpu(cpu), budget);
      }
      if (status === STATUS_FAILED) return code + 1;
    }
    return 0;
  };
}

describe.each(COUNTS)("two actors on two virtual CPUs, switched at random (%s)", (scheme) => {
  test("end, give everything back and break nothing", () => {
    const worker = fc.constantFrom(...PATTERNS);
    const turns = fc.array(fc.nat(90), { maxLength: 40, size: "max" });
    fc.assert(
      fc.property(worker, worker, fc.nat(1), turns, (first, second, otherMm, schedule) => {
        const cpus = new VirtualCpus({ scheme, pages: 40, filePages: 16 }, (lab) => {
          for (const mm of [0, 1]) lab.core.leaveMm(lab.cpu(), lab.mm(mm));
          [first, second].forEach((pattern, cpu) => {
            place(lab, cpu, jobOf(pattern), cpu * otherMm);
          });
        });
        const { results, deadlock } = cpus.run([lifeOf(0), lifeOf(1)], schedule);
        expect({ results, deadlock }).toEqual({ results: [0, 0], deadlock: false });
        cpus.lab.core.closeFile(cpus.lab.cpu(), cpus.lab.file());
        expect(checkQuiescence(cpus.lab.machine)).toEqual([]);
        expect(cpus.lab.faultCodes).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });
});
