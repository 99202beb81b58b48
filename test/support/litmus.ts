import { readFileSync } from "node:fs";
import path from "node:path";
import { Worker } from "node:worker_threads";
import asc from "assemblyscript/asc";
import { ROOT } from "../tidy/project_files.ts";

/**
 * Store buffering on two real threads, through the door's own functions:
 *
 *     CPU 0: x = 1; [smpMb]; r0 = y        CPU 1: y = 1; [smpMb]; r1 = x        r0 = r1 = 0 ?
 *
 * A round has its own pair of words; the CPUs meet before each, so that they run side by side.
 */
const SOURCE = `
import {
  loadAcquire32, loadRelaxed32, smpMb, storeRelaxed32, storeRelease32,
} from "../../assembly/memory/cell";
import { quietStore32 } from "../../assembly/memory/quiet";

export function run(
  cpu: usize, meet: usize, otherMeet: usize, mine: usize, other: usize, seen: usize,
  rounds: u32, barrier: bool, stop: usize,
): u32 {
  for (let i: u32 = 0; i < rounds; i++) {
    storeRelease32(meet, i + 1);
    while (loadAcquire32(otherMeet) <= i) {
      if (loadAcquire32(stop)) return i;
    }
    const offset = <usize>i << 2;
    storeRelaxed32(mine + offset, 1);
    if (barrier) smpMb(cpu);
    quietStore32(seen + offset, loadRelaxed32(other + offset));
  }
  return rounds;
}
`;
const ENTRY = "test/support/litmus_entry.ts";

/** Compiles the litmus with the options of the core's own build. */
export async function compileLitmus(): Promise<Uint8Array<ArrayBuffer>> {
  let binary: Uint8Array<ArrayBuffer> | undefined;
  const { error, stderr } = await asc.main(
    [ENTRY, "--config", "asconfig.json", "--target", "native", "--outFile", "litmus.wasm"],
    {
      readFile: (name, baseDir) => (name === ENTRY ? SOURCE : readText(path.join(baseDir, name))),
      writeFile: (_name, contents) => {
        if (typeof contents !== "string") binary = new Uint8Array(contents);
      },
      listFiles: () => null,
    },
  );
  if (error !== null || binary === undefined) throw new Error(`asc: ${error} ${stderr}`);
  return binary;
}

function readText(file: string): string | null {
  try {
    return readFileSync(path.resolve(ROOT, file), "utf8");
  } catch {
    return null;
  }
}

const ROUNDS = 300_000;
const WORDS = ROUNDS * 4;
/** Control lines, then the words of CPU 0, of CPU 1, and what each has seen. */
const [CPU_BLOCK, MEET, STOP, X] = [4096, 8192, 8448, 65536];
const BYTES = X + 4 * WORDS;

const WORKER = `
const { parentPort, workerData: { module, memory, args } } = require("node:worker_threads");
const { exports } = new WebAssembly.Instance(module, { env: { memory, now: () => 0 } });
parentPort.postMessage(exports.run(...args));
`;

/** Runs both sides for `limitMs` at most: rounds that both made, and how many read 0 twice. */
export async function runLitmus(
  module: WebAssembly.Module,
  barrier: boolean,
  limitMs: number,
): Promise<{ rounds: number; forbidden: number }> {
  const pages = Math.ceil(BYTES / 65536);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  const words = new Int32Array(memory.buffer);
  const [x, y, seen0, seen1] = [X, X + WORDS, X + 2 * WORDS, X + 3 * WORDS];
  const sideArgs = [
    [CPU_BLOCK, MEET, MEET + 128, x, y, seen0, ROUNDS, barrier, STOP],
    [CPU_BLOCK + 1024, MEET + 128, MEET, y, x, seen1, ROUNDS, barrier, STOP],
  ];
  const timer = setTimeout(() => Atomics.store(words, STOP / 4, 1), limitMs);
  const done = await Promise.all(sideArgs.map((args) => side({ module, memory, args })));
  clearTimeout(timer);
  const rounds = Math.min(...done);
  let forbidden = 0;
  for (let i = 0; i < rounds; i++) {
    if (words[seen0 / 4 + i] === 0 && words[seen1 / 4 + i] === 0) forbidden++;
  }
  return { rounds, forbidden };
}

async function side(workerData: object): Promise<number> {
  const worker = new Worker(WORKER, { eval: true, workerData });
  return new Promise((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
  });
}
