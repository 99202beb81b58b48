import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { FOLL_WRITE } from "../../../assembly/shared/codes.ts";
import { PAGE_LRU_PREV, ZONE_GUP_LOCK } from "../../../assembly/shared/layout.ts";
import { coreModule } from "../../../src/machine/core.ts";
import { Lab } from "../../support/lab.ts";

const PINNER = `
const { parentPort, workerData: d } = require("node:worker_threads");
const env = { memory: d.memory, now: () => performance.now() * 1e6 };
const { exports: core } = new WebAssembly.Instance(d.module, { env });
parentPort.postMessage(core.pinUserPagesFast(d.cpu, d.mm, d.vpn, 1, d.flags, d.arena));
`;
const [FREE, HELD, CONTENDED] = [0, 1, 2];

// Where the core runs in V8's baseline code, the count that follows the wait is 0 (decision 16).
test("a thread that had to sleep for a lock goes on with all it knew", async () => {
  const lab = new Lab({ build: "native", scheme: "lru-count", cpus: 2 });
  const vpn = lab.map(1);
  const { memory } = lab.machine;
  const words = new Int32Array(memory.buffer);
  Atomics.store(words, ZONE_GUP_LOCK / 4, HELD);
  const where = { cpu: lab.cpu(1), mm: lab.mm(), arena: lab.arena(1), vpn, flags: FOLL_WRITE };
  const workerData = { module: coreModule("native"), memory, ...where };
  const pinner = new Worker(PINNER, { eval: true, workerData });
  const answer = once(pinner, "message");
  await expect.poll(() => Atomics.load(words, ZONE_GUP_LOCK / 4)).toBe(CONTENDED);
  Atomics.store(words, ZONE_GUP_LOCK / 4, FREE);
  Atomics.notify(words, ZONE_GUP_LOCK / 4);
  expect(await answer).toEqual([1]);
  expect(lab.word(lab.mapped(vpn) + PAGE_LRU_PREV)).toBe(1);
  await pinner.terminate();
});
