import {
  NR_FOLL_PIN_ACQUIRED,
  NR_GUP_PAGES_RETURNED,
  VM_MAYREAD,
  VM_MAYWRITE,
  VM_READ,
  VM_SHARED,
  VM_WRITE,
  VMA_REGULAR_FILE,
} from "../../../assembly/shared/codes.ts";
import { FILE_INDEX } from "../../../assembly/shared/file_layout.ts";
import {
  CPU_BARRIER,
  CPU_GATHER,
  CPU_LEDGER,
  CPU_OPS,
  CPU_VMSTAT,
  PAGE_STRUCT_BYTES,
  STACK_HEADER_BYTES,
} from "../../../assembly/shared/layout.ts";
import { coreModule, instantiateTracedCore, type TracedCore } from "../../machine/core.ts";
import { fileAddress } from "../../machine/files.ts";
import {
  cpuAddress,
  type Machine,
  makeMachine,
  mmAddress,
  pageAddress,
} from "../../machine/machine.ts";
import { planMachine } from "../../machine/plan.ts";
import type { MachineSpec } from "../../scenario/scenario.ts";
import { UndoMemory } from "./undo_memory.ts";
import { wordName } from "./word_name.ts";

const PAGES = 16;
const FILE_PAGES = 2;
const MMS = 1;
const VMAS = 4;

/** An actor's own words, by number; the last one tells no states apart. */
const LOCALS = 6;

/**
 * What lies in a CPU's arena: addresses of pages that gup gathers, the virtual CPU's registers, and
 * the stack to which asyncify unwinds: where its frames end, where the stack ends, the frames.
 */
const ARENA_LOCALS = 224;
export const ARENA_REGISTERS = 256;
const ARENA_STACK = 320;
const ARENA_BYTES = 8192;

export const READ_WRITE = VM_READ | VM_WRITE | VM_MAYREAD | VM_MAYWRITE;

/** Hears of each access before it happens: its address, and ACCESS_* with its order. */
export type StepHook = (address: number, kind: number) => void;

/**
 * A machine as small as a race needs it (16 page frames, a regular file of 2 pages, one address
 * space), its traced core, and words to look into it. Addresses are bytes.
 */
export class World {
  readonly machine: Machine;
  readonly core: TracedCore;
  /** What hears of accesses; null: nobody. */
  hook: StepHook | null = null;
  readonly #memMapAt: number;
  #memory: UndoMemory | undefined;

  constructor(
    readonly spec: MachineSpec,
    readonly cpus: number,
  ) {
    const plan = planMachine({
      pages: PAGES,
      cpus,
      mms: MMS,
      vmas: VMAS,
      arenaBytes: new Array<number>(cpus).fill(ARENA_BYTES),
      serviceValues: 0,
      histograms: false,
      files: [{ name: "/data", kind: VMA_REGULAR_FILE, pages: FILE_PAGES }],
      journal: true,
    });
    this.machine = makeMachine(plan, spec);
    this.#memMapAt = plan.memMapAt;
    const step = (address: number, kind: number): void => this.hook?.(address >>> 0, kind);
    this.core = instantiateTracedCore(coreModule("traced"), this.machine.memory, step);
    this.core.boot(this.cpu(0));
    for (let cpu = 0; cpu < cpus; cpu++) this.core.joinMm(this.cpu(cpu), this.mm);
  }

  /** Its memory, from the first call on with a way back. */
  get memory(): UndoMemory {
    this.#memory ??= this.#seal();
    return this.#memory;
  }

