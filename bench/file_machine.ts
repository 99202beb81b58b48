import {
  VM_MAYREAD,
  VM_MAYWRITE,
  VM_READ,
  VM_SHARED,
  VM_WRITE,
  VMA_REGULAR_FILE,
} from "../assembly/shared/codes.ts";
import {
  type Core,
  coreModule,
  instantiateCore,
  instantiateTracedCore,
} from "../src/machine/core.ts";
import { fileAddress, tagBytes } from "../src/machine/files.ts";
import { cpuAddress, type Machine, makeMachine, mmAddress } from "../src/machine/machine.ts";
import { planMachine } from "../src/machine/plan.ts";
import { completeMachine } from "../src/scenario/machine_spec.ts";
import { shortSpentNs } from "./time.ts";

export const SHARED_READS = VM_READ | VM_MAYREAD | VM_SHARED;
export const SHARED_WRITES = SHARED_READS | VM_WRITE | VM_MAYWRITE;

/** Frames besides the file's: the zero page, and whole blocks. */
const SPARE_FRAMES = 64;
/** Where a region is mapped again and again, so that its page tables stay; above it, the second. */
const REGION_VPN = 2 ** 16;
const REGION_STRIDE = 2 ** 21;

/** ns, or accesses to the machine's memory: what a piece of work took. */
export type Unit = "ns" | "accesses";

/**
 * One regular file, one CPU and address spaces that map the file, driven call by call. In ns it is
 * the native core; accesses are counted with the traced one, exact and the same on every computer.
 */
export class FileMachine {
  readonly core: Core;
  readonly cpu: number;
  readonly file: number;
  readonly #machine: Machine;
  readonly #unit: Unit;
  #accesses = 0;
  #tagAccesses = 0;

  constructor(
    readonly pages: number,
    readonly mms: number,
    unit: Unit,
  ) {
    const needs = { pages: pages + SPARE_FRAMES, cpus: 1, mms, vmas: 2 * mms + 8 };
    const files = [{ name: "/data", kind: VMA_REGULAR_FILE, pages }];
    const plan = planMachine({
      ...needs,
      arenaBytes: [64],
      serviceValues: 0,
      histograms: true,
      files,
    });
    this.#unit = unit;
    this.#machine = makeMachine(plan, completeMachine({}));
    const { memory } = this.#machine;
    const place = plan.filePlaces[0];
    const tagsAt = place?.dirtyAt ?? 0;
    const tagsEnd = (place?.writebackAt ?? 0) + tagBytes(pages);
    const step = (address: number): void => {
      this.#accesses++;
      if (address >= tagsAt && address < tagsEnd) this.#tagAccesses++;
    };
    if (unit === "ns") this.core = instantiateCore(coreModule("native"), memory);
    else this.core = instantiateTracedCore(coreModule("traced"), memory, step);
    this.cpu = cpuAddress(this.#machine, 0);
    this.file = fileAddress(this.#machine, 0);
    this.core.boot(this.cpu);
    for (let i = 0; i < mms; i++) this.core.joinMm(this.cpu, this.#mm(i));
  }

  /** What the work took, in the machine's unit. */
  measure(work: () => void): number {
    if (this.#unit === "ns") return shortSpentNs(work);
    const before = this.#accesses;
    work();
    return this.#accesses - before;
  }

  /** Accesses to the file's tags (dirty, under writeback) so far, with the traced core. */
  get tagAccesses(): number {
    return this.#tagAccesses;
  }

  /** Maps the whole file shared; `region` is one of two places in the address space. */
  map(mm: number, flags: number, region = 0): void {
    const { core, cpu, file, pages } = this;
    const start = this.#start(region);
    const vpn = core.mmapRegion(cpu, this.#mm(mm), start, pages, flags, 0, file, 0);
    if (vpn !== start) throw new Error(`mmap: ${vpn}`);
  }

  unmap(mm: number, region = 0): void {
    this.core.munmapRegion(this.cpu, this.#mm(mm), this.#start(region), this.pages);
  }

  /** Faults on `count` pages in a row: for writing where the mapping allows it. */
  fault(mm: number, index: number, count: number, region = 0): void {
    const start = this.#start(region) + index;
    const error = this.core.populate(this.cpu, this.#mm(mm), start, count);
    if (error) throw new Error(`a fault: ${error}`);
  }

  /** Address of the cached page. */
  page(index: number): number {
    const at = (this.#machine.plan.filePlaces[0]?.indexAt ?? 0) + index * 4;
    return (this.#machine.words[at >>> 2] ?? 0) >>> 0;
  }

  #mm(index: number): number {
    return mmAddress(this.#machine, index);
  }

  #start(region: number): number {
    return REGION_VPN + region * REGION_STRIDE;
  }
}
