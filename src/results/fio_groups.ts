import type { Scenario } from "../scenario/scenario.ts";
import type { DirectionRecord, JobRecord } from "./record.ts";

/** What tells fio's groups apart: a stonewall, or a reporting group of its own. */
export interface FioGroupKey {
  readonly stonewallGroup: number;
  readonly reportingGroup: number;
}

/** fio's group numbers, from 0 in the order in which the jobs stand. */
export function fioGroupNumbers(scenario: Scenario): (key: FioGroupKey) => number {
  const numbers = new Map<string, number>();
  const numberOf = ({ stonewallGroup, reportingGroup }: FioGroupKey): number => {
    const key = `${stonewallGroup}/${reportingGroup}`;
    const number = numbers.get(key) ?? numbers.size;
    numbers.set(key, number);
    return number;
  };
  scenario.groups.forEach((group, stonewallGroup) => {
    for (const { reportingGroup } of group.jobs) numberOf({ stonewallGroup, reportingGroup });
  });
  return numberOf;
}

/** The group of a finished job. */
export function groupKeyOf(record: JobRecord): FioGroupKey {
  return {
    stonewallGroup: record.stonewallGroup,
    reportingGroup: record.job.reportingGroup,
  };
}

/** What one group did in one direction; bytes a second, times in ms. */
export interface GroupTotal {
  readonly bytes: number;
  /** All bytes over the longest time. */
  readonly bytesPerSecond: number;
  readonly slowestBytesPerSecond: number;
  readonly fastestBytesPerSecond: number;
  readonly shortestMs: number;
  readonly longestMs: number;
}

/** Sums a direction over the units that moved bytes in it; undefined: none did. */
export function groupTotal(directions: readonly DirectionRecord[]): GroupTotal | undefined {
  const active = directions.filter((direction) => direction.bytes > 0);
  if (active.length === 0) return undefined;
  const bytes = active.reduce((sum, direction) => sum + direction.bytes, 0);
  const longestNs = Math.max(...active.map((direction) => direction.runtimeNs));
  const rates = active.map((direction) => perSecond(direction.bytes, direction.runtimeNs));
  const times = active.map((direction) => runtimeMs(direction.runtimeNs));
  return {
    bytes,
    bytesPerSecond: perSecond(bytes, longestNs),
    slowestBytesPerSecond: Math.min(...rates),
    fastestBytesPerSecond: Math.max(...rates),
    shortestMs: Math.min(...times),
    longestMs: Math.max(...times),
  };
}

/** A rate per second from a total; 0 if no time passed. */
export function perSecond(total: number, runtimeNs: number): number {
  return runtimeNs > 0 ? (total * 1e9) / runtimeNs : 0;
}

/** Whole milliseconds, at least one if any time passed. */
export function runtimeMs(runtimeNs: number): number {
  return runtimeNs > 0 ? Math.max(1, Math.round(runtimeNs / 1e6)) : 0;
}
