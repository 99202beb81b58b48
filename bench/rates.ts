import { runThreads } from "../src/executors/threads/run_threads.ts";
import type { JobRecord, RunRecord } from "../src/results/record.ts";
import { durationWords } from "../src/results/words.ts";
import { makeScenario } from "../src/scenario/make_scenario.ts";
import type { Arrivals } from "../src/scenario/pace.ts";
import { median } from "./statistics.ts";
import { million, type Table } from "./table.ts";

/** How far the achieved rate may lie from the one that was asked for. */
const BAR = 0.01;
const CREWS = [
  { clones: 1, iodepth: 1 },
  { clones: 1, iodepth: 16 },
  { clones: 2, iodepth: 16 },
] as const;
const WARMUP_MS = 300;

type Crew = (typeof CREWS)[number];

/**
 * Half of the highest rate that one job can do, asked for as an open loop: what becomes of it.
 * `runMs` is the measured time of each of the `times` runs.
 */
export async function halfRates(runMs: number, times: number): Promise<Table> {
  const rows: string[][] = [];
  for (const crew of CREWS) {
    const fastest = await repeat(times, () => runOnce(crew, runMs, undefined));
    const half = Math.floor(median(fastest.flatMap(({ jobs }) => jobs.map(rateOf))) / 2);
    for (const process of ["linear", "poisson"] as const) {
      const arrivals: Arrivals = { process, read: { per: "ios", aSecond: half }, write: undefined };
      const runs = await repeat(times, () => runOnce(crew, runMs, arrivals));
      rows.push([`${crew.clones} × iodepth ${crew.iodepth}, ${process}`, ...cellsOf(runs, half)]);
    }
  }
  return {
    title: "Half of the highest rate, as an open loop",
    note: `medians of ${times} runs of ${runMs} ms, random 4 KiB reads, one thread a job`,
    head: ["jobs", "M/s asked", "achieved", "bar", "worst job", "p99 raw", "p99 corrected"],
    rows,
  };
}

function cellsOf(runs: readonly RunRecord[], half: number): string[] {
  const shares = runs.flatMap(({ jobs }) => jobs.map((job) => rateOf(job) / half));
  const achieved = median(shares);
  const isMet = Math.abs(achieved - 1) <= BAR;
  const p99 = (op: "io" | "io_corrected"): string =>
    durationWords(median(runs.map(({ ops }) => ops[op]?.latency.percentile(99) ?? 0)));
  return [
    million(half),
    achieved.toFixed(4),
    `± ${BAR}: ${isMet ? "met" : "MISSED"}`,
    Math.min(...shares).toFixed(4),
    p99("io"),
    p99("io_corrected"),
  ];
}

function rateOf({ read }: JobRecord): number {
  return read.ios / (read.runtimeNs / 1e9);
}

function runOnce(crew: Crew, runMs: number, arrivals: Arrivals | undefined): Promise<RunRecord> {
  const job = { name: "job", pattern: "direct_io", random: true, timeBased: true } as const;
  return runThreads(
    makeScenario({
      jobs: [{ ...job, ...crew, arrivals }],
      run: { durationMs: runMs, warmupMs: WARMUP_MS },
    }),
  );
}

async function repeat<T>(times: number, once: () => Promise<T>): Promise<T[]> {
  const all: T[] = [];
  for (let i = 0; i < times; i++) all.push(await once());
  return all;
}
