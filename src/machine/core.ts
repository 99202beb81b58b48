import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { builtFile } from "./built.ts";
import { monotonicNs } from "./clock.ts";

/**
 * The core as the host sees it. Arguments are addresses and numbers of 32 bits; what may fail
 * returns a negative errno. See assembly/index.ts.
 */
export interface Core {
  boot(cpu: number): void;
  readClock(times: number): number;
  runActor(cpu: number, budget: number): number;
  joinMm(cpu: number, mm: number): number;
  leaveMm(cpu: number, mm: number): void;
  mmapRegion(
    cpu: number,
    mm: number,
    start: number,
    count: number,
    flags: number,
    order: number,
    file: number,
    offset?: number,
  ): number;
  munmapRegion(cpu: number, mm: number, start: number, count: number): number;
  populate(cpu: number, mm: number, start: number, count: number): number;
  lockPage(cpu: number, page: number): void;
  tryLockPage(page: number): number;
  unlockPage(cpu: number, page: number): void;
  mmapReadLock(cpu: number, mm: number): void;
  mmapReadUnlock(cpu: number, mm: number): void;
  mmapWriteLock(cpu: number, mm: number): void;
  mmapWriteUnlock(cpu: number, mm: number): void;
  getUserPages: Gup;
  getUserPagesFast: Gup;
  getUserPagesFastOnly: Gup;
  pinUserPages: Gup;
  pinUserPagesFast: Gup;
  pinUserPagesFastOnly: Gup;
  putPages(cpu: number, pages: number, count: number): void;
  unpinUserPage(cpu: number, page: number): void;
  unpinUserPages(cpu: number, pages: number, count: number): void;
  unpinUserPagesDirtyLock(cpu: number, pages: number, count: number): void;
  unpinUserPageRangeDirtyLock(cpu: number, page: number, count: number, dirty: number): void;
  putUserPage(cpu: number, page: number): void;
  putUserPages(cpu: number, pages: number, count: number): void;
  putUserPagesDirty(cpu: number, pages: number, count: number): void;
  putUserPagesDirtyLock(cpu: number, pages: number, count: number): void;
  /** sync, as an fsync does it, and the last one, with nothing pinned; how many pages it wrote. */
  syncFile(cpu: number, file: number): number;
  lastSync(cpu: number, file: number): number;
  /** A last sync, a look at the disk; then the file leaves memory. */
  closeFile(cpu: number, file: number): void;
  /** Buffered I/O of one page; 0: no memory, or behind the end of the file. */
  readPage(cpu: number, file: number, index: number): number;
  writeToPage(cpu: number, file: number, index: number): number;
  /** Write-protects every mapping of the page; the caller holds the page lock. */
  pageMkclean(cpu: number, page: number, timed: number): void;
  /** Direct reclaim of one page; 0: none could be freed. */
  makeRoom(cpu: number): number;
  punchHole(cpu: number, file: number, start: number, end: number): void;
  truncateAndGrow(cpu: number, file: number, size: number): void;
  /** set_page_dirty(); 1: it was clean. */
  setPageDirty(cpu: number, page: number): number;
  /** One page on its way to the disk (WRITE_* of filemap/writepage.ts), at once or apart. */
  writeOnePage(cpu: number, file: number, index: number, sync: number): number;
  submitOnePage(cpu: number, file: number, index: number, sync: number): number;
  completeOnePage(cpu: number, page: number, content: number, bounced: number): void;
  /** Of the file's fsyncs: the epoch of a new one; its end, with a look at the disk. */
  beginFsync(file: number): number;
  finishFsync(cpu: number, file: number, epoch: number): void;
  /** The I/O that wrote the generation to the page is complete. */
  markCompleted(file: number, page: number, generation: number): void;
  /** Until the page has other references; 0: it took too long. Traced: for ever. */
  waitForUnpin(cpu: number, page: number, references: number): number;
  /** Reclaim of the oldest page (RECLAIM_* of filemap/vmscan.ts); -1: there is none. */
  shrinkOldest(cpu: number): number;
  /** A device writes to pages of a file: the generation before the first. */
  deviceWrites(cpu: number, file: number, pages: number, count: number): number;
  /** Tags of a file: FILE_DIRTY, FILE_WRITEBACK; nextTagged: -1, none. */
  setTag(file: number, tag: number, index: number): void;
  clearTag(file: number, tag: number, index: number): void;
  nextTagged(file: number, tag: number, from: number): number;
  lruAdd(cpu: number, page: number): void;
  lruIsolate(cpu: number, page: number): number;
  lruIsolateOldest(cpu: number): number;
  pageMaybeDmaPinned(folio: number): number;
  testPinned(cpu: number, folio: number): number;
  ledgerCount(cpu: number, pages: number, count: number, flags: number, delta: number): void;
  allocAnonFolio(cpu: number, order: number, mm: number, vpn: number): number;
  getFolio(cpu: number, folio: number, references: number): void;
  putFolio(cpu: number, folio: number, references: number): void;
  tryGetFolio(cpu: number, page: number, references: number): number;
}

