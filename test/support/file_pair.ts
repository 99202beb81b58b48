import {
  FOLL_LONGTERM,
  FOLL_WRITE,
  VMA_REGULAR_FILE,
  VMA_SHMEM,
} from "../../assembly/shared/codes.ts";
import { completeAll, completeOf, completeWithin, storeThrough } from "./file_hardware.ts";
import { FileModel, type FileModelSpec, ModelFile, type ModelPage } from "./file_model.ts";
import {
  closeFile,
  dropPages,
  readPage,
  setPageDirty,
  syncFile,
  writeToPage,
} from "./file_model_cache.ts";
import { bind, fileDifferences } from "./file_model_check.ts";
import { deviceWrites, type GupCall, gup, put, unpin } from "./file_model_gup.ts";
import { shrinkOldest } from "./file_model_reclaim.ts";
import { mmap, munmap, populate } from "./file_model_space.ts";
import { writeFound } from "./file_model_writeback.ts";
import { callOf, type FileOperation, vmaFlagsOf, vpnOf } from "./file_operation.ts";
import { Lab } from "./lab.ts";

const MOST_VMAS = 40;

interface Holding {
  readonly addresses: readonly number[];
  readonly pages: readonly ModelPage[];
  readonly call: GupCall;
}

export interface Answers {
  readonly machine: unknown;
  readonly model: unknown;
}

const NOTHING: Answers = { machine: 0, model: 0 };

/** A machine with a regular file and a shmem file, and its model, side by side. */
export class FilePair {
  readonly lab: Lab;
  readonly model: FileModel;
  readonly fileAt: readonly number[];
  readonly #held: Holding[] = [];

  constructor(spec: FileModelSpec, frames: number, filePages: number) {
    this.lab = new Lab({ ...spec, pages: frames, filePages, cpus: 1, vmas: 64 });
    this.fileAt = [this.lab.file(VMA_REGULAR_FILE), this.lab.file(VMA_SHMEM)];
    const files = [new ModelFile("regular", filePages), new ModelFile("shmem", filePages)];
    this.model = new FileModel(spec, frames, files);
    this.model.zero.pfn = this.lab.pfn(this.lab.zeroPage);
  }

  differences(): string[] {
    return fileDifferences(this.lab, this.model, this.fileAt);
  }