  #seal(): UndoMemory {
    for (let index = 0; index < this.cpus; index++) {
      const stack = this.stack(index);
      this.machine.words[stack >>> 2] = stack + STACK_HEADER_BYTES;
      this.machine.words[(stack >>> 2) + 1] = this.stackEnd(index);
    }
    const memory = new UndoMemory(this.machine, this.core);
    for (let index = 0; index < this.cpus; index++) {
      const cpu = this.cpu(index);
      memory.ignore(cpu + CPU_OPS, cpu + CPU_LEDGER);
      memory.ignore(cpu + CPU_BARRIER, cpu + CPU_GATHER);
      // By these a verdict knows that a pin was taken anew.
      for (const counter of [NR_FOLL_PIN_ACQUIRED, NR_GUP_PAGES_RETURNED]) {
        memory.heed(cpu + CPU_VMSTAT + counter * 8, cpu + CPU_VMSTAT + counter * 8 + 8);
      }
      const last = this.#localAt(index, LOCALS - 1);
      memory.ignore(last, last + 4);
    }
    return memory;
  }

  /** Word `index` of what the CPU's actor remembers. */
  local(cpu: number, index: number): number {
    return this.word(this.#localAt(cpu, index));
  }

  setLocal(cpu: number, index: number, value: number): void {
    this.memory.poke(this.#localAt(cpu, index), value);
  }

  #localAt(cpu: number, index: number): number {
    return this.arena(cpu) + ARENA_LOCALS + index * 4;
  }

  cpu(index: number): number {
    return cpuAddress(this.machine, index);
  }

  get mm(): number {
    return mmAddress(this.machine, 0);
  }

  get file(): number {
    return fileAddress(this.machine, 0);
  }

  page(pfn: number): number {
    return pageAddress(this.machine, pfn);
  }

  /** The page whose struct the address lies in, as a bit; 0: none. */
  pageBit(address: number): number {
    const offset = address - this.#memMapAt;
    return offset >= 0 && offset < PAGES * PAGE_STRUCT_BYTES
      ? 1 << (offset / PAGE_STRUCT_BYTES)
      : 0;
  }

  pfn(page: number): number {
    return (page - this.machine.plan.memMapAt) / PAGE_STRUCT_BYTES;
  }

  /** Where the CPU gathers addresses of pages. */
  arena(cpu: number): number {
    return this.machine.plan.arenasAt[cpu] as number;
  }

  stack(cpu: number): number {
    return this.arena(cpu) + ARENA_STACK;
  }

  stackEnd(cpu: number): number {
    return this.arena(cpu) + ARENA_BYTES;
  }

  word(address: number): number {
    return this.machine.words[address >>> 2] as number;
  }

  /** struct page of the file's page; 0: it is not cached. */
  cached(index: number): number {
    return this.word((this.word(this.file + FILE_INDEX) >>> 0) + index * 4) >>> 0;
  }

  /** The page's one word of content: the generation of its last write. */
  content(page: number): number {
    return this.machine.plan.contentAt + this.pfn(page) * 4;
  }

  /** Everybody leaves, and what is dirty goes to the disk: nothing is pinned any more. */
  unmapAndSync(): void {
    for (let cpu = 0; cpu < this.cpus; cpu++) this.core.leaveMm(this.cpu(cpu), this.mm);
    this.core.lastSync(this.cpu(0), this.file);
  }

  /** A look at the disk; then the file leaves memory. */
  close(): void {
    this.core.closeFile(this.cpu(0), this.file);
  }

  /** What lies at the address, for a person. */
  name(address: number): string {
    return wordName(this.machine, address);
  }

  /** Maps pages of the file, shared and writable, and faults them in; their first vpn. */
  mapFile(count: number): number {
    return this.#map(count, READ_WRITE | VM_SHARED, this.file);
  }

  mapAnon(count: number): number {
    return this.#map(count, READ_WRITE, 0);
  }

  #map(count: number, flags: number, file: number): number {
    const [cpu, { core, mm }] = [this.cpu(0), this];
    const vpn = core.mmapRegion(cpu, mm, 0, count, flags, 0, file, 0);
    if (vpn < 0 || core.populate(cpu, mm, vpn, count) < 0) throw new Error("the race has no room");
    return vpn;
  }
}
