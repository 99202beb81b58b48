import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { CPU_OPS } from "../assembly/shared/layout.ts";
import { Dashboard } from "../dashboard/server/dashboard.ts";
import { RunShelf } from "../dashboard/server/run_store.ts";
import { RunControl } from "../src/executors/control.ts";
import {
  type RunObserver,
  type RunProgress,
  runThreads,
} from "../src/executors/threads/run_threads.ts";
import { builtFile } from "../src/machine/built.ts";
import { monotonicNs } from "../src/machine/clock.ts";
import { cpuAddress } from "../src/machine/machine.ts";
import { makeScenario, type ScenarioInput } from "../src/scenario/make_scenario.ts";
import { bootstrapMedian, type Estimate, median, quantile } from "./statistics.ts";
import type { Table } from "./table.ts";
import type { Seen, ViewersTask } from "./viewers.ts";

const LEAST_SHARE = 0.97;
const MOST_BEHIND = 2;
const MOST_BYTES = 6 * 1024;
const VIEWERS = 20;
const DEAF = 1;

export interface WatchingSize {
  readonly slices: number;
  readonly sliceMs: number;
}

type Jobs = NonNullable<ScenarioInput["jobs"]>;
const READER = { name: "reader", clones: 2, timeBased: true, iodepth: 16 } as const;
/** An actor a CPU: whatever else runs takes its time from one of them. */
const FULL: Jobs = [READER];
/** Eight operations, and actors that sleep and wake. */
const BUSY: Jobs = [
  { ...READER, bufferFile: "/data" },
  { name: "flusher", pattern: "writeback", file: "/data", everyMs: 20 },
  { name: "kswapd", pattern: "reclaim", everyMs: 50 },
];

/** What watching costs a run, and whether its viewers keep up: slices with and without. */
export async function watching(size: WatchingSize): Promise<Table> {
  const full = await watchedRun(FULL, size);
  return tableOf(full, await watchedRun(BUSY, size));
}

interface Watched {
  readonly gate: Gate;
  readonly seen: readonly Seen[];
}

async function watchedRun(jobs: Jobs, { slices, sliceMs }: WatchingSize): Promise<Watched> {
  const run = { warmupMs: 500, durationMs: slices * sliceMs + 1000 };
  const scenario = makeScenario({ run, jobs });
  const control = new RunControl();
  const watched = { control, stop: () => {}, command: "" };
  const store = new RunShelf();
  const options = { port: 0, host: undefined, secret: undefined, store, watched };
  const dashboard = await Dashboard.start(options);
  const { hash, port } = new URL(dashboard.addresses.view);
  const viewers = await startViewers({
    address: `ws://127.0.0.1:${port}/stream`,
    token: hash.slice("#token=".length),
    viewers: VIEWERS,
    deaf: DEAF,
  });
  const gate = new Gate(dashboard.observer, slices, sliceMs);
  try {
    await runThreads(scenario, { control, observer: gate });
    const seen = await new Promise<readonly Seen[]>((resolve) => {
      viewers.once("message", (all) => resolve(all as readonly Seen[]));
      viewers.send("end");
    });
    return { gate, seen: seen.slice(DEAF) };
  } finally {
    viewers.kill();
    dashboard.close();
  }
}

async function startViewers(task: ViewersTask): Promise<ChildProcess> {
  const child = fork(fileURLToPath(builtFile("bench/viewers.js")));
  child.send(task);
  await new Promise((resolve) => child.once("message", resolve));
  return child;
}

/** Lets the dashboard look in every other slice, and counts what the run does meanwhile. */
class Gate implements RunObserver {
  /** Operations a second of each slice; the even ones are watched. */
  readonly rates: number[] = [];
  readonly rssMiB: number[] = [];
  private beganNs = 0;
  private ops = 0;

  constructor(
    private readonly inner: RunObserver,
    private readonly slices: number,
    private readonly sliceMs: number,
  ) {}

  began(run: Parameters<RunObserver["began"]>[0]): void {
    this.inner.began(run);
  }

  changed(): void {}

