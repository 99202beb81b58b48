import { doesIo } from "./endless.ts";
import type { Rate } from "./pace.ts";
import { meanBytes } from "./pacing.ts";
import type { Job } from "./scenario.ts";

/**
 * submit: "offload": a clone's I/Os are submitted by `iodepth` actors in one address space, one
 * I/O at a time each. Which submitter gets which intended start is fixed beforehand, in turn: an
 * idle one does not take over from one that is busy.
 */

/** How many actors one clone becomes. */
export function submittersOf(job: Job): number {
  return job.submit === "offload" && doesIo(job) ? job.iodepth : 1;
}

/** What submitter number `index` of a clone does: its part of the limits and of the rates. */
export function partOf(job: Job, index: number): Job {
  if (job.submit !== "offload") return job;
  const parts = submittersOf(job);
  const { arrivals } = job;
  return {
    ...job,
    iodepth: 1,
    loops: 1,
    ioSizeBytes: bytesOfPart(job, index, parts),
    numberIos:
      job.numberIos === undefined ? undefined : share(job.numberIos * job.loops, index, parts),
    arrivals: arrivals && {
      ...arrivals,
      read: slower(arrivals.read, parts),
      write: slower(arrivals.write, parts),
    },
  };
}

/** Of `total` whole things, those of part number `index`. */
function share(total: number, index: number, parts: number): number {
  return Math.floor(total / parts) + (index < total % parts ? 1 : 0);
}

/** Bytes in whole I/Os of the mean length, so that the parts of a fixed size add up exactly. */
function bytesOfPart(job: Job, index: number, parts: number): number {
  const read = meanBytes(job.readSizes) * (job.readPercent / 100);
  const mean = read + meanBytes(job.writeSizes) * (1 - job.readPercent / 100);
  const ios = Math.ceil((job.ioSizeBytes * job.loops) / mean);
  return Math.ceil(share(ios, index, parts) * mean);
}

function slower(rate: Rate | undefined, parts: number): Rate | undefined {
  return rate && { ...rate, aSecond: rate.aSecond / parts };
}
