import { readFileSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { monotonicNs } from "../../src/machine/clock.ts";
import { EXIT_MISSING } from "../../src/results/exit_status.ts";
import { EnvironmentFault } from "../../src/scenario/problem.ts";

/** What the kernel has counted since it booted, in pages. */
export interface PinCounts {
  readonly acquired: number;
  readonly released: number;
}

const STAT_REFRESH = "/proc/sys/vm/stat_refresh";
const IDLE_WATCH_MS = 200;
/** Fixed buffers are released by a work item, up to 20 ms after their process has gone. */
const RELEASED_WITHIN_MS = 2000;
const POLL_MS = 10;

/** The two counters in the text of /proc/vmstat; undefined: it lacks one of them. */
export function parsePinCounts(vmstat: string): PinCounts | undefined {
  const acquired = /^nr_foll_pin_acquired (\d+)$/m.exec(vmstat)?.[1];
  const released = /^nr_foll_pin_released (\d+)$/m.exec(vmstat)?.[1];
  if (acquired === undefined || released === undefined) return undefined;
  return { acquired: Number(acquired), released: Number(released) };
}

/** The counters, what the CPUs hold back included. Throws EnvironmentFault. */
export function readPinCounts(): PinCounts {
  try {
    writeFileSync(STAT_REFRESH, "1\n");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // The kernel flushed, found another counter below zero and says so: no concern of ours.
    if (code !== "EINVAL") {
      throw new EnvironmentFault(`cannot write to ${STAT_REFRESH} (${code})`, EXIT_MISSING);
    }
  }
  const counts = parsePinCounts(readFileSync("/proc/vmstat", "utf8"));
  if (counts) return counts;
  throw new EnvironmentFault("/proc/vmstat has no nr_foll_pin_acquired", EXIT_MISSING);
}

export function countsBetween(before: PinCounts, after: PinCounts): PinCounts {
  return {
    acquired: after.acquired - before.acquired,
    released: after.released - before.released,
  };
}

/** What is pinned and released in a while in which this process does nothing. */
export async function watchIdle(signal: AbortSignal): Promise<PinCounts> {
  const before = readPinCounts();
  await pause(IDLE_WATCH_MS, signal);
  return countsBetween(before, readPinCounts());
}

/** Counts since `before`, once as many are released as acquired or the time for that is up. */
export async function settledCounts(
  before: PinCounts,
  signal: AbortSignal,
): Promise<PinCounts & { readonly settled: boolean }> {
  const startNs = monotonicNs();
  for (;;) {
    const counts = countsBetween(before, readPinCounts());
    const settled = counts.released >= counts.acquired;
    const late = (monotonicNs() - startNs) / 1e6 > RELEASED_WITHIN_MS;
    if (settled || late || signal.aborted) return { ...counts, settled };
    await pause(POLL_MS, signal);
  }
}

/** Ends early, and without a word, when the signal comes. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}
