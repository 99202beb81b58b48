import { splitmix64 } from "../src/machine/prng.ts";
import { bootstrapMedian, type Estimate, median, repeatability } from "./statistics.ts";
import type { Runner, Spent, Subject } from "./subject.ts";

/** How much to measure. */
export interface Effort {
  /** Fresh processes and fresh memory: where pages happen to lie changes figures by up to 1.8. */
  readonly couples: number;
  /** Pairs of slices that one couple runs. */
  readonly pairs: number;
  /** Processor time of one slice, ms. */
  readonly sliceMs: number;
}

/** Two that do the same work, and how to end them. */
export interface Couple {
  readonly a: Runner;
  readonly b: Runner;
  end(): void;
}

/** Two machines as a couple; `runnerOf` says what each of them does. */
export function coupleOf(
  a: Subject,
  b: Subject,
  runnerOf: (subject: Subject) => Runner = (subject) => subject,
): Couple {
  return {
    a: runnerOf(a),
    b: runnerOf(b),
    end: () => {
      a.end();
      b.end();
    },
  };
}

export interface Comparison {
  /** Throughput of `a` as a share of `b`'s, by processor time and by the clock on the wall. */
  readonly ratio: Estimate;
  readonly wallRatio: Estimate;
  readonly pairs: number;
  /** ns of processor time a call, median. */
  readonly nsA: number;
  readonly nsB: number;
  /** What two neighbouring slices of the same runner differ by. */
  readonly noiseA: number;
  readonly noiseB: number;
}

interface Slices {
  readonly calls: number;
  readonly a: readonly Spent[];
  readonly b: readonly Spent[];
}

const FIRST_CALLS = 16;
/** A trial slice this long says well enough how many calls a slice needs. */
const TRIAL_SHARE = 0.4;
const MAX_GROWTH = 8;

/** gup_test makes its calls sixteen at a time. */
function wholeRounds(calls: number): number {
  return Math.max(FIRST_CALLS, Math.ceil(calls / 16) * 16);
}

/** Calls that take the slower of the two about `sliceMs`; warms both up on the way. */
async function calibrate({ a, b }: Couple, sliceMs: number): Promise<number> {
  const target = sliceMs * 1e6;
  let calls = FIRST_CALLS;
  for (;;) {
    const spent = Math.max((await a.run(calls)).busyNs, (await b.run(calls)).busyNs);
    const growth = target / Math.max(spent, 1e3);
    if (growth <= 1 / TRIAL_SHARE) return wholeRounds(calls * growth);
    calls = wholeRounds(calls * Math.min(MAX_GROWTH, growth));
  }
}

async function runCouple(couple: Couple, effort: Effort, drawn: number): Promise<Slices> {
  const calls = await calibrate(couple, effort.sliceMs);
  const a: Spent[] = [];
  const b: Spent[] = [];
  for (let pair = 0; pair < effort.pairs; pair++) {
    const aFirst = splitmix64(BigInt(drawn), pair) & 1n;
    if (aFirst) a.push(await couple.a.run(calls));
    b.push(await couple.b.run(calls));
    if (!aFirst) a.push(await couple.a.run(calls));
  }
  return { calls, a, b };
}

/**
 * Runs slices of two runners in pairs, which of the two goes first being drawn, and compares them
 * pair by pair: what disturbs the machine for longer than a slice disturbs both.
 */
export async function compare(
  makeCouple: () => Promise<Couple>,
  effort: Effort,
): Promise<Comparison> {
  const all: Slices[] = [];
  for (let i = 0; i < effort.couples; i++) {
    const couple = await makeCouple();
    try {
      all.push(await runCouple(couple, effort, i));
    } finally {
      couple.end();
    }
  }
  const ratios = (of: (spent: Spent) => number) =>
    all.map(({ a, b }) => a.map((spent, i) => of(b[i] as Spent) / of(spent)));
  const busyA = all.map(({ a, calls }) => a.map((spent) => spent.busyNs / calls));
  const busyB = all.map(({ b, calls }) => b.map((spent) => spent.busyNs / calls));
  return {
    ratio: bootstrapMedian(ratios((spent) => spent.busyNs)),
    wallRatio: bootstrapMedian(ratios((spent) => spent.wallNs)),
    pairs: effort.couples * effort.pairs,
    nsA: median(busyA.flat()),
    nsB: median(busyB.flat()),
    noiseA: repeatability(busyA),
    noiseB: repeatability(busyB),
  };
}
