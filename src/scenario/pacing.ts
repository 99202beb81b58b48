import { doesIo, isBackground } from "./endless.ts";
import type { Rate } from "./pace.ts";
import type { BlockSizeShare, Job } from "./scenario.ts";

type Direction = "read" | "write";

/** A page that is written back takes ten times what a pin takes: more of them can be timed. */
const BACKGROUND_SAMPLE = 32;

/** Above so many operations a second, timing each one would cost more than a thousandth. */
const TIMED_A_SECOND = 10_000;

/** True if the job's I/Os have a schedule, pauses or a latency goal. */
export function isPaced(job: Job): boolean {
  if (!doesIo(job)) return false;
  return hasSchedule(job) || job.thinktime !== undefined || job.latencyGoal !== undefined;
}

/** True if I/Os of the job have intended starts: a rate, or the times of a log. */
export function hasSchedule(job: Job): boolean {
  if (job.replay) return job.replay.keepsTime;
  return rateOf(job, "read") !== undefined || rateOf(job, "write") !== undefined;
}

/** The rate of a direction that the job uses; a replay has times of its own. */
export function rateOf(job: Job, direction: Direction): Rate | undefined {
  const used = direction === "read" ? job.readPercent > 0 : job.readPercent < 100;
  return used && doesIo(job) && !job.replay ? job.arrivals?.[direction] : undefined;
}

/** Expected length of an I/O in bytes. */
export function meanBytes(sizes: readonly BlockSizeShare[]): number {
  const whole = sizes.reduce((total, { percent }) => total + percent, 0);
  return sizes.reduce((mean, { minBytes, maxBytes, percent }) => {
    // A range draws multiples of its least size, each as likely.
    const ofSize = (minBytes * (1 + Math.floor(maxBytes / minBytes))) / 2;
    return mean + (ofSize * percent) / whole;
  }, 0);
}

/** I/Os a second that the rate of a direction comes to; undefined: it has none. */
function iosASecond(job: Job, direction: Direction): number | undefined {
  const rate = rateOf(job, direction);
  if (rate === undefined || rate.per === "ios") return rate?.aSecond;
  return rate.aSecond / meanBytes(direction === "read" ? job.readSizes : job.writeSizes);
}

/** Expected ns between two intended starts of a direction; undefined: it has no schedule. */
export function meanGapNs(job: Job, direction: Direction): number | undefined {
  const aSecond = iosASecond(job, direction);
  return aSecond === undefined ? undefined : 1e9 / aSecond;
}

/** I/Os a second of both directions together; undefined: no rate says so. */
function operationsASecond(job: Job): number | undefined {
  const read = iosASecond(job, "read");
  const write = iosASecond(job, "write");
  if (read !== undefined && write !== undefined) return read + write;
  // One rate in a mix: it holds the other direction to its share.
  if (read !== undefined) return read / (job.readPercent / 100);
  return write === undefined ? undefined : write / (1 - job.readPercent / 100);
}

/**
 * One operation in how many is timed alone, where `sample` is asked for. A job with a schedule is
 * slow enough for the clock: all of it is timed up to 10,000 operations a second, about so many
 * above; so is a job that pauses. A latency goal looks at every I/O. 0 times none and stays 0,
 * unless there is a goal.
 */
export function effectiveSample(job: Job, sample: number): number {
  if (isBackground(job)) return Math.min(sample, BACKGROUND_SAMPLE);
  if (!isPaced(job)) return sample;
  if (job.latencyGoal) return 1;
  if (sample === 0) return 0;
  const aSecond = operationsASecond(job);
  if (aSecond === undefined || job.thinktime) return 1;
  return Math.max(1, Math.min(sample, Math.ceil(aSecond / TIMED_A_SECOND)));
}
