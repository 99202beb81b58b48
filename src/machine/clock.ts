/** The one place that reads clocks. */

/** Monotonic time of this thread in ns; the zero point differs between threads. */
export function monotonicNs(): number {
  return performance.now() * 1e6;
}

/** Wall-clock time in ms since the epoch. */
export function wallClockMs(): number {
  return Date.now();
}
