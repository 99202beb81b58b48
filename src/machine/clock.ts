/** The one place that reads clocks. */

/** Monotonic time of this thread in ns; the zero point differs between threads. */
export function monotonicNs(): number {
  return performance.now() * 1e6;
}

/**
 * Where monotonicNs() has its zero on the clock that all threads and programs share
 * (CLOCK_MONOTONIC), whole ns: what to add to times of this thread to compare them with
 * another's.
 */
export function clockZeroNs(): number {
  let zero = 0;
  // Whatever comes between the two reads can only make the zero look earlier.
  for (let i = 0; i < 8; i++) {
    zero = Math.max(zero, Number(process.hrtime.bigint()) - monotonicNs());
  }
  return Math.round(zero);
}

/** Wall-clock time in ms since the epoch. */
export function wallClockMs(): number {
  return Date.now();
}