/** How many pages were gathered into `pages`, or a negative errno. */
export type Gup = (
  cpu: number,
  mm: number,
  start: number,
  count: number,
  flags: number,
  pages: number,
) => number;

/** The traced build's own exports: asyncify's, and the journal's (assembly/memory/undo.ts). */
export interface TracedCore extends Core {
  asyncify_start_unwind(stack: number): void;
  asyncify_stop_unwind(): void;
  asyncify_start_rewind(stack: number): void;
  asyncify_stop_rewind(): void;
  asyncify_get_state(): number;
  poke(address: number, value: number): void;
  endStep(stack: number, digestAt: number): void;
  settle(): void;
  settleFrames(from: number, to: number): void;
  markPlace(): number;
  undoTo(place: number): void;
}

/** `recorded` is the native core with its trace hooks compiled in. */
export type CoreBuild = "native" | "traced" | "recorded";

/**
 * V8 flags set before the core is compiled: top tier at once, there is no on-stack replacement,
 * and all of it at once (60 ms), or the first call of a function is timed with its compilation.
 * Liftoff also loses a local across `memory.atomic.wait32` (V8 11.3; decision 16).
 */
const FLAGS = ["--no-liftoff", "--no-wasm-dynamic-tiering", "--no-wasm-lazy-compilation"] as const;
export const V8_FLAGS = FLAGS.join(" ");

export function coreBytes(build: CoreBuild): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(builtFile(`core/${build}.wasm`)));
}

/** The one place that compiles what waits in shared memory. */
export function compileModule(bytes: Uint8Array<ArrayBuffer>): WebAssembly.Module {
  for (const flag of FLAGS) setFlagsFromString(flag);
  return new WebAssembly.Module(bytes);
}

/** The compiled core and the fingerprint of its bytes; compile once, share with every worker. */
export function compileCore(build: CoreBuild): { module: WebAssembly.Module; sha256: string } {
  const bytes = coreBytes(build);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  return { module: compileModule(bytes), sha256 };
}

const modules = new Map<CoreBuild, WebAssembly.Module>();

/** A build's compiled core, compiled once a process. */
export function coreModule(build: CoreBuild): WebAssembly.Module {
  const module = modules.get(build) ?? compileCore(build).module;
  modules.set(build, module);
  return module;
}

/** An instance over the shared memory; each thread has its own. */
export function instantiateCore(module: WebAssembly.Module, memory: WebAssembly.Memory): Core {
  const instance = new WebAssembly.Instance(module, { env: { memory, now: monotonicNs } });
  return instance.exports as unknown as Core;
}

/** As instantiateCore, for the traced build: `step` hears of every access before it happens. */
export function instantiateTracedCore(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  step: (address: number, kind: number) => void,
): TracedCore {
  const env = { memory, now: () => 0, step };
  return new WebAssembly.Instance(module, { env }).exports as unknown as TracedCore;
}
