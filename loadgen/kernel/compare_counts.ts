import type { RunProgress } from "../../src/executors/threads/run_threads.ts";
import { EXIT_MISSING } from "../../src/results/exit_status.ts";
import { durationWords } from "../../src/results/words.ts";
import { EnvironmentFault } from "../../src/scenario/problem.ts";
import type { ComparedJob, Comparison, Totals } from "./comparison.ts";
import { DIRECT_FILE } from "./derive.ts";
import { bufferNotes, idleNotes, strangerNotes } from "./doubts.ts";
import { emulate, type ReplayedThread } from "./emulate.ts";
import { isUsual } from "./file_system.ts";
import { readLogs } from "./fio_logs.ts";
import { type FioThread, readFioOutput } from "./fio_output.ts";
import type { Host } from "./host.ts";
import { missingHugePages } from "./huge_pages.ts";
import { extentsOf, layOutAll, refuseHoles } from "./lay_out.ts";
import { countsBetween, readPinCounts, settledCounts, watchIdle } from "./pin_counters.ts";
import type { KernelPlan } from "./read_plan.ts";
import { runFio } from "./run_fio.ts";
import { Scratch } from "./scratch.ts";
import { takeTurn } from "./turn.ts";

export interface CompareOptions {
  readonly signal: AbortSignal;
  /** What is being done, often. */
  readonly onStage: (text: string) => void;
  readonly onReplay: (progress: RunProgress) => void;
}

/**
 * Runs the real fio between two looks at the kernel's pin counters, replays what it did, and
 * leaves nothing behind. undefined: the signal came first.
 *
 * @throws EnvironmentFault for what this computer, its disk or its fio cannot do
 */
export async function compareCounts(
  plan: KernelPlan,
  host: Host,
  options: CompareOptions,
): Promise<Comparison | undefined> {
  const missing = missingHugePages(plan.threads);
  if (missing !== undefined) throw new EnvironmentFault(missing, EXIT_MISSING);
  const bytes = plan.files.reduce((sum, file) => sum + file.bytes, 0);
  const scratch = Scratch.create(plan.places, bytes);
  try {
    const measured = await measure(plan, scratch, options);
    if (measured === undefined) return undefined;
    const { kernel, results, extents } = measured;
    const logs = readLogs(plan.threads, results, scratch);
    const jobs = await replay(plan, logs.threads, results, options);
    if (jobs === undefined) return undefined;
    const emulator = sumOf(
      jobs.map((job) => job.emulator),
      ["ios", "bytes", "acquired", "released"],
    );
    const { kernel: release, fio } = host;
    const { fileSystem } = scratch;
    return {
      name: plan.name,
      source: plan.source,
      kernel: { ...sumOf(logs.issued, ["ios", "bytes"]), ...kernel },
      emulator,
      jobs,
      environment: { kernel: release, fio, fileSystem, extents, scratchBytes: bytes },
      notes: [
        ...strangerNotes(kernel, emulator),
        ...measured.notes,
        ...logs.notes,
        ...bufferNotes(plan.threads, extents),
        ...plan.notes,
      ],
    };
  } finally {
    scratch.remove();
  }
}

interface Measured {
  readonly kernel: Pick<Totals, "acquired" | "released">;
  readonly results: readonly FioThread[];
  readonly extents: number | undefined;
  readonly notes: readonly string[];
}

/** What the kernel counts while nobody else compares; undefined: the signal came. */
async function measure(
  plan: KernelPlan,
  scratch: Scratch,
  options: CompareOptions,
): Promise<Measured | undefined> {
  const { signal, onStage } = options;
  const wait = (): void => onStage("pinlab kernel: waiting for another pinlab kernel to end");
  const endTurn = await takeTurn(signal, wait);
  if (endTurn === undefined) return undefined;
  try {
    onStage("pinlab kernel: watching the idle counters");
    const before = await watchIdle(signal);
    const measured = await layOutAndRun(plan, scratch, options);
    if (measured === undefined) return undefined;
    const after = await watchIdle(signal);
    return { ...measured, notes: [...idleNotes([before, after]), ...measured.notes] };
  } finally {
    endTurn();
  }
}

/** Lays out the scratch files and runs fio; undefined: the signal came. */
async function layOutAndRun(
  plan: KernelPlan,
  scratch: Scratch,
  options: CompareOptions,
): Promise<Measured | undefined> {
  const { signal } = options;
  const notes: string[] = [];
  const beforeLayout = readPinCounts();
  const shared = await layOutAll(plan.files, scratch, options);
  try {
    const layout = countsBetween(beforeLayout, readPinCounts());
    if (layout.acquired > 0) {
      notes.push(`${layout.acquired} pages were pinned while the scratch files were written`);
    }
    const counted = signal.aborted ? undefined : await runCounted(plan, scratch, options);
    if (counted === undefined || signal.aborted) return undefined;
    if (!counted.settled) notes.push("two seconds after fio's end the kernel still held pins");
    for (const { name } of plan.files) refuseHoles(scratch.file(name));
    if (!isUsual(scratch.fileSystem)) {
      const where = scratch.fileSystem || "an unknown file system";
      notes.push(`the scratch files were on ${where}, whose direct I/O may pin otherwise`);
    }
    const direct = plan.files.find(({ name }) => name === DIRECT_FILE);
    return { ...counted, extents: direct && extentsOf(scratch.file(direct.name)), notes };
  } finally {
    shared?.remove();
  }
}

/** fio between two looks at the counters; undefined: the signal came. */
async function runCounted(
  { text, threads, deadlineMs }: KernelPlan,
  scratch: Scratch,
  { signal, onStage }: CompareOptions,
): Promise<(Pick<Measured, "kernel" | "results"> & { settled: boolean }) | undefined> {
  const before = readPinCounts();
  const onTick = (ms: number): void =>
    onStage(`pinlab kernel: fio has been running for ${durationWords(ms * 1e6)}`);
  const end = await runFio(scratch, text, { signal, deadlineMs, onTick });
  if (signal.aborted) return undefined;
  const results = readFioOutput(end, threads);
  const { settled, ...kernel } = await settledCounts(before, signal);
  return { kernel, results, settled };
}

/** The emulator's counts, a job at a time. */
async function replay(
  plan: KernelPlan,
  replayed: readonly ReplayedThread[],
  results: readonly FioThread[],
  { signal, onReplay }: CompareOptions,
): Promise<ComparedJob[] | undefined> {
  const jobs: ComparedJob[] = [];
  for (let first = 0; first < plan.threads.length; ) {
    const thread = plan.threads[first];
    if (thread === undefined) break;
    const { job, group } = thread;
    const fio = results.slice(first, first + job.clones);
    const own = replayed.slice(first, first + job.clones);
    // Fixed buffers are pinned, or refused, before the first I/O.
    const acted = own.filter(({ log }) => log !== undefined || job.pattern === "fixed_buffers");
    const emulator = await emulate(acted, plan.source, { signal, onProgress: onReplay });
    if (signal.aborted) return undefined;
    jobs.push({
      name: job.name,
      ioengine: job.ioengine,
      group,
      clones: job.clones,
      fio: { ...sumOf(fio, ["ios", "bytes"]), refused: fio.some(({ error }) => error !== 0) },
      emulator,
    });
    first += job.clones;
  }
  return jobs;
}

function sumOf<K extends string>(
  parts: readonly Readonly<Record<K, number>>[],
  keys: readonly K[],
): Record<K, number> {
  const sums = keys.map((key) => [key, parts.reduce((sum, part) => sum + part[key], 0)]);
  return Object.fromEntries(sums) as Record<K, number>;
}
