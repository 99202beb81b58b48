import { doesIo } from "../scenario/endless.ts";
import type { BlockSizeShare, Job, Replay } from "../scenario/scenario.ts";
import { goalOptions, pacingOptions } from "./fio_job_pacing.ts";

/** A job in fio's words. */

/** fio's `rw`: read, randread, write, randwrite, rw, randrw; a umem's frames go round in order. */
export function rwName(job: Job): string {
  const random = job.random && job.pattern !== "xsk_umem" ? "rand" : "";
  if (job.readPercent === 100) return `${random}read`;
  return job.readPercent === 0 ? `${random}write` : `${random}rw`;
}

/** Smallest and largest block in bytes. */
export function blockBounds(sizes: Sizes): { min: number; max: number } {
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
  if (!doesIo(job)) return {};
  const { ioengine } = job;
  const iodepth = String(job.iodepth);
  if (job.replay) return { ...replayOptions(job.replay), ioengine, iodepth };
  const isUmem = job.pattern === "xsk_umem";
  return {
    rw: rwName(job),
    ...(isUmem ? { bs: String(job.frameBytes) } : blockOptions(job)),
    ioengine,
    iodepth,
    size: String(job.sizeBytes),
    ...(job.readPercent > 0 && job.readPercent < 100 ? { rwmixread: String(job.readPercent) } : {}),
  };
}

/** Its log says what it reads and writes. */
function replayOptions({ files, keepsTime, timeScalePercent, skip }: Replay) {
  const names = [...new Set(files)].map((file) => file.replaceAll(":", "\\:"));
  return {
    read_iolog: names.join(":"),
    ...(keepsTime ? {} : { replay_no_stall: "1" }),
    ...(timeScalePercent === 100 ? {} : { replay_time_scale: String(timeScalePercent) }),
    ...(skip.length === 0 ? {} : { replay_skip: skip.join() }),
  };
}

type Sizes = readonly BlockSizeShare[];

/** Each direction in the option that can say it; the other one's place in it is empty. */
function blockOptions({ readSizes, writeSizes }: Job): Record<string, string> {
  const options = [readSizes, writeSizes].map(blockOption);
  const words = (name: string): string => {
    const [read, write] = options.map((option) => (option.name === name ? option.value : ""));
    return read === write ? `${read}` : `${read},${write}`;
  };
  const names = new Set(options.map(({ name }) => name));
  return Object.fromEntries([...names].map((name) => [name, words(name)]));
}

function blockOption(sizes: Sizes): { readonly name: string; readonly value: string } {
  const [first] = sizes;
  if (first === undefined || sizes.length > 1) {
    const value = sizes.map((size) => `${size.minBytes}/${size.percent}`).join(":");
    return { name: "bssplit", value };
  }
  const { minBytes, maxBytes } = first;
  if (minBytes === maxBytes) return { name: "bs", value: String(minBytes) };
  return { name: "bsrange", value: `${minBytes}-${maxBytes}` };
}
