import { monotonicNs } from "../src/machine/clock.ts";

export const wallNs = monotonicNs;

/**
 * Processor time of this process, ns (1 µs grain). Slices are compared by it: on a machine that
 * others use too, wall-clock time also measures the others.
 */
export function busyNs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) * 1000;
}

/** From here on the other users of the machine weigh more than the grain of the processor time. */
const SHORT_NS = 1e6;

/** What a piece of work took, ns: by the wall clock while it is short, else by processor time. */
export function shortSpentNs(work: () => void): number {
  const busy = busyNs();
  const wall = wallNs();
  work();
  const passed = wallNs() - wall;
  return passed < SHORT_NS ? passed : Math.min(passed, busyNs() - busy);
}
