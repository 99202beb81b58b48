import { VMA_SHMEM } from "../../assembly/shared/codes.ts";
import { backingOf } from "../../src/machine/buffer_file.ts";
import type { Group, Job } from "../../src/scenario/scenario.ts";
import { shown } from "../fio/shown.ts";
import { splitsPages } from "./doubts.ts";
import { type Effective, lastValue } from "./effective.ts";
import { disposalOf } from "./kept_options.ts";

/** The file of the direct jobs and the one of the others: a page cache would mix them up. */
export const DIRECT_FILE = "direct";
const CACHED_FILE = "cached";
/** fio aligns the buffers, adds iomem_align, and rounds up to a huge page. */
const MEMORY_SLACK_BYTES = 4 << 20;

/** One clone of one job: a section of its own in the job file that the real fio gets. */
export interface Thread {
  readonly section: string;
  /** What the user calls it: `reader`, or `reader.1` of several clones. */
  readonly name: string;
  readonly job: Job;
  readonly group: number;
  /** Its I/O log, in the scratch directory. */
  readonly log: string;
}

export interface ScratchFile {
  readonly name: string;
  readonly bytes: number;
  /** It stands in for a file on /dev/shm, and must lie there too. */
  readonly inSharedMemory: boolean;
  /** An I/O to it may start or end inside a page, where a border of two pieces costs a pin. */
  readonly wantsOnePiece: boolean;
}

export interface Derived {
  /** The job file for the real fio, which runs it inside the scratch directory. */
  readonly text: string;
  readonly threads: readonly Thread[];
  /** Files that must be there, written from end to end, before fio starts. */
  readonly files: readonly ScratchFile[];
  readonly notes: readonly string[];
}

/**
 * Rewrites a job file for the comparison: a section for each clone, since clones that share an
 * I/O log tear one another's lines; a log for each; every file one of ours. `options` are those of
 * each job, in the order of the groups.
 */
export function derive(
  groups: readonly Group[],
  options: readonly (readonly Effective[])[],
): Derived {
  const deriver = new Deriver(options);
  groups.forEach(({ jobs }, group) => {
    jobs.forEach((job, place) => {
      deriver.add(job, group, place === 0 && group > 0);
    });
  });
  return deriver.finish();
}

class Deriver {
  readonly #options: readonly (readonly Effective[])[];
  readonly #lines: string[] = ["[global]", "group_reporting=0"];
  readonly #threads: Thread[] = [];
  readonly #files = new Map<string, ScratchFile>();
  /** The file behind mem=mmapshared:FILE → its name in the scratch directory. */
  readonly #memories = new Map<string, string>();
  readonly #leftOut = new Set<string>();
  #jobs = 0;

  constructor(options: readonly (readonly Effective[])[]) {
    this.#options = options;
  }

  add(job: Job, group: number, isFirst: boolean): void {
    const options = this.#options[this.#jobs++] ?? [];
    const kept: string[] = [];
    for (const { option, entry, line } of options) {
      const { kind } = disposalOf(option, entry.value);
      if (kind === "kept") kept.push(line.text);
      if (kind === "left-out") this.#leftOut.add(option);
    }
    const memory = this.#memory(options, job);
    const data = this.#dataFile(job);
    for (let clone = 0; clone < job.clones; clone++) {
      const section = `job${this.#threads.length}`;
      const log = `${section}.log`;
      const name = job.clones > 1 ? `${job.name}.${clone}` : job.name;
      this.#threads.push({ section, name, job, group, log });
      this.#lines.push("", `[${section}]`, ...kept, ...memory);
      this.#lines.push(`filename=${data}`, `size=${job.sizeBytes}`, `write_iolog=${log}`);
      if (isFirst && clone === 0) this.#lines.push("stonewall");
    }
  }

  finish(): Derived {
    const notes: string[] = [];
    if (this.#leftOut.size > 0) {
      const names = [...this.#leftOut].sort().join(", ");
      notes.push(`left out of the real fio's job file: ${names}`);
    }
    for (const [file, memory] of this.#memories) {
      notes.push(`buffers in ${shown(file)}: a scratch file, ${memory}, stands in for it`);
    }
    return {
      text: `${this.#lines.join("\n")}\n`,
      threads: this.#threads,
      files: [...this.#files.values()],
      notes,
    };
  }

  #dataFile(job: Job): string {
    const name = job.pattern === "buffered_io" ? CACHED_FILE : DIRECT_FILE;
    // fio's null engine opens nothing.
    if (job.ioengine === "null") return name;
    const wantsOnePiece = job.pattern === "direct_io" && splitsPages(job);
    this.#needs({ name, bytes: job.sizeBytes, inSharedMemory: false, wantsOnePiece });
    return name;
  }

  /** `mem=`, with a scratch file, large enough for all buffers, in the place of the user's. */
  #memory(options: readonly Effective[], job: Job): string[] {
    const value = lastValue(options, "mem");
    if (value === undefined) return [];
    const [word = "", ...rest] = value.split(":");
    const file = rest.join(":");
    // A mapping of /dev/zero leaves nothing behind.
    if (rest.length === 0 || file === "/dev/zero") return [`mem=${value}`];
    const memory = this.#memories.get(file) ?? `memory${this.#memories.size}`;
    this.#memories.set(file, memory);
    const bytes = job.bufferBytes * job.iodepth + job.memAlignBytes + MEMORY_SLACK_BYTES;
    const inSharedMemory = backingOf(file) === VMA_SHMEM;
    this.#needs({ name: memory, bytes, inSharedMemory, wantsOnePiece: false });
    return [`mem=${word}:${memory}`];
  }

  #needs(file: ScratchFile): void {
    const known = this.#files.get(file.name) ?? file;
    this.#files.set(file.name, {
      ...file,
      bytes: Math.max(file.bytes, known.bytes),
      wantsOnePiece: file.wantsOnePiece || known.wantsOnePiece,
    });
  }
}
