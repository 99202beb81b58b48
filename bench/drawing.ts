import { makeTokens } from "../dashboard/server/access.ts";
import { DashboardServer } from "../dashboard/server/http_server.ts";
import { Hub } from "../dashboard/server/hub.ts";
import { readPage } from "../dashboard/server/page.ts";
import { COUNTERS } from "../dashboard/server/run_facts.ts";
import { RunShelf } from "../dashboard/server/run_store.ts";
import { Sampler } from "../dashboard/server/sampler.ts";
import { RunControl } from "../src/executors/control.ts";
import { runThreads } from "../src/executors/threads/run_threads.ts";
import { makeScenario } from "../src/scenario/make_scenario.ts";
import { OP_NAMES } from "../src/scenario/metric_names.ts";
import type { Frame } from "../src/stream/frame.ts";
import type { RunInfo } from "../src/stream/state.ts";
import { median, quantile } from "./statistics.ts";
import type { Table } from "./table.ts";

const BAR_MS = 8;
const FIRST_PAINT_MS = 1000;
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"];

export interface DrawingSize {
  /** How old the run is when the page opens, and how many frames it is then sent. */
  readonly seconds: number;
  readonly frames: number;
}

/** What a frame takes the page to read and to draw, on a map of a long run, in Chromium. */
export async function drawing({ seconds, frames }: DrawingSize): Promise<Table> {
  const sample = await realFrames();
  const hub = new Hub(undefined);
  hub.run = RUN;
  let seq = 0;
  const next = (): Frame => {
    const frame = sample[seq % sample.length] as Frame;
    const at = seq++;
    return { ...frame, fromSeq: at, seq: at, beginUs: at * 1e5, endUs: (at + 1) * 1e5 };
  };
  for (let i = 0; i < seconds * 10; i++) hub.add(next());
  const tokens = makeTokens(undefined);
  const server = new DashboardServer({
    ...{ tokens, hub, page: readPage(), store: new RunShelf(), host: undefined },
    metrics: () => "",
  });
  const port = await server.listen("127.0.0.1", 0);
  // The browser's driver is there for development alone.
  const { chromium } = await import("playwright-core");
  const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: FLAGS });
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    await page.addInitScript(MEASURE);
    await page.goto(`http://127.0.0.1:${port}/#token=${tokens.view}`);
    await page.waitForFunction("globalThis.spent.firstMs !== undefined");
    await page.waitForTimeout(1000);
    await page.evaluate("globalThis.spent.each.length = 0");
    for (let i = 0; i < frames; i++) {
      hub.add(next());
      await page.waitForTimeout(100);
    }
    const spent = (await page.evaluate("globalThis.spent")) as Spent;
    return tableOf(spent, seconds, hub.timeline.frames().length);
  } finally {
    await browser.close();
    hub.close();
    server.close();
  }
}

interface Spent {
  /** From the start of the page to the first picture with figures. */
  readonly firstMs: number;
  /** Of each frame: its message read and the picture drawn. */
  readonly each: readonly number[];
}

/** Runs in the page before its own script: times what handles a message and what draws. */
const MEASURE = `(() => {
  const spent = { firstMs: undefined, each: [] };
  globalThis.spent = spent;
  let reading = 0;
  const listen = WebSocket.prototype.addEventListener;
  WebSocket.prototype.addEventListener = function (name, take, ...rest) {
    if (name !== "message") return listen.call(this, name, take, ...rest);
    return listen.call(this, name, (event) => {
      const begin = performance.now();
      take(event);
      reading += performance.now() - begin;
    }, ...rest);
  };
  const ask = requestAnimationFrame;
  globalThis.requestAnimationFrame = (draw) => ask((at) => {
    const begin = performance.now();
    draw(at);
    const end = performance.now();
    if (reading > 0) spent.each.push(reading + end - begin);
    const isThere = document.querySelector("#latency td") !== null;
    if (spent.firstMs === undefined && isThere) spent.firstMs = end;
    reading = 0;
  });
})()`;

/** Frames of a short run with eight operations. */
async function realFrames(): Promise<Frame[]> {
  const frames: Frame[] = [];
  const control = new RunControl();
  const sampler = new Sampler(
    (frame) => frames.push(frame),
    () => control.state,
  );
  const scenario = makeScenario({
    run: { warmupMs: 0, durationMs: 2000 },
    jobs: [
      { name: "reader", clones: 2, timeBased: true, iodepth: 16, bufferFile: "/data" },
      { name: "flusher", pattern: "writeback", file: "/data", everyMs: 20 },
      { name: "kswapd", pattern: "reclaim", everyMs: 50 },
    ],
  });
  await runThreads(scenario, { control, observer: sampler });
  return frames.filter(({ phase, ops }) => phase === "measure" && ops.length > 4);
}

const RUN: RunInfo = {
  ...{ id: "bench", name: "bench", source: "", startedAtMs: 0, executor: "threads", seed: 1 },
  ...{ groups: 1, actors: 4, pages: 64, jobs: [], environment: [], checked: [], command: "" },
  ...{ ops: OP_NAMES, counters: COUNTERS, clockReadNs: 50, clockGrainNs: 1 },
};

function tableOf(spent: Spent, seconds: number, kept: number): Table {
  const p99 = quantile(spent.each, 0.99);
  const verdict = (good: boolean): string => (good ? "met" : "MISSED");
  return {
    title: `Drawing: a frame of eight operations on the map of a run of ${seconds} s`,
    note:
      `Chromium without a GPU, 1280 × 900, ${spent.each.length} frames after the first, the ` +
      `server on the same CPUs; ${kept} columns`,
    head: ["what", "found", "bar"],
    rows: [
      ["read and drawn, median", `${median(spent.each).toFixed(2)} ms`, ""],
      ["read and drawn, p99", `${p99.toFixed(2)} ms`, `≤ ${BAR_MS} ms: ${verdict(p99 <= BAR_MS)}`],
      [
        "first picture with figures",
        `${spent.firstMs.toFixed(0)} ms`,
        `< ${FIRST_PAINT_MS} ms: ${verdict(spent.firstMs < FIRST_PAINT_MS)}`,
      ],
    ],
  };
}
