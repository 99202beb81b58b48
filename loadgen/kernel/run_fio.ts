import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { monotonicNs } from "../../src/machine/clock.ts";
import { EXIT_MISSING } from "../../src/results/exit_status.ts";
import { binaryBytes, durationWords } from "../../src/results/words.ts";
import { EnvironmentFault } from "../../src/scenario/problem.ts";
import { FioJobs } from "./fio_jobs.ts";
import { ROOM_REMEDY, type Scratch, SPARE_BYTES } from "./scratch.ts";

const JOB_FILE = "derived.fio";
const RESULT_FILE = "fio.json";
const TICK_MS = 200;
/** fio asked to end lets its jobs finish their I/O; then it is ended. */
const GRACE_MS = 5000;
const KEPT_BYTES = 1 << 16;
/** What fio's I/O logs must leave of the spare room. */
const LEAST_FREE_BYTES = SPARE_BYTES / 4;

export interface FioEnd {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** What it wrote where its JSON was to go; "" if there is no such file. */
  readonly result: string;
  /** What it printed. */
  readonly printed: string;
}

export interface FioOptions {
  readonly signal: AbortSignal;
  readonly deadlineMs: number;
  readonly onTick: (elapsedMs: number) => void;
}

/**
 * Runs the real fio on a job file inside the scratch directory, until it ends, the signal comes,
 * the time is up or the disk fills.
 *
 * @throws EnvironmentFault when fio cannot be started, takes too long or fills the disk
 */
export async function runFio(
  scratch: Scratch,
  jobFile: string,
  { signal, deadlineMs, onTick }: FioOptions,
): Promise<FioEnd> {
  writeFileSync(scratch.file(JOB_FILE), jobFile);
  const child = spawn("fio", ["--output-format=json", `--output=${RESULT_FILE}`, JOB_FILE], {
    cwd: scratch.path,
    stdio: ["ignore", "pipe", "pipe"],
    // Ctrl-C on the terminal is ours to hear.
    detached: true,
  });
  const printed = collect(child);
  const startNs = monotonicNs();
  let fault: string | undefined;
  const stop = (why?: string): void => {
    fault ??= why;
    endOnce();
  };
  const jobs = new FioJobs(child);
  const endOnce = once(() => endGently(child, jobs));
  const watch = setInterval(() => {
    const elapsedMs = (monotonicNs() - startNs) / 1e6;
    onTick(elapsedMs);
    jobs.look();
    if (elapsedMs > deadlineMs) stop(`fio did not end within ${durationWords(deadlineMs * 1e6)}`);
    if (scratch.freeBytes() < LEAST_FREE_BYTES) stop(fullWords(scratch));
  }, TICK_MS);
  const onAbort = (): void => stop();
  const onExit = (): void => jobs.kill();
  signal.addEventListener("abort", onAbort, { once: true });
  process.on("exit", onExit);
  try {
    const end = await ended(child);
    if (fault !== undefined) throw new EnvironmentFault(fault, EXIT_MISSING);
    return { ...end, result: textOf(scratch.file(RESULT_FILE)), printed: printed() };
  } finally {
    clearInterval(watch);
    signal.removeEventListener("abort", onAbort);
    process.off("exit", onExit);
  }
}

function ended(child: ChildProcess): Promise<Pick<FioEnd, "exitCode" | "signal">> {
  return new Promise((resolve, reject) => {
    child.once("error", (error: NodeJS.ErrnoException) => {
      reject(
        new EnvironmentFault(`fio cannot be run (${error.code ?? error.message})`, EXIT_MISSING),
      );
    });
    child.once("close", (exitCode, signal) => resolve({ exitCode, signal }));
  });
}

/** Keeps the end of what a child prints. */
function collect(child: ChildProcess): () => string {
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (part: string) => {
      text = (text + part).slice(-KEPT_BYTES);
    });
  }
  return () => text;
}

function fullWords(scratch: Scratch): string {
  return (
    `fio's I/O logs have filled the disk of ${scratch.path} but for ` +
    `${binaryBytes(LEAST_FREE_BYTES)}; give the jobs less to do, or ${ROOM_REMEDY}`
  );
}

function endGently(child: ChildProcess, jobs: FioJobs): void {
  child.kill("SIGTERM");
  const timer = setTimeout(() => jobs.kill(), GRACE_MS);
  child.once("close", () => clearTimeout(timer));
}

function once(act: () => void): () => void {
  let done = false;
  return () => {
    if (!done) act();
    done = true;
  };
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
