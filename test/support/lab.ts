import {
  FOLL_FAST_ONLY,
  PTE_PRESENT,
  PTE_PSE,
  VM_MAYREAD,
  VM_MAYWRITE,
  VM_READ,
  VM_WRITE,
  VMA_ANON,
  VMA_FSDAX,
  VMA_REGULAR_FILE,
  VMA_SHMEM,
} from "../../assembly/shared/codes.ts";
import {
  CPU_FALLBACKS,
  CPU_IRQ_OFF,
  FOLIO_ENTIRE_MAPCOUNT,
  FOLIO_LARGE_MAPCOUNT,
  FOLIO_PINCOUNT,
  MM_PGD,
  PAGE_COMPOUND_HEAD,
  PAGE_EXACT_PINS,
  PAGE_FLAGS,
  PAGE_MAPCOUNT,
  PAGE_REFCOUNT,
  PAGE_STRUCT_BYTES,
  PARAM_RULES,
  PARAM_ZERO_PAGE,
  PGD_VPN_SHIFT,
  PMD_VPN_SHIFT,
  ZONE_NR_FREE,
} from "../../assembly/shared/layout.ts";
import {
  type Core,
  type CoreBuild,
  coreModule,
  instantiateCore,
  instantiateTracedCore,
} from "../../src/machine/core.ts";
import { fileAddress } from "../../src/machine/files.ts";
import {
  cpuAddress,
  type Machine,
  makeMachine,
  mmAddress,
  pageAddress,
  RULES_CODES,
} from "../../src/machine/machine.ts";
import { planMachine } from "../../src/machine/plan.ts";
import { writeRings } from "../../src/machine/trace.ts";
import { readFallbacks, readFaults, readVmstat } from "../../src/machine/vmstat.ts";
import { completeMachine, type MachineInput } from "../../src/scenario/machine_spec.ts";
import { FALLBACK_NAMES } from "../../src/scenario/metric_names.ts";
import { COUNT_NAMES, type CountName, type RulesName } from "../../src/scenario/scenario.ts";

export const READ_WRITE = VM_READ | VM_WRITE | VM_MAYREAD | VM_MAYWRITE;
export const READ_ONLY = VM_READ | VM_MAYREAD | VM_MAYWRITE;
export const COUNTS: readonly CountName[] = COUNT_NAMES;
/** Those that tell pins of anonymous pages: mapcount knows pages of files. */
export const COUNTS_OF_ANON = COUNTS.filter((count) => count !== "mapcount");
/** Those that pin large folios: mapcount refuses them. */
export const COUNTS_OF_LARGE = COUNTS.filter((count) => count !== "mapcount");

/** What the machine is (left out: bias, rules 6.13), and how large. */
export interface LabOptions extends Omit<MachineInput, "pages"> {
  readonly build?: CoreBuild;
  readonly pages?: number;
  readonly cpus?: number;
  readonly mms?: number;
  readonly vmas?: number;
  readonly arenaBytes?: number;
  /** Pages of each of the lab's files; left out: as many as the machine has frames. */
  readonly filePages?: number;
  /** Records of each CPU's trace ring, a power of two; for the recorded build. */
  readonly traceEvents?: number;
  /** Hears of every access of the traced build. */
  readonly step?: (address: number, kind: number) => void;
}

const FILE_KINDS: readonly number[] = [VMA_SHMEM, VMA_REGULAR_FILE, VMA_FSDAX];
/** The lab's regular file, for jobs that name one. */
export const REGULAR_FILE = `/${VMA_REGULAR_FILE}`;

/** A small booted machine with its core, and words to look into it. */
export class Lab {
  readonly machine: Machine;
  readonly core: Core;
  readonly #mapped = new Map<number, number>();

  constructor(options: LabOptions = {}) {
    const { build = "native", rules = "6.13" } = options;
    const { pages = 64, cpus = 2, mms = 2, vmas = 16, arenaBytes = 65536 } = options;
    const { filePages = pages, traceEvents } = options;
    const arenas = new Array<number>(cpus).fill(arenaBytes);
    const needs = { pages, cpus, mms, vmas, arenaBytes: arenas, serviceValues: 0 };
    const files = FILE_KINDS.map((kind) => ({ name: `/${kind}`, kind, pages: filePages }));
    const plan = planMachine({ ...needs, files, histograms: false, traceEvents });
    this.machine = makeMachine(plan, completeMachine({ ...options, pages, rules }));
    writeRings(this.machine);
    const { memory } = this.machine;
    const module = coreModule(build);
    if (build !== "traced") this.core = instantiateCore(module, memory);
    else this.core = instantiateTracedCore(module, memory, options.step ?? (() => {}));
    this.core.boot(this.cpu(0));
    for (let i = 0; i < mms; i++) this.core.joinMm(this.cpu(0), this.mm(i));
  }

  cpu(index = 0): number {
    return cpuAddress(this.machine, index);
  }

  mm(index = 0): number {
    return mmAddress(this.machine, index);
  }

  page(pfn: number): number {
    return pageAddress(this.machine, pfn);
  }

  pfn(page: number): number {
    return (page - this.machine.plan.memMapAt) / PAGE_STRUCT_BYTES;
  }

  /** Memory of the CPU's that the machine does not touch: arrays of page addresses. */
  arena(index = 0): number {
    return this.machine.plan.arenasAt[index] ?? 0;
  }

  /** A file of the kind (VMA_SHMEM, VMA_REGULAR_FILE, VMA_FSDAX). */
  file(kind: number = VMA_REGULAR_FILE): number {
    return fileAddress(this.machine, FILE_KINDS.indexOf(kind));
  }

  word(address: number): number {
    return this.machine.words[address >>> 2] ?? 0;
  }

