import { Worker } from "node:worker_threads";
import { builtFile } from "../../machine/built.ts";
import type { CheckOptions, CheckResult } from "./check.ts";
import type { Effort } from "./outcome.ts";
import type { Subject } from "./trial.ts";

/** What the thread is asked: a race by its name, as functions do not travel. */
export interface CheckTask {
  readonly race: string;
  readonly machine: Subject["machine"];
  readonly twist: string | undefined;
  readonly options: Omit<CheckOptions, "isInterrupted" | "onProgress">;
}

/** What it answers: how far it is, now and then, and the result at the end. */
export type CheckAnswer =
  | { readonly kind: "progress"; readonly effort: Effort }
  | { readonly kind: "result"; readonly result: Omit<CheckResult, "subject"> };

/**
 * Checks on a thread of their own, one after the other: an exploration never lets go of its
 * thread, and somebody must hear of Ctrl-C meanwhile.
 */
export class CheckThread {
  readonly #interrupt = new Int32Array(new SharedArrayBuffer(4));
  readonly #worker = new Worker(builtFile("src/executors/check/worker.js"), {
    workerData: this.#interrupt,
  });

  /** The check that is under way ends as it is, and so does each that follows. */
  interrupt(): void {
    Atomics.store(this.#interrupt, 0, 1);
  }

  /** Rejects if the checker fails. */
  run(
    subject: Subject,
    { onProgress, isInterrupted: _, ...options }: CheckOptions,
  ): Promise<CheckResult> {
    const { race, machine, twist } = subject;
    const worker = this.#worker;
    return new Promise((resolve, reject) => {
      const hear = (answer: CheckAnswer): void => {
        if (answer.kind === "progress") onProgress?.(answer.effort);
        else {
          worker.off("message", hear).off("error", reject);
          resolve({ subject, ...answer.result });
        }
      };
      worker.on("message", hear).on("error", reject);
      const task: CheckTask = { race: race.name, machine, twist, options };
      worker.postMessage(task);
    });
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }
}
