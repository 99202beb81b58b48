import {
  GUP_TEST_CALLS,
  QUANTILE_COUNT,
  SIZE_BYTES,
  SLOT_PAGES,
  WRITE_BYTES,
  WRITES_MAX,
} from "../../assembly/shared/actor_layout.ts";
import { CACHE_LINE_BYTES, PAGE_BYTES } from "../../assembly/shared/layout.ts";
import { doesIo, isBackground } from "../scenario/endless.ts";
import type { BlockSizeShare, Job } from "../scenario/scenario.ts";
import { passesBytes } from "./gup_passes.ts";
import { pacingBytesOf } from "./pacing_block.ts";
import { ringBytesOf } from "./replay_ring.ts";

/** What an actor needs of the machine's memory: its buffers' pages, and the tables of its arena. */

/** Does each I/O in flight have a buffer of its own? */
export const hasSlotBuffers = (job: Job): boolean => doesIo(job) && job.pattern !== "xsk_umem";
export const alignUp = (value: number, to: number): number => Math.ceil(value / to) * to;

/** Sizes that are drawn at all. */
function drawnSizes(sizes: readonly BlockSizeShare[]): readonly BlockSizeShare[] {
  return sizes.filter(({ percent }) => percent > 0);
}

/** Sizes of one direction's I/Os; a umem moves whole frames. */
export function sizesOf(job: Job, sizes: "readSizes" | "writeSizes"): readonly BlockSizeShare[] {
  if (job.pattern !== "xsk_umem") return drawnSizes(job[sizes]);
  return [{ minBytes: job.frameBytes, maxBytes: job.frameBytes, percent: 100 }];
}

/** Sizes that the job's I/Os can have: those of the directions that it uses. */
export function usedSizes(job: Job): readonly BlockSizeShare[] {
  return [
    ...(job.readPercent > 0 ? sizesOf(job, "readSizes") : []),
    ...(job.readPercent < 100 ? sizesOf(job, "writeSizes") : []),
  ];
}

/** Size of each buffer, in bytes. */
export function bufferBytes(job: Job): number {
  const largest = Math.max(...usedSizes(job).map((size) => size.maxBytes));
  return Math.max(job.bufferBytes, job.replay?.largestBytes ?? largest);
}

/** Page frames that one clone maps. */
export function pagesOfClone(job: Job): number {
  const touchesMemory = job.pattern !== "buffered_io" && !isBackground(job);
  const pages = hasSlotBuffers(job)
    ? Math.ceil((job.memAlignBytes + job.iodepth * bufferBytes(job)) / PAGE_BYTES)
    : job.bufferPages;
  if (!touchesMemory) return 0;
  return alignUp(pages, 2 ** job.folioOrder);
}

/** Most pages that one buffer can touch. */
function pagesOfBuffer(job: Job): number {
  return Math.ceil(bufferBytes(job) / PAGE_BYTES) + 1;
}

export function slotStride(job: Job): number {
  return alignUp(SLOT_PAGES + pagesOfBuffer(job) * 4, CACHE_LINE_BYTES);
}

interface ArenaParts {
  readonly slots: number;
  readonly freeSlots: number;
  readonly readSizes: number;
  readonly writeSizes: number;
  readonly quantiles: number;
  readonly pages: number;
  readonly ring: number;
  readonly intended: number;
  readonly passes: number;
  readonly bytes: number;
}

/** Offsets of the actor's tables within its arena; -1: it has none. */
export function arenaParts(job: Job): ArenaParts {
  let end = 0;
  const place = (bytes: number): number => {
    if (bytes === 0) return -1;
    const at = end;
    end = alignUp(at + bytes, CACHE_LINE_BYTES);
    return at;
  };
  const io = doesIo(job);
  const quantiles = io && job.random && job.randomDistribution.kind !== "random";
  return {
    slots: place(io ? job.iodepth * slotStride(job) : 0),
    freeSlots: place(io ? job.iodepth * 4 : 0),
    readSizes: place(io ? sizesOf(job, "readSizes").length * SIZE_BYTES : 0),
    writeSizes: place(io ? sizesOf(job, "writeSizes").length * SIZE_BYTES : 0),
    quantiles: place(quantiles ? (QUANTILE_COUNT + 1) * 8 : 0),
    pages: place(hasSlotBuffers(job) ? 0 : pagesArrayBytes(job)),
    ring: place(io ? ringBytesOf(job) : 0),
    intended: place(pacingBytesOf(job)),
    passes: place(passesBytes(job)),
    bytes: end,
  };
}

/**
 * `gup_test` in its loop holds the pages of its calls, background actors their writes in flight,
 * the others every page of their buffer.
 */
function pagesArrayBytes(job: Job): number {
  if (isBackground(job)) return WRITES_MAX * WRITE_BYTES;
  const loops = job.pattern === "gup_test" && job.passes === undefined;
  return 4 * (loops ? GUP_TEST_CALLS * job.pagesPerCall : pagesOfClone(job));
}

/** Bytes of tables that one clone needs beside its block. */
export function arenaBytesOf(job: Job): number {
  return arenaParts(job).bytes;
}
