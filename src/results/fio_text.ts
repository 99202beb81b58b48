import { PAGE_BYTES } from "../../assembly/shared/layout.ts";
import type { LatencyHistogram } from "../machine/histogram.ts";
import { doesIo, isBackground } from "../scenario/endless.ts";
import { hasSchedule } from "../scenario/pacing.ts";
import type { Group, Job, Replay } from "../scenario/scenario.ts";
import { goalLines } from "./fio_goals.ts";
import {
  fioGroupNumbers,
  type GroupTotal,
  groupKeyOf,
  groupTotal,
  perSecond,
  runtimeMs,
} from "./fio_groups.ts";
import { blockBounds, rwName } from "./fio_job.ts";
import { distributionLines, latencyLine, percentileLines } from "./fio_latency_text.ts";
import type { DirectionRecord, JobRecord, RunRecord } from "./record.ts";
import { binaryBytes, ctimeWords, decimalBytes, durationWords, fioNumber } from "./words.ts";

/**
 * What fio itself would print of the run, in fio's layout. Left out is what is not measured here:
 * samples of bandwidth over time, context switches, page faults, depth statistics, disks.
 */

/** `db: (g=0): rw=randread, bs=(R) 4096B-4096B, …` for each job section. */
export function headerLines(record: RunRecord): string[] {
  const numberOf = fioGroupNumbers(record.scenario);
  return record.scenario.groups.flatMap((group: Group, stonewallGroup) =>
    group.jobs.flatMap((job) => {
      const number = numberOf({ stonewallGroup, reportingGroup: job.reportingGroup });
      const line = `${job.name}: (g=${number}): ${workWords(job)}`;
      return job.clones > 1 ? [line, "..."] : [line];
    }),
  );
}

/** A job's block: what it did in each direction, its latencies, its CPU time. */
export function jobLines(record: RunRecord, job: JobRecord): string[] {
  const number = fioGroupNumbers(record.scenario)(groupKeyOf(job));
  const reason = job.error === 0 ? "" : ` (${job.errorText})`;
  const head =
    `${job.job.name}: (groupid=${number}, jobs=${job.clones}): ` +
    `err=${String(job.error).padStart(2)}${reason}: ${ctimeWords(record.startedAtMs)}`;
  const { read, write } = job;
  const lines = [head];
  lines.push(...directionLines("read", read, job.job), ...directionLines("write", write, job.job));
  lines.push(...distributionLines(read.clat.plus(write.clat)));
  lines.push(
    `  cpu          : usr=${job.userCpuPercent.toFixed(2)}%, ` +
      `sys=${job.systemCpuPercent.toFixed(2)}%`,
  );
  if (doesIo(job.job)) {
    lines.push(`     issued rwts: total=${read.ios},${write.ios},0,0${scheduleWords(job)}`);
  }
  lines.push(...goalLines(job));
  return lines;
}

/** `Run status group 0 (all jobs):` and its sums; groups that moved nothing are left out. */
export function groupLines(record: RunRecord): string[] {
  const numberOf = fioGroupNumbers(record.scenario);
  const groups = new Map<number, JobRecord[]>();
  for (const job of record.jobs) {
    const number = numberOf(groupKeyOf(job));
    groups.set(number, [...(groups.get(number) ?? []), job]);
  }
  return [...groups].flatMap(([number, jobs]) => {
    const sums = [
      ...totalLine("   READ", groupTotal(jobs.map((job) => job.read))),
      ...totalLine("  WRITE", groupTotal(jobs.map((job) => job.write))),
    ];
    return sums.length === 0 ? [] : ["", `Run status group ${number} (all jobs):`, ...sums];
  });
}

function workWords(job: Job): string {
  if (!doesIo(job)) return otherWorkWords(job);
  if (job.replay)
    return `${replayWords(job.replay)}, ioengine=${job.ioengine}, iodepth=${job.iodepth}`;
  const sizes = [
    `(R) ${boundsWords(blockBounds(job.readSizes))}`,
    `(W) ${boundsWords(blockBounds(job.writeSizes))}`,
  ].join(", ");
  if (job.pattern === "xsk_umem") {
    return `pattern=xsk_umem, rw=${rwName(job)}, ${umemWords(job)}, iodepth=${job.iodepth}`;
  }
  return (
    `rw=${rwName(job)}, bs=${sizes}, ioengine=${job.ioengine}, iodepth=${job.iodepth}` +
    callSiteWords(job)
  );
}

/** What a replay reads and writes, and in what sizes, is its log's to say. */
function replayWords({ files }: Replay): string {
  const [first, ...more] = new Set(files);
  return `read_iolog=${first}${more.length === 0 ? "" : ` and ${more.length} more`}`;
}

