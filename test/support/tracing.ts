import { Worker } from "node:worker_threads";
import {
  TRACE_OPERATION,
  TRACE_REF_KINDS,
  TRACE_REF_MOD_UNLESS,
} from "../../assembly/shared/trace_layout.ts";
import { coreModule } from "../../src/machine/core.ts";
import type { CpuTrace } from "../../src/machine/trace.ts";
import { takeTraces } from "../../src/machine/trace.ts";
import { PAGE_REF_NAMES } from "../../src/results/page_ref.ts";
import { Lab, type LabOptions } from "./lab.ts";

/** A lab of the recorded core with rings. */
export function recordedLab(options: LabOptions = {}): Lab {
  return new Lab({ build: "recorded", traceEvents: 1024, ...options });
}

/** What the act records on CPU 0: page_ref events, `mod_unless +1 → 3 ret=1`. */
export function refsDuring(lab: Lab, act: () => void): string[] {
  takeTraces(lab.machine);
  act();
  return refWords(takeTraces(lab.machine)[0]);
}

export function refWords(trace: CpuTrace | undefined): string[] {
  const words: string[] = [];
  for (let i = 0; i < (trace?.events.length ?? 0); i++) {
    const kind = trace?.events.kind(i) ?? TRACE_OPERATION;
    if (kind >= TRACE_REF_KINDS) continue;
    const { val, count, ret } = trace?.events.ref(i) ?? { val: 0, count: 0, ret: 0 };
    const name = PAGE_REF_NAMES[kind]?.replace("page_ref_", "");
    const told = name === "mod_unless" || name === "mod_and_test" ? ` ret=${ret}` : "";
    words.push(`${name} ${val > 0 ? "+" : ""}${val} → ${count}${told}`);
  }
  return words;
}

/**
 * Replays what happened to every page's reference count and says where it contradicts itself or
 * the counts that pages have now (all began at 0). In which order CPUs had their turns cannot be
 * told from stamps, and need not be: each event leads from one count to another, so a page's
 * events are one walk from 0 to what it has now, which enters and leaves every other count
 * equally often.
 */
export function contradictions(
  traces: readonly CpuTrace[],
  countNow: (pfn: number) => number,
): string[] {
  const walks = new Map<number, Map<number, number>>();
  const add = (pfn: number, count: number, times: number) => {
    const walk = walks.get(pfn) ?? new Map<number, number>();
    walks.set(pfn, walk.set(count, (walk.get(count) ?? 0) + times));
  };
  for (const { events } of traces) {
    for (let i = 0; i < events.length; i++) {
      if (events.kind(i) >= TRACE_REF_KINDS) continue;
      const { pfn, count, val, ret } = events.ref(i);
      if (events.kind(i) === TRACE_REF_MOD_UNLESS && ret === 0) continue;
      add(pfn, count - val, 1);
      add(pfn, count, -1);
    }
  }
  const found: string[] = [];
  for (const [pfn, walk] of walks) {
    add(pfn, 0, -1);
    add(pfn, countNow(pfn), 1);
    for (const [count, times] of walk) {
      if (times !== 0) found.push(`page ${pfn} left count ${count} ${times} times too often`);
    }
  }
  return found;
}

export interface Race {
  readonly vpn: number;
  readonly pages: number;
  readonly rounds: number;
}

const RACER = `
const { parentPort, workerData: d } = require("node:worker_threads");
const env = { memory: d.memory, now: () => performance.now() * 1e6 };
const { exports: core } = new WebAssembly.Instance(d.module, { env });
const words = new Int32Array(d.memory.buffer);
Atomics.add(words, d.gate, 1);
while (Atomics.load(words, d.gate) < d.racers) {}
for (let i = 0; i < d.rounds; i++) {
  const pins = (i + d.racer) % 3 > 0;
  const gup = pins ? core.pinUserPagesFast : core.getUserPagesFast;
  const got = gup(d.cpu, d.mm, d.vpn, d.pages, 1, d.arena);
  if (pins) core.unpinUserPages(d.cpu, d.arena, got);
  else core.putPages(d.cpu, d.arena, got);
}
parentPort.postMessage(0);
`;

/** Every CPU of the lab, a real thread each, pins and gets the same pages and lets them go. */
export async function race(lab: Lab, { vpn, pages, rounds }: Race): Promise<void> {
  const { memory, plan } = lab.machine;
  const gate = (lab.arena() + plan.cpus * 16384) >>> 2;
  const threads = Array.from({ length: plan.cpus }, (_, racer) => {
    const where = { cpu: lab.cpu(racer), mm: lab.mm(), arena: lab.arena(racer), gate };
    const what = { vpn, pages, rounds, racer, racers: plan.cpus };
    const workerData = { module: coreModule("recorded"), memory, ...where, ...what };
    return new Worker(RACER, { eval: true, workerData });
  });
  await Promise.all(
    threads.map(
      (thread) =>
        new Promise((resolve, reject) => thread.once("message", resolve).once("error", reject)),
    ),
  );
  await Promise.all(threads.map((thread) => thread.terminate()));
}
