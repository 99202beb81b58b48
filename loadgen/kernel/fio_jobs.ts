import type { ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";

/** fio and its jobs, which are processes in sessions of their own: each is ended by its id. */
export class FioJobs {
  #ids: readonly number[] = [];

  constructor(private readonly child: ChildProcess) {
    // Jobs outlive a fio that was killed.
    child.once("exit", (_, signal) => {
      if (signal !== null) this.#killJobs();
    });
  }

  /** Remembers them: they cannot be asked for when their parent has gone. */
  look(): void {
    const { pid } = this.child;
    if (pid === undefined || !this.#isRunning()) return;
    const ids = childrenOf(pid);
    // A parent that is just dying has none any more.
    if (ids.length > 0) this.#ids = ids;
  }

  kill(): void {
    this.look();
    if (this.#isRunning()) this.child.kill("SIGKILL");
    this.#killJobs();
  }

  #isRunning(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  #killJobs(): void {
    for (const id of this.#ids) killOne(id);
    this.#ids = [];
  }
}

function killOne(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It had ended by itself.
  }
}

function childrenOf(pid: number): number[] {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8");
    return text
      .split(" ")
      .map(Number)
      .filter((id) => id > 1);
  } catch {
    return [];
  }
}
