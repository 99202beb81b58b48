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
