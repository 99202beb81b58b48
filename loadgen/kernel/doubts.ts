import type { Job } from "../../src/scenario/scenario.ts";
import { agree } from "./comparison.ts";
import type { Thread } from "./derive.ts";
import type { PinCounts } from "./pin_counters.ts";

const PAGE_BYTES = 4096;

/**
 * What the count of pins may depend on and nobody tells: which buffer an I/O used, and where the
 * scratch file is in pieces (`extents`; undefined: not known).
 */
export function bufferNotes(
  threads: readonly Thread[],
  extents: number | undefined,
): readonly string[] {
  const notes: string[] = [];
  const direct = threads.map(({ job }) => job).filter(({ pattern }) => pattern === "direct_io");
  if (direct.some(hasUnequalBuffers)) {
    notes.push(
      "the buffers of a queue do not lie alike in their pages: how many pages an I/O touches " +
        "depends on which buffer it used, which fio's log does not say",
    );
  }
  if (direct.length > 0 && extents === undefined) {
    notes.push("filefrag (e2fsprogs) is not there: whether the scratch file is in pieces is open");
  } else if (direct.some(splitsPages) && extents !== undefined && extents > 1) {
    notes.push(
      `the scratch file is in ${extents} pieces: an I/O across a border pins a page twice that ` +
        "lies on both sides of it",
    );
  }
  return notes;
}

/** What was pinned while fio did not run: before it and behind it. */
export function idleNotes(watched: readonly PinCounts[]): readonly string[] {
  const sum = (of: (counts: PinCounts) => number) => watched.reduce((all, one) => all + of(one), 0);
  const [acquired, released] = [sum((one) => one.acquired), sum((one) => one.released)];
  if (acquired + released === 0) return [];
  return [
    `something else pins pages on this computer (${acquired} acquired and ${released} released ` +
      "while fio did not run): the kernel's totals hold them too",
  ];
}

/** Where the kernel counted more: its counters are not fio's alone. */
export function strangerNotes(kernel: PinCounts, emulator: PinCounts): readonly string[] {
  const isMore = kernel.acquired > emulator.acquired;
  if (!isMore || agree(kernel.acquired, emulator.acquired)) return [];
  return [
    "the kernel counts the pins of every program: if another one did direct I/O meanwhile, " +
      "a run without it will tell",
  ];
}

/** True if what divides the file between two of its pages may divide a page of the buffer. */
export function splitsPages({
  memAlignBytes,
  readSizes,
  writeSizes,
  blockAlignBytes,
}: Job): boolean {
  const sizes = [...readSizes, ...writeSizes].map(({ minBytes }) => minBytes);
  return [memAlignBytes, blockAlignBytes, ...sizes].some((bytes) => bytes % PAGE_BYTES !== 0);
}

/** Buffers lie one behind the other, `bufferBytes` apart. */
function hasUnequalBuffers({ iodepth, bufferBytes, memAlignBytes }: Job): boolean {
  if (iodepth === 1 || bufferBytes % PAGE_BYTES === 0) return false;
  return memAlignBytes > 0 || PAGE_BYTES % bufferBytes !== 0;
}