/** Reads are frames received, writes frames sent. */
function umemWords({ bufferPages, frameBytes }: Job): string {
  return `umem=${(bufferPages * PAGE_BYTES) / frameBytes} frames of ${binaryBytes(frameBytes)}`;
}

/** A call site that is not converted, or only by half. */
function callSiteWords({ acquire, release }: Job): string {
  if (acquire === "pin" && release === "unpin") return "";
  return `, acquire=${acquire}, release=${release}`;
}

function otherWorkWords(job: Job): string {
  if (isBackground(job)) return backgroundWords(job);
  if (job.pattern === "mapper") return `pattern=mapper, references=${job.references}`;
  return (
    `pattern=${job.pattern}, pages=${job.bufferPages}, ` +
    `per call=${job.pagesPerCall}, walk=${job.walk}`
  );
}

/** `pattern=writeback, file=/data, every=50ms, sync=none`: what a pass does, and how often. */
function backgroundWords(job: Job): string {
  const { pattern, file, everyMs, fsync, punch, batchPages } = job;
  const parts = [`pattern=${pattern}`];
  if (file !== undefined) parts.push(`file=${file}`);
  parts.push(everyMs === 0 ? "without a pause" : `every=${periodWords(everyMs)}`);
  if (pattern === "writeback") parts.push(`sync=${fsync ? "all" : "none"}`);
  else parts.push(`at most ${batchPages} ${batchPages === 1 ? "page" : "pages"} a pass`);
  if (pattern === "truncate") parts.push(punch ? "punches holes" : "cuts the end off");
  return parts.join(", ");
}

/** As a job file would have it, not to three figures. */
function periodWords(ms: number): string {
  if (ms >= 1000 && ms % 1000 === 0) return `${ms / 1000}s`;
  return ms >= 1 ? `${ms}ms` : durationWords(ms * 1e6);
}

function boundsWords({ min, max }: { min: number; max: number }): string {
  return `${binaryBytes(min)}-${binaryBytes(max)}`;
}

function directionLines(name: string, direction: DirectionRecord, job: Job): string[] {
  const { ios, bytes, runtimeNs, slat, clat, lat, corrected } = direction;
  if (ios === 0) return [];
  const rate = perSecond(bytes, runtimeNs);
  const lines = [
    `  ${name}: IOPS=${fioNumber(perSecond(ios, runtimeNs))}, ` +
      `BW=${binaryBytes(rate)}/s (${decimalBytes(rate)}/s)` +
      `(${binaryBytes(bytes)}/${runtimeMs(runtimeNs)}msec)`,
  ];
  if (slat.count > 0) lines.push(latencyLine("slat", slat));
  if (clat.count > 0) lines.push(latencyLine("clat", clat));
  if (lat.count > 0) lines.push(latencyLine(" lat", lat));
  if (corrected.count > 0) lines.push(...correctedLines(lat, corrected));
  if (clat.count > 0) lines.push(...percentileLines("clat", clat, job.percentiles));
  return lines;
}

/** Latencies from the intended start on, their 99th percentile beside that of the raw ones. */
function correctedLines(lat: LatencyHistogram, corrected: LatencyHistogram): string[] {
  const [raw, from] = [lat, corrected].map((one) => durationWords(one.percentile(99)));
  return [
    latencyLine("corrected", corrected),
    `         p99: lat=${raw}, corrected for the schedule=${from}`,
  ];
}

/** What became of a schedule, in the manner of fio's short and dropped. */
function scheduleWords({ job, read, write }: JobRecord): string {
  if (!hasSchedule(job)) return "";
  return ` late=${read.late},${write.late},0,0 ` + `dropped=${read.dropped},${write.dropped},0,0`;
}

function totalLine(name: string, total: GroupTotal | undefined): string[] {
  if (total === undefined) return [];
  const { bytes, bytesPerSecond, slowestBytesPerSecond, fastestBytesPerSecond } = total;
  const range = (one: (rate: number) => string): string =>
    `${one(slowestBytesPerSecond)}/s-${one(fastestBytesPerSecond)}/s`;
  return [
    `${name}: bw=${binaryBytes(bytesPerSecond)}/s (${decimalBytes(bytesPerSecond)}/s), ` +
      `${range(binaryBytes)} (${range(decimalBytes)}), ` +
      `io=${binaryBytes(bytes)} (${decimalBytes(bytes)}), ` +
      `run=${total.shortestMs}-${total.longestMs}msec`,
  ];
}