  #at(op: FileOperation): number {
    return this.fileAt[op.file] ?? 0;
  }

  #file(op: FileOperation): ModelFile {
    return this.model.files[op.file] as ModelFile;
  }

  /** Does one operation on both; what they answered. */
  do(op: FileOperation): Answers {
    const [cpu, at, file] = [this.lab.cpu(), this.#at(op), this.#file(op)];
    const { core } = this.lab;
    const { model } = this;
    switch (op.kind) {
      case "mmap":
      case "munmap":
      case "populate":
        return this.#map(op);
      case "store":
        storeThrough(this.lab, model, op.mm, vpnOf(this.model, op));
        return NOTHING;
      case "gup":
        return this.#gup(op);
      case "giveBack":
        return this.#giveBack(op);
      case "submit":
      case "complete":
      case "writeback":
        return this.#writeback(op);
      case "dma":
      case "dirty":
        return this.#device(op);
      case "read": {
        const machine = core.readPage(cpu, at, op.index);
        return { machine, model: readPage(model, file, op.index) };
      }
      case "write": {
        if (model.spec.stablePages)
          completeOf(this.lab, this.model, (page) => page === file.cache.get(op.index));
        const machine = core.writeToPage(cpu, at, op.index);
        return { machine, model: writeToPage(model, file, op.index) };
      }
      case "reclaim": {
        const machine = Array.from({ length: op.count }, () => core.shrinkOldest(cpu));
        return { machine, model: Array.from({ length: op.count }, () => shrinkOldest(model)) };
      }
      default:
        return this.#end(op);
    }
  }

  /** What takes pages away, or ends the file's time in memory. */
  #end(op: FileOperation): Answers {
    const [cpu, at, file] = [this.lab.cpu(), this.#at(op), this.#file(op)];
    const { core } = this.lab;
    const end = op.kind === "punch" ? op.index + op.count : file.size;
    const start = op.kind === "punch" || op.kind === "truncate" ? op.index : 0;
    completeOf(
      this.lab,
      this.model,
      (page) => page.file === file && page.index >= start && page.index < end,
    );
    if (op.kind === "sync") {
      const machine = core.syncFile(cpu, at);
      return { machine, model: syncFile(this.model, file) };
    }
    if (op.kind === "punch") {
      core.punchHole(cpu, at, op.index, op.index + op.count);
      dropPages(this.model, file, op.index, op.index + op.count);
    } else if (op.kind === "truncate") {
      core.truncateAndGrow(cpu, at, op.index);
      dropPages(this.model, file, op.index, file.size);
    } else {
      core.closeFile(cpu, at);
      closeFile(this.model, file);
    }
    return NOTHING;
  }

  #map(op: FileOperation): Answers {
    const { core } = this.lab;
    const [cpu, mm] = [this.lab.cpu(), this.lab.mm(op.mm)];
    const vmas = this.model.spaces.reduce((total, space) => total + space.vmas.length, 0);
    if (op.kind === "mmap") {
      if (vmas >= MOST_VMAS) return NOTHING;
      const flags = vmaFlagsOf(op);
      const at = this.#at(op);
      const machine = core.mmapRegion(cpu, mm, 0, op.count, flags, 0, at, op.index);
      const model = mmap(this.model, op.mm, op.count, flags, this.#file(op), op.index);
      return { machine, model };
    }
    const vpn = vpnOf(this.model, op);
    if (op.kind === "populate") {
      completeWithin(this.lab, this.model, op.mm, vpn, op.count);
      const machine = core.populate(cpu, mm, vpn, op.count);
      return { machine, model: populate(this.model, op.mm, vpn, op.count) };
    }
    if (vmas >= MOST_VMAS) return NOTHING;
    const machine = core.munmapRegion(cpu, mm, vpn, op.count);
    return { machine, model: munmap(this.model, op.mm, vpn, op.count) };
  }

  #gup(op: FileOperation): Answers {
    const { core } = this.lab;
    const call = callOf(op);
    const { path, isLongterm } = call;
    const name = call.isPin ? "pinUserPages" : "getUserPages";
    const suffix = path === "slow" ? "" : path === "fast" ? "Fast" : "FastOnly";
    const vpn = vpnOf(this.model, op);
    const flags = (call.isWrite ? FOLL_WRITE : 0) | (isLongterm ? FOLL_LONGTERM : 0);
    const sleeps = path !== "fast only" || this.model.spec.sync === "lock-post";
    if (sleeps) completeWithin(this.lab, this.model, op.mm, vpn, op.count);
    const [cpu, mm, arena] = [this.lab.cpu(), this.lab.mm(op.mm), this.lab.arena()];
    const machine = core[`${name}${suffix}`](cpu, mm, vpn, op.count, flags, arena);
    const { result, pages } = gup(this.model, op.mm, vpn, op.count, call);
    const addresses = this.lab.gathered(machine);
    const lines: string[] = [];
    pages.forEach((page, i) => {
      bind(this.lab, page, addresses[i] ?? 0, `gathered ${i}`, (what, found, expected) => {
        if (found !== expected) lines.push(`${what} is ${found}, not ${expected}`);
      });
    });
    if (pages.length > 0) {
      this.#held.push({ addresses, pages, call });
      if (call.isPin) this.#ledger({ addresses, pages, call }, 1);
    }
    return { machine: [machine, lines], model: [result, []] };
  }

  #ledger({ addresses, pages, call }: Holding, delta: number): void {
    const [cpu, flags] = [this.lab.cpu(), call.isWrite ? FOLL_WRITE : 0];
    this.#write(addresses);
    this.lab.core.ledgerCount(cpu, this.lab.arena(), addresses.length, flags, delta);
    if (call.isWrite) for (const page of pages) page.writePins += delta;
  }

  #write(addresses: readonly number[]): void {
    this.lab.machine.words.set(addresses, this.lab.arena() >>> 2);
  }

  #giveBack(op: FileOperation): Answers {
    const [holding] = this.#held.splice(op.index % (this.#held.length || 1), 1);
    if (holding !== undefined) this.#give(holding, op.choice % 3);
    return NOTHING;
  }

  #give(holding: Holding, dirty: number): void {
    const { core } = this.lab;
    const { addresses, pages, call } = holding;
    const [cpu, arena, count] = [this.lab.cpu(), this.lab.arena(), addresses.length];
    if (!call.isPin) {
      this.#write(addresses);
      core.putPages(cpu, arena, count);
      put(this.model, pages);
      return;
    }
    this.#ledger(holding, -1);
    if (dirty === 2) core.unpinUserPagesDirtyLock(cpu, arena, count);
    else if (dirty) core.putUserPagesDirty(cpu, arena, count);
    else core.unpinUserPages(cpu, arena, count);
    unpin(this.model, pages, dirty > 0);
  }

  /** Of the regular file: shmem has no disk. */
  #writeback({ kind, index, choice }: FileOperation): Answers {
    const { core } = this.lab;
    const [cpu, at] = [this.lab.cpu(), this.fileAt[0] ?? 0];
    const file = this.model.files[0] as ModelFile;
    const isSync = choice % 2 === 0;
    const sync = Number(isSync);
    if (kind === "complete") {
      this.#complete(index);
      return NOTHING;
    }
    if (kind === "writeback") {
      if (isSync) completeAll(this.lab, this.model);
      const dirty = [...file.dirty].sort((a, b) => a - b);
      const machine = dirty.map((each) => core.writeOnePage(cpu, at, each, sync));
      const model = dirty.map((each) => writeFound(this.model, file, each, isSync, "at once"));
      return { machine, model };
    }
    const among = [...file.dirty, index];
    const chosen = among[choice % among.length] ?? index;
    if (isSync && file.writeback.has(chosen)) return NOTHING;
    const machine = core.submitOnePage(cpu, at, chosen, sync);
    return { machine, model: writeFound(this.model, file, chosen, isSync, "later") };
  }

  /** The device is done with one of the pages it was given. */
  #complete(index: number): void {
    const write = this.model.writes[index % (this.model.writes.length || 1)];
    if (write !== undefined) completeOf(this.lab, this.model, (page) => page === write.page);
  }

  /** A device writes to what is pinned; or set_page_dirty() of it, by whoever asks nobody. */
  #device(op: FileOperation): Answers {
    const holding = this.#held[op.index % (this.#held.length || 1)];
    if (holding === undefined) return NOTHING;
    const { core } = this.lab;
    const { addresses, pages, call } = holding;
    if (op.kind === "dirty") {
      const machine = addresses.map((page) => core.setPageDirty(this.lab.cpu(), page));
      return { machine, model: pages.map((page) => Number(setPageDirty(this.model, page))) };
    }
    const isOf = (page: ModelPage) => !page.isAnon && page.isShmem === (op.file === 1);
    const ofFile = pages.filter(isOf);
    if (!call.isWrite || ofFile.length === 0) return NOTHING;
    this.#write(addresses.filter((_, i) => isOf(pages[i] as ModelPage)));
    const [at, arena] = [this.#at(op), this.lab.arena()];
    const machine = core.deviceWrites(this.lab.cpu(), at, arena, ofFile.length);
    return { machine, model: deviceWrites(this.#file(op), ofFile) };
  }

  /** Gives everything back, takes files and address spaces down: no line if all is free. */
  end(): string[] {
    completeAll(this.lab, this.model);
    for (const holding of this.#held.splice(0)) this.#give(holding, 1);
    for (const [mm, space] of this.model.spaces.entries()) {
      for (const { start, end } of [...space.vmas]) {
        this.lab.core.munmapRegion(this.lab.cpu(), this.lab.mm(mm), start, end - start);
        munmap(this.model, mm, start, end - start);
      }
    }
    const unmapped = this.differences();
    for (const [i, file] of this.model.files.entries()) {
      this.lab.core.closeFile(this.lab.cpu(), this.fileAt[i] ?? 0);
      closeFile(this.model, file);
    }
    return [...unmapped, ...this.differences()];
  }
}