  setWord(address: number, value: number): void {
    this.machine.words[address >>> 2] = value;
  }

  /** Page addresses that a gup call has left in an arena. */
  gathered(count: number, at = this.arena()): number[] {
    return Array.from({ length: Math.max(count, 0) }, (_, i) => this.word(at + i * 4) >>> 0);
  }

  refcount(page: number): number {
    return this.word(page + PAGE_REFCOUNT);
  }

  setRefcount(page: number, value: number): void {
    this.setWord(page + PAGE_REFCOUNT, value);
  }

  flags(page: number): number {
    return this.word(page + PAGE_FLAGS);
  }

  head(page: number): number {
    const word = this.word(page + PAGE_COMPOUND_HEAD) >>> 0;
    return word & 1 ? word - 1 : page;
  }

  /** The counts of a folio besides its references, by the names of dump_page(). */
  counts(head: number): Record<string, number> {
    return {
      mapcount: this.word(head + PAGE_MAPCOUNT),
      largeMapcount: this.word(head + FOLIO_LARGE_MAPCOUNT),
      entireMapcount: this.word(head + FOLIO_ENTIRE_MAPCOUNT),
      pincount: this.word(head + FOLIO_PINCOUNT),
      exact: this.word(head + PAGE_EXACT_PINS),
      side: this.word(this.machine.plan.sideTableAt + this.pfn(head) * 4),
    };
  }

  get zeroPage(): number {
    return this.word(PARAM_ZERO_PAGE) >>> 0;
  }

  get freePages(): number {
    return this.word(ZONE_NR_FREE);
  }

  get vmstat(): Record<string, number> {
    return readVmstat(this.machine);
  }

  /** Fallback causes that were counted, without the zeros. */
  get fallbacks(): Record<string, number> {
    const counts = readFallbacks(this.machine);
    const counted = FALLBACK_NAMES.filter((name) => counts[name]);
    return Object.fromEntries(counted.map((name) => [name, counts[name] ?? 0]));
  }

  get faultCodes(): number[] {
    return readFaults(this.machine).first.map(({ code }) => code);
  }

  clearFallbacks(): void {
    for (let i = 0; i < this.machine.plan.cpus; i++) {
      const first = (this.cpu(i) + CPU_FALLBACKS) >>> 3;
      this.machine.longs.fill(0n, first, first + FALLBACK_NAMES.length);
    }
  }

  setRules(rules: RulesName): void {
    this.setWord(PARAM_RULES, RULES_CODES[rules]);
  }

  irqOff(index: number): number {
    return this.word(this.cpu(index) + CPU_IRQ_OFF);
  }

  /** Where the leaf entry for `vpn` lies: a PTE, or a PMD leaf; 0: no table is there. */
  entryAt(vpn: number, mm = this.mm()): number {
    const pgd = this.word(this.word(mm + MM_PGD) + (vpn >>> PGD_VPN_SHIFT) * 8);
    if (!(pgd & PTE_PRESENT)) return 0;
    const pmdAt = (pgd & ~4095) + ((vpn >>> PMD_VPN_SHIFT) & 511) * 8;
    const pmd = this.word(pmdAt);
    if (!(pmd & PTE_PRESENT) || pmd & PTE_PSE) return pmdAt;
    return (pmd & ~4095) + (vpn & 511) * 8;
  }

  /** The low half of that entry (frames of small machines fit into it); 0: nothing mapped. */
  entry(vpn: number, mm = this.mm()): number {
    const at = this.entryAt(vpn, mm);
    return at ? this.word(at) : 0;
  }

  /** struct page behind `vpn`. */
  mapped(vpn: number, mm = this.mm()): number {
    const entry = this.entry(vpn, mm);
    const inside = entry & PTE_PSE ? vpn & 511 : 0;
    return this.page((entry >>> 12) + inside);
  }

  /**
   * Maps `count` writable pages, anonymous or of the file of a kind, and faults them in; their
   * first virtual page number. Each mapping of a file begins behind the one before, unless it has
   * an offset.
   */
  map(
    count: number,
    { order = 0, flags = READ_WRITE, populate = true, file = VMA_ANON, offset = -1 } = {},
  ): number {
    const from = offset < 0 ? (this.#mapped.get(file) ?? 0) : offset;
    if (file !== VMA_ANON) this.#mapped.set(file, from + count);
    const at = file === VMA_ANON ? 0 : this.file(file);
    const [cpu, mm] = [this.cpu(), this.mm()];
    const vpn = this.core.mmapRegion(cpu, mm, 0, count, flags, order, at, from);
    if (populate) this.core.populate(this.cpu(), this.mm(), vpn, count);
    return vpn;
  }

  /** pin_user_pages_fast() of CPU 0 into its arena. */
  pin(vpn: number, count = 1, flags = 0): number {
    return this.fast("pin", vpn, count, flags);
  }

  /** get_user_pages_fast() of CPU 0 into its arena. */
  get(vpn: number, count = 1, flags = 0): number {
    return this.fast("get", vpn, count, flags);
  }

  /** FOLL_FAST_ONLY is not the caller's to give: it means the call that sets it. */
  private fast(what: "pin" | "get", vpn: number, count: number, flags: number): number {
    const only = (flags & FOLL_FAST_ONLY) !== 0;
    const call = this.core[`${what}UserPagesFast${only ? "Only" : ""}`];
    const given = flags & ~FOLL_FAST_ONLY;
    return call(this.cpu(), this.mm(), vpn, count, given, this.arena());
  }

  snapshot(): Uint8Array {
    return new Uint8Array(this.machine.memory.buffer).slice();
  }

  restore(bytes: Uint8Array): void {
    new Uint8Array(this.machine.memory.buffer).set(bytes);
  }
}
