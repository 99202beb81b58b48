import { CPU_OPS } from "../assembly/shared/layout.ts";
import type { RunProgress } from "../src/executors/threads/run_threads.ts";
import { monotonicNs } from "../src/machine/clock.ts";
import { cpuAddress } from "../src/machine/machine.ts";
import { countWords } from "../src/results/words.ts";
import { shownBare } from "./fio/shown.ts";
import { LiveLine } from "./live_line.ts";

/** One letter a phase, as fio's status line has one a job's state. */
const LETTERS = { setup: "I", warmup: "/", measure: "R", paused: "P", drain: "F" } as const;

/** A run's progress, and that of reading its logs. */
export class ProgressLine {
  private lastNs = 0;
  private lastOps = 0;
  private readonly line: LiveLine;

  constructor(stream: NodeJS.WriteStream, quiet: boolean) {
    this.line = new LiveLine(stream, quiet);
  }

  update(progress: RunProgress): void {
    const nowNs = this.line.due(this.lastNs);
    if (nowNs === undefined) return;
    const ops = totalOps(progress);
    const passedNs = nowNs - this.lastNs;
    const rate = this.lastNs === 0 ? 0 : ((ops - this.lastOps) / passedNs) * 1e9;
    this.lastNs = nowNs;
    this.lastOps = ops;
    this.line.write(lineOf(progress, rate));
  }

  /** Shows how far a log was read before the run; `totalBytes` of it are to be read. */
  reading(path: string, bytes: number, totalBytes: number): void {
    // What takes less than a moment needs no line.
    if (this.lastNs === 0) this.lastNs = monotonicNs();
    const nowNs = this.line.due(this.lastNs);
    if (nowNs === undefined) return;
    this.lastNs = nowNs;
    const percent = Math.floor((100 * bytes) / totalBytes);
    const size = `${Math.ceil(totalBytes / 2 ** 20)} MiB`;
    this.line.write(`reading ${shownBare(path)}: ${percent} % of ${size}`);
  }

  /** Clears the live line, so that what follows starts on a clean one. */
  end(): void {
    this.line.end();
    this.lastNs = 0;
  }
}

/** Operations since the machine was made: warm-ups and earlier groups count. */
function totalOps({ machine }: RunProgress): number {
  let ops = 0;
  for (let cpu = 0; cpu < machine.plan.cpus; cpu++) {
    ops += Number(machine.longs[(cpuAddress(machine, cpu) + CPU_OPS) / 8] ?? 0n);
  }
  return ops;
}

/** `Jobs: 2 (f=1/4): [R(2)][45%][26.7M ops/s][eta 00m:03s]` */
function lineOf(progress: RunProgress, rate: number): string {
  const { phase, elapsedMs, limitMs, group, groups, actors, replayed } = progress;
  const part = groups > 1 ? ` group ${group + 1}/${groups}` : "";
  const left = limitMs ? `[eta ${clockWords(Math.max(0, limitMs - elapsedMs))}]` : "";
  const share = limitMs ? `[${Math.min(100, Math.floor((100 * elapsedMs) / limitMs))}%]` : "";
  const log = replayed === undefined ? "" : `[log ${Math.floor(100 * replayed)}%]`;
  const what = phase === "measure" ? "" : `[${phase}]`;
  const ops = `[${countWords(Math.round(rate))} ops/s]`;
  return `Jobs: ${actors}${part}: [${LETTERS[phase]}(${actors})]${what}${share}${log}${ops}${left}`;
}

function clockWords(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${two(Math.floor(seconds / 60))}m:${two(seconds % 60)}s`;
}