  looked(progress: RunProgress, ended: boolean): void {
    const nowNs = monotonicNs();
    const isOn = this.rates.length % 2 === 0;
    if (isOn || ended || progress.phase !== "measure") {
      this.inner.looked(progress, ended);
    }
    if (progress.phase !== "measure" || this.rates.length >= this.slices) return;
    if (this.beganNs !== 0 && nowNs - this.beganNs < this.sliceMs * 1e6) return;
    const ops = totalOps(progress);
    if (this.beganNs !== 0) {
      this.rates.push((ops - this.ops) / ((nowNs - this.beganNs) / 1e9));
      this.rssMiB.push(process.memoryUsage.rss() / 2 ** 20);
    }
    this.beganNs = nowNs;
    this.ops = ops;
  }
}

function totalOps({ machine }: RunProgress): number {
  let ops = 0;
  for (let cpu = 0; cpu < machine.plan.cpus; cpu++) {
    ops += Number(machine.longs[(cpuAddress(machine, cpu) + CPU_OPS) / 8] ?? 0n);
  }
  return ops;
}

/** Throughput of the watched slices, of that of the ones beside them. */
function throughput({ rates }: Gate): Estimate {
  const pairs = rates.flatMap((rate, i) => {
    const off = rates[i + 1];
    return i % 2 === 0 && off !== undefined ? [rate / off] : [];
  });
  return bootstrapMedian([pairs]);
}

function intervalWords({ median: middle, low, high }: Estimate): string {
  return `${middle.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`;
}

function tableOf(full: Watched, busy: Watched): Table {
  const bytes = busy.seen.flatMap(({ frames }) => frames.map((frame) => frame.bytes));
  const behind = [full, busy].flatMap(({ seen }) => seen.flatMap((one) => behindOf(one, seen)));
  const missing = [...full.seen, ...busy.seen].reduce((sum, one) => sum + one.missing, 0);
  const memory = busy.gate.rssMiB;
  const quarter = Math.ceil(memory.length / 4);
  const early = median(memory.slice(quarter, 2 * quarter));
  const late = median(memory.slice(-quarter));
  const row = (what: string, value: string, bar: string, good: boolean): string[] => {
    return [what, value, `${bar}: ${good ? "met" : "MISSED"}`];
  };
  const ofRun = (what: string, { gate }: Watched): string[] => {
    const found = throughput(gate);
    const good = found.high >= LEAST_SHARE;
    return row(`throughput, of unwatched, ${what}`, intervalWords(found), `≥ ${LEAST_SHARE}`, good);
  };
  const [bytesP99, behindP99] = [quantile(bytes, 0.99), quantile(behind, 0.99)];
  const fitsBytes = bytesP99 <= MOST_BYTES;
  const keepsUp = behindP99 <= MOST_BEHIND;
  const sizes = `${late.toFixed(0)}/${early.toFixed(0)}`;
  return {
    title: `Watching: ${VIEWERS} viewers, ${DEAF} of which never reads`,
    note:
      `two runs of ${memory.length} slices in turn watched and not, ${behind.length} frames ` +
      "received; the viewers share the CPUs with the run; 95 % intervals",
    head: ["what", "found", "bar"],
    rows: [
      ofRun("two readers", full),
      ofRun("two readers, writeback, reclaim", busy),
      row("bytes a frame, median", median(bytes).toFixed(0), `≤ ${MOST_BYTES}`, true),
      row("bytes a frame, p99", bytesP99.toFixed(0), `≤ ${MOST_BYTES}`, fitsBytes),
      row("frames behind, p99", behindP99.toFixed(0), `≤ ${MOST_BEHIND}`, keepsUp),
      row("looks that no frame covered", String(missing), "0", missing === 0),
      row("MiB, last quarter/second quarter", sizes, "flat", late < early * 1.1),
    ],
  };
}

/** How many frames the others had already when this one came. */
function behindOf({ frames }: Seen, all: readonly Seen[]): number[] {
  const first = new Map<number, number>();
  for (const { frames: theirs } of all) {
    for (const { seq, atNs } of theirs) first.set(seq, Math.min(first.get(seq) ?? atNs, atNs));
  }
  const made = [...first].sort(([a], [b]) => a - b);
  let newest = 0;
  return frames.map(({ seq, atNs }) => {
    while (newest < made.length && (made[newest]?.[1] ?? 0) <= atNs) newest += 1;
    return Math.max(0, (made[newest - 1]?.[0] ?? seq) - seq);
  });
}
