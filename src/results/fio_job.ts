import type { BlockSizeShare, Job } from "../scenario/scenario.ts";
import { goalOptions, pacingOptions } from "./fio_job_pacing.ts";

/** A job in fio's words. */

/** fio's `rw`: read, randread, write, randwrite, rw, randrw; a umem's frames go round in order. */
export function rwName(job: Job): string {
  const random = job.random && job.pattern !== "xsk_umem" ? "rand" : "";
  if (job.readPercent === 100) return `${random}read`;
  return job.readPercent === 0 ? `${random}write` : `${random}rw`;
}

/** Smallest and largest block in bytes. */
export function blockBounds(sizes: readonly BlockSizeShare[]): { min: number; max: number } {
  return {
    min: Math.min(...sizes.map((size) => size.minBytes)),
    max: Math.max(...sizes.map((size) => size.maxBytes)),
  };
}

/** The options that make the job what it is, as a fio job file spells them. */
export function jobOptions(job: Job): Record<string, string> {
  return {
    ...ioOptions(job),
    ...(job.clones > 1 ? { numjobs: String(job.clones) } : {}),
    ...(job.groupReporting ? { group_reporting: "1" } : {}),
    ...(job.thread ? { thread: "1" } : {}),
    ...(job.runtimeMs === undefined ? {} : { runtime: `${job.runtimeMs}ms` }),
    ...(job.timeBased ? { time_based: "1" } : {}),
    ...pacingOptions(job),
    ...goalOptions(job),
  };
}

function ioOptions(job: Job): Record<string, string> {
  if (!movesBlocks(job)) return {};
  const isUmem = job.pattern === "xsk_umem";
  return {
    rw: rwName(job),
    ...(isUmem ? { bs: String(job.frameBytes) } : blockOptions(job)),
    ioengine: job.ioengine,
    iodepth: String(job.iodepth),
    size: String(job.sizeBytes),
    ...(job.readPercent > 0 && job.readPercent < 100 ? { rwmixread: String(job.readPercent) } : {}),
  };
}

/** Does the pattern do reads and writes, so that fio's words for them mean something? */
export function movesBlocks(job: Job): boolean {
  return job.pattern !== "mapper" && job.pattern !== "gup_test";
}

function blockOptions(job: Job): Record<string, string> {
  const sides = [job.readSizes, job.writeSizes];
  const words = (one: (size: BlockSizeShare) => string): string => {
    const [read, write] = sides.map((sizes) => sizes.map(one).join(":"));
    return read === write ? `${read}` : `${read},${write}`;
  };
  if (sides.some((sizes) => sizes.length > 1)) {
    return { bssplit: words((size) => `${size.minBytes}/${size.percent}`) };
  }
  if (sides.some((sizes) => sizes.some((size) => size.minBytes !== size.maxBytes))) {
    return { bsrange: words((size) => `${size.minBytes}-${size.maxBytes}`) };
  }
  return { bs: words((size) => String(size.minBytes)) };
}
