import { VM_SHARED } from "../../assembly/shared/codes.ts";
import type { MachineSpec } from "../../src/scenario/scenario.ts";
import { MMAP_BASE_VPN } from "./model_space.ts";
import { weightOf } from "./weights.ts";

/** What makes the model's machine: everything but its size is a scenario's. */
export type FileModelSpec = Pick<
  MachineSpec,
  | "scheme"
  | "sync"
  | "bias"
  | "rules"
  | "onPinned"
  | "testAt"
  | "stablePages"
  | "recheck"
  | "tlb"
  | "variant"
>;

/** A file: what is cached of it and what its disk has, by index. */
export class ModelFile {
  readonly kind: "shmem" | "regular";
  readonly size: number;
  readonly cache = new Map<number, ModelPage>();
  readonly disk = new Map<number, number>();
  readonly dirty = new Set<number>();
  readonly writeback = new Set<number>();
  /** The last one linked stands first. */
  mappings: FileVma[] = [];
  generation = 0;

  constructor(kind: "shmem" | "regular", size: number) {
    this.kind = kind;
    this.size = size;
  }
}

export interface FileVma {
  readonly mm: number;
  readonly start: number;
  end: number;
  readonly flags: number;
  readonly file: ModelFile;
  /** Where the file's first page would stand. */
  readonly origin: number;
}

/** A page-table entry: what it maps, and may it be written through, has it been. */
export interface ModelPte {
  page: ModelPage;
  writable: boolean;
  dirty: boolean;
}

/** A page in use: who refers to it, what is known of it. Which frame it is, the machine says. */
export class ModelPage {
  pfn: number | undefined;
  file: ModelFile | undefined;
  index = 0;
  readonly isAnon: boolean;
  readonly isShmem: boolean;
  /** References: its own (the zero page's), of entries, gets, pins, isolation, writes. */
  own = 0;
  mapped = 0;
  gets = 0;
  pins = 0;
  held = 0;
  hasBuffers = false;
  isDirty = false;
  isReferenced = false;
  isUnderWriteback = false;
  isActive = false;
  /** Of `mapcount` and `lru-count`. */
  pinFlag = false;
  leftLru = false;
  content = 0;
  writePins = 0;

  constructor(isAnon: boolean, isShmem: boolean) {
    this.isAnon = isAnon;
    this.isShmem = isShmem;
  }
}

export class ModelSpace {
  vmas: FileVma[] = [];
  next = MMAP_BASE_VPN;
  readonly ptes = new Map<number, ModelPte>();

  vmaAt(vpn: number): FileVma | undefined {
    return this.vmas.find(({ start, end }) => start <= vpn && vpn < end);
  }
}

export interface InFlight {
  readonly page: ModelPage;
  readonly content: number;
  readonly bounced: boolean;
}

export type Counters = Record<string, number>;

/** The whole machine as objects; what happens to it is in file_model_*.ts. */
export class FileModel {
  readonly spec: FileModelSpec;
  readonly frames: number;
  readonly zero = new ModelPage(true, false);
  readonly live = new Set<ModelPage>([this.zero]);
  /** Newest first. */
  lru: ModelPage[] = [];
  readonly files: readonly ModelFile[];
  readonly spaces = [new ModelSpace(), new ModelSpace()];
  writes: InFlight[] = [];
  readonly vmstat: Counters = { pgalloc: 1 };
  readonly work: Counters = {};
  readonly fallbacks: Counters = {};
  readonly verdicts: Counters = {};
  /** How often each fault (BUG_*, WARN_*) was recorded. */
  readonly faults = new Map<number, number>();

  constructor(spec: FileModelSpec, frames: number, files: readonly ModelFile[]) {
    this.spec = spec;
    this.frames = frames;
    this.files = files;
    this.zero.own = 1;
    if (spec.scheme === "lru-count") this.lru.push(this.zero);
  }

  count(name: string, pages = 1): void {
    this.vmstat[name] = (this.vmstat[name] ?? 0) + pages;
  }

  countWork(name: string, pages = 1): void {
    this.work[name] = (this.work[name] ?? 0) + pages;
  }

  fallBack(cause: string): void {
    this.fallbacks[cause] = (this.fallbacks[cause] ?? 0) + 1;
  }

  fault(code: number): void {
    this.faults.set(code, (this.faults.get(code) ?? 0) + 1);
  }

  /** SYNC lock and lock-post pin under the page lock. */
  get locksToPin(): boolean {
    return this.spec.sync === "lock" || this.spec.sync === "lock-post";
  }

  /** Glisse counts pins of file pages, Hubbard's prototype those of all: `mapcount`. */
  covers(page: ModelPage): boolean {
    return this.locksToPin || !page.isAnon;
  }

  weight(): number {
    return weightOf(this.spec.scheme, this.spec.bias, 0);
  }

  references(page: ModelPage): number {
    const users = page.own + page.mapped + page.gets + page.held + page.pins * this.weight();
    return users + Number(page.file !== undefined) + Number(page.hasBuffers);
  }

  /** Mappings, and what `mapcount` takes for some. */
  mapcount(page: ModelPage): number {
    const counts = this.spec.scheme === "mapcount" && this.covers(page);
    return page.mapped + (counts ? page.pins : 0);
  }

  get hasMemory(): boolean {
    return this.live.size < this.frames;
  }

  newPage(isAnon: boolean, isShmem = false): ModelPage {
    const page = new ModelPage(isAnon, isShmem);
    this.live.add(page);
    this.count("pgalloc");
    return page;
  }

  freeIfUnused(page: ModelPage): void {
    if (this.references(page) !== 0 || !this.live.delete(page)) return;
    this.lruCut(page);
    this.count("pgfree");
  }

  lruAdd(page: ModelPage): void {
    this.lru.unshift(page);
  }

  /** Off the LRU; was it on it? */
  lruCut(page: ModelPage): boolean {
    const at = this.lru.indexOf(page);
    if (at < 0) return false;
    this.lru.splice(at, 1);
    page.isActive = false;
    return true;
  }

  /** The entries that map a page of a file, over the VMAs that map that part of it. */
  entriesOf(page: ModelPage): { vma: FileVma; vpn: number; pte: ModelPte; isShared: boolean }[] {
    return (page.file?.mappings ?? []).flatMap((vma) => {
      const vpn = vma.origin + page.index;
      const pte = this.spaces[vma.mm]?.ptes.get(vpn);
      if (vpn < vma.start || vpn >= vma.end || pte?.page !== page) return [];
      return [{ vma, vpn, pte, isShared: (vma.flags & VM_SHARED) !== 0 }];
    });
  }

  unmap(mm: number, vpn: number): void {
    const { ptes } = this.spaces[mm] as ModelSpace;
    const pte = ptes.get(vpn);
    if (pte === undefined) return;
    ptes.delete(vpn);
    pte.page.mapped--;
    this.freeIfUnused(pte.page);
  }
}
