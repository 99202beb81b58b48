import { parentPort, workerData } from "node:worker_threads";
import { monotonicNs } from "../../machine/clock.ts";
import { Check } from "./check.ts";
import type { CheckAnswer, CheckTask } from "./check_thread.ts";
import type { Effort } from "./outcome.ts";
import { raceNamed } from "./races.ts";

/** The other end of CheckThread. */

const PROGRESS_EVERY_NS = 1e8;

const interrupt = workerData as Int32Array;

parentPort?.on("message", ({ race: name, machine, twist, options }: CheckTask) => {
  const race = raceNamed(name);
  if (race === undefined) throw new Error(`no race ${name}`);
  let lastNs = monotonicNs();
  const onProgress = (effort: Effort): void => {
    const nowNs = monotonicNs();
    if (nowNs - lastNs < PROGRESS_EVERY_NS) return;
    lastNs = nowNs;
    answer({ kind: "progress", effort });
  };
  const isInterrupted = (): boolean => Atomics.load(interrupt, 0) !== 0;
  const check = new Check({ race, machine, twist }, { ...options, isInterrupted, onProgress });
  const { outcome, effort, seconds } = check.run();
  answer({ kind: "result", result: { outcome, effort, seconds } });
});

function answer(words: CheckAnswer): void {
  parentPort?.postMessage(words);
}
