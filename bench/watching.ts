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
import { monotonicNs } from "../src/machine/clock.ts";
import { cpuAddress } from "../src/machine/machine.ts";
import { makeScenario } from "../src/scenario/make_scenario.ts";
import { bootstrapMedian, median, quantile } from "./statistics.ts";
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

/** What watching costs a run, and whether its viewers keep up: slices with and without. */
export async function watching({ slices, sliceMs }: WatchingSize): Promise<Table> {
  const scenario = makeScenario({
    run: { warmupMs: 500, durationMs: slices * sliceMs + 1000 },
    jobs: [
      ...[{ name: "reader", clones: 2, timeBased: true, iodepth: 16, bufferFile: "/data" }],
      { name: "flusher", pattern: "writeback", file: "/data", everyMs: 20 },
      { name: "kswapd", pattern: "reclaim", everyMs: 50 },
    ],
  });
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
    return tableOf(gate, seen.slice(DEAF));
  } finally {
    viewers.kill();
    dashboard.close();
  }
}

async function startViewers(task: ViewersTask): Promise<ChildProcess> {
  const child = fork(fileURLToPath(new URL("./viewers.js", import.meta.url)));
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

function tableOf(gate: Gate, seen: readonly Seen[]): Table {
  const pairs = gate.rates.flatMap((rate, i) => {
    const off = gate.rates[i + 1];
    return i % 2 === 0 && off !== undefined ? [rate / off] : [];
  });
  const found = bootstrapMedian([pairs]);
  const bytes = seen.flatMap(({ frames }) => frames.map((frame) => frame.bytes));
  const behind = seen.flatMap((one) => behindOf(one, seen));
  const memory = gate.rssMiB;
  const quarter = Math.ceil(memory.length / 4);
  const [early, late] = [
    median(memory.slice(quarter, 2 * quarter)),
    median(memory.slice(-quarter)),
  ];
  const missing = seen.reduce((sum, one) => sum + one.missing, 0);
  const row = (what: string, value: string, bar: string, good: boolean): string[] => {
    return [what, value, `${bar}: ${good ? "met" : "MISSED"}`];
  };
  const [bytesP99, behindP99] = [quantile(bytes, 0.99), quantile(behind, 0.99)];
  const interval = [found.median, found.low, found.high].map((one) => one.toFixed(3));
  const ratio = `${interval[0]} [${interval[1]}, ${interval[2]}]`;
  const isFlat = late < early * 1.1;
  return {
    title: `Watching: ${VIEWERS} viewers, ${DEAF} of which never reads`,
    note:
      `${gate.rates.length} slices in turn watched and not, ${bytes.length} frames received; the ` +
      "viewers share the CPUs with the run; 95 % intervals",
    head: ["what", "found", "bar"],
    rows: [
      row("throughput, of unwatched", ratio, `≥ ${LEAST_SHARE}`, found.high >= LEAST_SHARE),
      row("bytes a frame, median", median(bytes).toFixed(0), `≤ ${MOST_BYTES}`, true),
      row("bytes a frame, p99", bytesP99.toFixed(0), `≤ ${MOST_BYTES}`, bytesP99 <= MOST_BYTES),
      row("frames behind, p99", behindP99.toFixed(0), `≤ ${MOST_BEHIND}`, behindP99 <= MOST_BEHIND),
      row("looks that no frame covered", String(missing), "0", missing === 0),
      row(
        "MiB at the end, of the second quarter",
        `${late.toFixed(0)}/${early.toFixed(0)}`,
        "flat",
        isFlat,
      ),
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
