import { monotonicNs } from "../../machine/clock.ts";
import type { Core } from "../../machine/core.ts";

const READS = 4000;
const ROUNDS = 25;

/** Cost of one clock read from inside the core, and the smallest step that the clock shows; ns. */
export function calibrateClock(core: Core): { clockReadNs: number; clockGrainNs: number } {
  core.readClock(READS);
  // The least of many short rounds: whatever else runs here can only make a read look dearer.
  const rounds = Array.from({ length: ROUNDS }, () => core.readClock(READS) / READS);
  const clockReadNs = Math.min(...rounds);
  const stamps = Float64Array.from({ length: READS }, () => Math.round(monotonicNs()));
  const steps = new Set<number>();
  for (let i = 1; i < stamps.length; i++) steps.add((stamps[i] ?? 0) - (stamps[i - 1] ?? 0));
  const distinct = [...steps].filter((step) => step > 0).sort((a, b) => a - b);
  let clockGrainNs = distinct[0] ?? 1;
  for (let i = 1; i < distinct.length; i++) {
    clockGrainNs = Math.min(clockGrainNs, (distinct[i] ?? 0) - (distinct[i - 1] ?? 0));
  }
  return { clockReadNs, clockGrainNs: Math.max(1, clockGrainNs) };
}
