import { describe, expect, test } from "vitest";
import {
  ACTOR_BLOCK_ALIGN,
  ACTOR_BUFFER_BYTES,
  ACTOR_BUFFER_PAGES,
  ACTOR_READ_SHARE,
  ACTOR_READ_SIZES,
  SIZE_BYTES,
  SIZE_MIN,
  SIZE_SHARE,
} from "../../assembly/shared/actor_layout.ts";
import { CPU_ACTOR } from "../../assembly/shared/layout.ts";
import { arenaBytesOf, pagesOfClone } from "../../src/machine/actor_arena.ts";
import { writeActor } from "../../src/machine/actor_block.ts";
import { cpuAddress, makeMachine } from "../../src/machine/machine.ts";
import { planMachine } from "../../src/machine/plan.ts";
import { DEFAULT_JOB } from "../../src/scenario/defaults.ts";
import { DEFAULT_MACHINE } from "../../src/scenario/machine_spec.ts";
import type { Job } from "../../src/scenario/scenario.ts";

const size = (bytes: number, percent: number) => ({ minBytes: bytes, maxBytes: bytes, percent });

/** The block that a job gets; a word of it, and of the sizes that it reads. */
function written(given: Partial<Job>) {
  const job = { ...DEFAULT_JOB, ...given };
  const plan = planMachine({
    pages: pagesOfClone(job) + 64,
    cpus: 1,
    mms: 1,
    vmas: 8,
    arenaBytes: [arenaBytesOf(job)],
    serviceValues: 0,
    histograms: false,
  });
  const machine = makeMachine(plan, DEFAULT_MACHINE);
  writeActor(machine, { job, cpu: 0, mm: 0, seed: 1n, sample: 0 });
  const block = cpuAddress(machine, 0) + CPU_ACTOR;
  const at = (address: number) => (machine.words[address >>> 2] ?? 0) >>> 0;
  const word = (offset: number) => at(block + offset);
  const readSize = (i: number) => {
    const entry = word(ACTOR_READ_SIZES) + i * SIZE_BYTES;
    return { share: at(entry + SIZE_SHARE), bytes: at(entry + SIZE_MIN) };
  };
  return { word, readSize };
}

describe("the array of pages", () => {
  test.each([
    { pattern: "mapper", bufferPages: 1, folioOrder: 9, entries: 512 },
    { pattern: "mapper", bufferPages: 513, folioOrder: 9, entries: 1024 },
    { pattern: "mapper", bufferPages: 100, folioOrder: 0, entries: 100 },
    { pattern: "gup_test", bufferPages: 8, folioOrder: 9, pagesPerCall: 8, entries: 128 },
  ] as const)("$pattern of $bufferPages pages, order $folioOrder", ({ entries, ...given }) => {
    const job = { ...DEFAULT_JOB, ...given };
    expect(arenaBytesOf(job)).toBeGreaterThanOrEqual(4 * entries);
    if (job.pattern === "mapper") expect(written(given).word(ACTOR_BUFFER_PAGES)).toBe(entries);
  });
});

describe("sizes drawn with a probability", () => {
  test("a size of no percent has no entry, so that no draw takes it", () => {
    const readSizes = [size(512, 0), size(4096, 100), size(1 << 20, 0)];
    const { readSize, word } = written({ readSizes });
    expect(readSize(0)).toEqual({ share: 2 ** 32 - 1, bytes: 4096 });
    expect(word(ACTOR_BUFFER_BYTES)).toBe(4096);
    expect(word(ACTOR_BLOCK_ALIGN)).toBe(4096);
  });

  test("a size of next to no percent takes next to no draws", () => {
    const { readSize } = written({ readSizes: [size(512, 1e-12), size(4096, 100)] });
    expect(readSize(0)).toEqual({ share: 0, bytes: 512 });
  });

  test("the arena has room for the entries that are written", () => {
    const one = { ...DEFAULT_JOB, readSizes: [size(4096, 100)] };
    const none = Array.from({ length: 63 }, () => size(4096, 0));
    const many = { ...one, readSizes: [...none, size(4096, 100)] };
    expect(arenaBytesOf(many)).toBe(arenaBytesOf(one));
  });

  test.each([
    { readPercent: 1e-12, share: 0 },
    { readPercent: 50, share: 2 ** 31 - 1 },
    { readPercent: 100, share: 2 ** 32 - 1 },
  ])("reads of $readPercent percent", ({ readPercent, share }) => {
    expect(written({ readPercent }).word(ACTOR_READ_SHARE)).toBe(share);
  });
});

test("offsets are aligned to the sizes of the directions that are used", () => {
  const sizes = { readSizes: [size(65_536, 100)], writeSizes: [size(512, 100)] };
  const alignOf = (readPercent: number) =>
    written({ ...sizes, readPercent, random: true }).word(ACTOR_BLOCK_ALIGN);
  expect([alignOf(100), alignOf(50), alignOf(0)]).toEqual([65_536, 512, 512]);
});
