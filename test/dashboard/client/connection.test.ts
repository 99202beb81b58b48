import type { Duplex } from "node:stream";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect } from "vitest";
import type { WebSocket } from "ws";
import { makeTokens } from "../../../dashboard/server/access.ts";
import { DashboardServer } from "../../../dashboard/server/http_server.ts";
import { Hub } from "../../../dashboard/server/hub.ts";
import { readPage } from "../../../dashboard/server/page.ts";
import { RunShelf } from "../../../dashboard/server/run_store.ts";
import { LatencyHistogram } from "../../../src/machine/histogram.ts";
import { COARSE } from "../../../src/machine/histogram_geometry.ts";
import type { Frame } from "../../../src/stream/frame.ts";
import { encodeMessage } from "../../../src/stream/message.ts";
import type { RunInfo } from "../../../src/stream/state.ts";
import { newPage, openBrowser } from "../../support/browser.ts";
import { needs, testNeeding } from "../../support/needs.ts";

/** The page over a run whose frames the test makes. */

const RUN: RunInfo = {
  ...{ id: "1", name: "made", source: "", startedAtMs: 0, executor: "threads", seed: 1 },
  ...{ groups: 1, actors: 1, pages: 64, jobs: [], environment: [], checked: [], command: "" },
  ...{ ops: ["pin_fast"], counters: ["nr_foll_pin_acquired"], clockReadNs: 1, clockGrainNs: 1 },
};
const tokens = makeTokens(undefined);
const hub = new Hub(undefined);
hub.run = RUN;
const upgraded: Duplex[] = [];
const metrics = () => "";
const store = new RunShelf();
let server: DashboardServer;
let browser: Browser;
let port: number;
let seq = 0;

beforeAll(async () => {
  server = new DashboardServer({ tokens, page: readPage(), store, hub, metrics, host: undefined });
  port = await server.listen("127.0.0.1", 0);
  server.servers[0]?.on("upgrade", (_, socket) => upgraded.push(socket));
  if (needs("chromium").missing === undefined) browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
  hub.close();
  server.close();
});

/** A frame of a hundred operations, ten of which were timed. */
function addFrames(count: number): void {
  for (let i = 0; i < count; i++) {
    const latency = LatencyHistogram.empty(COARSE);
    for (let k = 0; k < 10; k++) latency.record(100 + k * 50);
    const at = seq++;
    const frame: Frame = {
      ...{ fromSeq: at, seq: at, beginUs: at * 1e5, endUs: (at + 1) * 1e5, phase: "measure" },
      ...{ group: 0, state: undefined, events: [] },
      ops: [{ op: 0, count: 100, batchOps: 0, batchNs: 0, batches: 0, latency }],
      counters: new Map([[0, 100]]),
    };
    hub.add(frame);
  }
}

testNeeding(
  "chromium",
  "a connection that is cut goes on where it was, each count once",
  async () => {
    addFrames(20);
    const page = await newPage(browser);
    const asked: string[] = [];
    page.on("websocket", (socket) => asked.push(socket.url()));
    await page.goto(`http://127.0.0.1:${port}/#token=${tokens.view}`);
    const cells = page.locator("#latency .all tbody tr", { hasText: "pin_fast" }).locator("td");
    await expect.poll(() => cells.first().innerText()).toBe("2000");

    for (const socket of upgraded) socket.destroy();
    addFrames(7);
    await page.getByText("◌ reconnecting").waitFor();
    await page.getByText("● live").waitFor();
    addFrames(3);
    await expect.poll(() => cells.first().innerText()).toBe("3000");
    expect(await cells.nth(3).innerText()).toBe("300");
    expect(asked.map((url) => new URL(url).search)).toEqual(["", "?run=1&seq=19"]);
    await page.close();
  },
);

testNeeding("chromium", "messages sent again, cut or made up never change a count", async () => {
  const page = await newPage(browser);
  const asked: string[] = [];
  page.on("websocket", (socket) => asked.push(socket.url()));
  await page.goto(`http://127.0.0.1:${port}/#token=${tokens.view}`);
  const count = page
    .locator("#latency .all tbody tr", { hasText: "pin_fast" })
    .locator("td")
    .first();
  const expected = String(seq * 100);
  await expect.poll(() => count.innerText()).toBe(expected);
  const { clients } = (server as unknown as { sockets: { clients: Set<WebSocket> } }).sockets;
  const send = (bytes: Uint8Array): void => {
    for (const client of clients) client.send(bytes);
  };
  const [frame] = hub.timeline.frames().slice(-1) as [Frame];
  const whole = encodeMessage({ type: "delta", frame });
  send(whole);
  send(whole);
  addFrames(1);
  await expect.poll(() => count.innerText()).toBe(String(seq * 100));
  expect(asked).toHaveLength(1);
  // What cannot be read, or covers what is known by half: everything is asked for anew.
  const overlapping = { ...frame, fromSeq: frame.seq + 1, seq: frame.seq + 2 };
  const half = encodeMessage({ type: "delta", frame: overlapping });
  const broken = [whole.slice(0, 20), new Uint8Array([1, 2, 3, 4]), half];
  for (const [i, bytes] of broken.entries()) {
    send(bytes);
    await expect.poll(() => asked.length, { timeout: 5000 }).toBe(i + 2);
    await page.getByText("● live").waitFor();
    await expect.poll(() => count.innerText()).toBe(String(seq * 100));
  }
  expect(asked.map((url) => new URL(url).search)).toEqual(["", "", "", ""]);
  await page.close();
});

testNeeding("chromium", "names that are markup stay names", async () => {
  const name = '<img src=x onerror="document.title=1"><script>document.title=2</script>';
  hub.run = { ...RUN, id: "2", name };
  addFrames(1);
  const page = await newPage(browser);
  await page.goto(`http://127.0.0.1:${port}/#token=${tokens.view}`);
  await page.getByRole("heading", { name: "<img" }).waitFor();
  expect(await page.locator("img").count()).toBe(0);
  expect(await page.title()).toContain("<img");
  await page.close();
});
