import { LatencyHistogram } from "../machine/histogram.ts";
import { hasSchedule } from "../scenario/pacing.ts";
import { latencyGoalJson, steadyStateJson } from "./fio_goals.ts";
import { fioGroupNumbers, groupKeyOf, perSecond, runtimeMs } from "./fio_groups.ts";
import { jobOptions } from "./fio_job.ts";
import { latencyJson, rounded } from "./latency_json.ts";
import { type LatencyShare, latencyShares } from "./latency_shares.ts";
import { pinlabJson, type TimelineJson } from "./pinlab_json.ts";
import type { DirectionRecord, JobRecord, RunRecord } from "./record.ts";
import { ctimeWords } from "./words.ts";

/**
 * fio's JSON, and the `pinlab` object beside its jobs. fio's keys that are absent were not
 * measured: bandwidth samples over time, context switches, page faults, depth statistics, disks.
 * Trims and syncs are there with zeros: fio's tools read every direction, and none was done.
 */
export function fioJson(
  record: RunRecord,
  format: "json" | "json+",
  timeline?: TimelineJson,
): string {
  return `${JSON.stringify(fioOutput(record, format === "json+", timeline), null, 2)}\n`;
}

/** The shape of the file. */
export type FioOutput = ReturnType<typeof fioOutput>;

function fioOutput(record: RunRecord, withBins: boolean, timeline?: TimelineJson) {
  const seconds = Math.floor(record.startedAtMs / 1000);
  return {
    "fio version": `pinlab-${record.environment.pinlab}`,
    timestamp: seconds,
    timestamp_ms: Math.floor(record.startedAtMs),
    time: ctimeWords(record.startedAtMs),
    "global options": {},
    jobs: record.jobs.map((job) => jobJson(record, job, withBins)),
    pinlab: pinlabJson(record, withBins, timeline),
  };
}

const IDLE: DirectionRecord = {
  ios: 0,
  bytes: 0,
  runtimeNs: 0,
  slat: LatencyHistogram.empty(),
  clat: LatencyHistogram.empty(),
  lat: LatencyHistogram.empty(),
  corrected: LatencyHistogram.empty(),
  late: 0,
  dropped: 0,
};

function jobJson(record: RunRecord, unit: JobRecord, withBins: boolean) {
  const { job } = unit;
  const directionOf = (direction: DirectionRecord) =>
    directionJson(direction, job.percentiles, withBins, hasSchedule(job));
  const shares = latencyShares(unit.read.clat.plus(unit.write.clat));
  return {
    jobname: job.name,
    groupid: fioGroupNumbers(record.scenario)(groupKeyOf(unit)),
    error: unit.error,
    eta: 0,
    elapsed: Math.ceil(unit.elapsedNs / 1e9),
    "job options": jobOptions(job),
    read: directionOf(unit.read),
    write: directionOf(unit.write),
    trim: directionJson(IDLE, job.percentiles, withBins),
    sync: { total_ios: 0, lat_ns: latencyJson(LatencyHistogram.empty(), [], false) },
    usr_cpu: rounded(unit.userCpuPercent),
    sys_cpu: rounded(unit.systemCpuPercent),
    latency_ns: sharesJson(shares.ns),
    latency_us: sharesJson(shares.us),
    latency_ms: sharesJson(shares.ms),
    ...latencyGoalJson(unit),
    ...steadyStateJson(unit),
  };
}

function directionJson(
  direction: DirectionRecord,
  percentiles: readonly number[],
  withBins: boolean,
  isScheduled = false,
) {
  const { ios, bytes, runtimeNs, slat, clat, lat, corrected, late, dropped } = direction;
  const bytesPerSecond = Math.floor(perSecond(bytes, runtimeNs));
  return {
    io_bytes: bytes,
    io_kbytes: Math.floor(bytes / 1024),
    bw_bytes: bytesPerSecond,
    bw: Math.floor(bytesPerSecond / 1024),
    iops: rounded(perSecond(ios, runtimeNs)),
    runtime: runtimeMs(runtimeNs),
    total_ios: ios,
    short_ios: 0,
    drop_ios: dropped,
    slat_ns: latencyJson(slat, percentiles, withBins),
    clat_ns: latencyJson(clat, percentiles, withBins),
    lat_ns: latencyJson(lat, percentiles, withBins),
    ...(isScheduled
      ? { late_ios: late, corrected_ns: latencyJson(corrected, percentiles, withBins) }
      : {}),
  };
}

function sharesJson(shares: readonly LatencyShare[]): Record<string, number> {
  return Object.fromEntries(shares.map(({ label, percent }) => [label, rounded(percent)]));
}
