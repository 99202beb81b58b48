import { splitmix64 } from "../src/machine/prng.ts";
import { bootstrapMedian, type Estimate, median, repeatability } from "./statistics.ts";
import type { Runner, Spent } from "./subject.ts";

/** How much to measure. */
export interface Effort {
  readonly pairs: number;
  /** Processor time of one slice, ms. */
  readonly sliceMs: number;
}

export interface Comparison {
  /** Throughput of the first as a share of the second's, slice by slice. */
  readonly ratio: Estimate;
  readonly wallRatio: Estimate;
  readonly calls: number;
  /** ns of processor time a call, median. */
  readonly nsA: number;
  readonly nsB: number;
  /** What two slices of the same runner differ by. */
  readonly noiseA: number;
  readonly noiseB: number;
}

const FIRST_CALLS = 16;
const TARGET_SHARE = 0.4;

/** Calls that take the slower of the two about `sliceMs`; warms both up on the way. */
async function calibrate(a: Runner, b: Runner, sliceMs: number): Promise<number> {
  let calls = FIRST_CALLS;
  for (;;) {
    const spent = Math.max((await a.run(calls)).busyNs, (await b.run(calls)).busyNs);
    const target = sliceMs * 1e6;
    if (spent >= target * TARGET_SHARE) {
      return Math.max(FIRST_CALLS, Math.ceil((calls * target) / spent / 16) * 16);
    }
    calls = Math.ceil((calls * Math.min(8, target / Math.max(spent, 1e3))) / 16) * 16;
  }
}

/**
 * Runs slices of `a` and `b` in pairs, which of the two goes first being drawn, and compares them
 * pair by pair: what disturbs the machine for longer than a slice disturbs both.
 */
export async function compare(a: Runner, b: Runner, effort: Effort): Promise<Comparison> {
  const calls = await calibrate(a, b, effort.sliceMs);
  const spentA: Spent[] = [];
  const spentB: Spent[] = [];
  for (let pair = 0; pair < effort.pairs; pair++) {
    const aFirst = splitmix64(2n, pair) & 1n;
    if (aFirst) spentA.push(await a.run(calls));
    spentB.push(await b.run(calls));
    if (!aFirst) spentA.push(await a.run(calls));
  }
  const ratios = (of: (spent: Spent) => number) =>
    spentA.map((spent, i) => of(spentB[i] as Spent) / of(spent));
  const busyA = spentA.map((spent) => spent.busyNs / calls);
  const busyB = spentB.map((spent) => spent.busyNs / calls);
  return {
    ratio: bootstrapMedian(ratios((spent) => spent.busyNs)),
    wallRatio: bootstrapMedian(ratios((spent) => spent.wallNs)),
    calls,
    nsA: median(busyA),
    nsB: median(busyB),
    noiseA: repeatability(busyA),
    noiseB: repeatability(busyB),
  };
}
