import { PTE_ACCESSED, PTE_PRESENT, PTE_USER } from "../../assembly/shared/codes.ts";
import type { CountName, RulesName } from "../../src/scenario/scenario.ts";
import { weightOf } from "./weights.ts";

/** Pages of a huge page. */
export const HUGE = 512;
export const LEAF_BITS = PTE_PRESENT | PTE_USER | PTE_ACCESSED;
export const MMAP_BASE_VPN = 1024;
const MAX_ORDER = 10;

export interface Vma {
  start: number;
  end: number;
  readonly flags: number;
  readonly order: number;
}

/** A folio of the model: who refers to it, and why. */
export interface Folio {
  readonly pfn: number;
  readonly order: number;
  /** Its own reference: the zero page's. */
  readonly own: number;
  /** Pages mapped by a PTE; mapped as a whole by a PMD. */
  readonly mapped: Set<number>;
  entire: boolean;
  gets: number;
  pins: number;
  flags: number;
}

/** What an address maps: page `index` of a folio, or (undefined) all of it. */
export interface Entry {
  readonly folio: Folio;
  readonly index: number | undefined;
  bits: number;
}

/** An address space: VMAs by start, and what the page tables say. */
export class Space {
  vmas: Vma[] = [];
  next = MMAP_BASE_VPN;
  readonly ptes = new Map<number, Entry>();
  readonly huge = new Map<number, Entry>();
  /** Where a table of PTEs stands: no huge page can come there again. */
  readonly tables = new Set<number>();

  vmaAt(vpn: number): Vma | undefined {
    return this.vmas.find(({ start, end }) => start <= vpn && vpn < end);
  }

  isFree(start: number, count: number): boolean {
    return this.vmas.every((vma) => vma.end <= start || vma.start >= start + count);
  }

  firstGap(from: number, count: number, order: number): number {
    const align = (vpn: number): number => Math.ceil(vpn / 2 ** order) * 2 ** order;
    const starts = [from, ...this.vmas.map(({ end }) => end)].map(align);
    return starts.find((start) => this.isFree(start, count)) ?? 0;
  }

  insert(vma: Vma): void {
    this.vmas = [...this.vmas, vma].sort((a, b) => a.start - b.start);
  }

  entryAt(vpn: number): Entry | undefined {
    return this.huge.get(Math.floor(vpn / HUGE)) ?? this.ptes.get(vpn);
  }

  /** Takes out what lies in [start, end). */
  clear(start: number, end: number): Entry[] {
    const gone: Entry[] = [];
    for (let vpn = start; vpn < end; vpn++) {
      for (const [map, key] of [
        [this.ptes, vpn],
        [this.huge, Math.floor(vpn / HUGE)],
      ] as const) {
        const entry = map.get(key);
        if (entry !== undefined) gone.push(entry);
        map.delete(key);
      }
    }
    return gone;
  }
}

export interface FramesOptions {
  readonly pages: number;
  readonly scheme: CountName;
  readonly bias: number;
  readonly rules: RulesName;
  readonly zeroPfn: number;
}

/** All page frames: which are free, which folio the others belong to, what its counts must be. */
export class Frames {
  readonly options: FramesOptions;
  readonly zero: Folio;
  readonly #folios: (Folio | undefined)[];
  #free: number;

  constructor(options: FramesOptions) {
    this.options = options;
    this.#folios = new Array<Folio | undefined>(options.pages).fill(undefined);
    this.zero = newFolio(options.zeroPfn, 0, 1);
    this.#folios[options.zeroPfn] = this.zero;
    this.#free = options.pages - 1;
  }

  get free(): number {
    return this.#free;
  }

  at(pfn: number): Folio | undefined {
    return this.#folios[pfn];
  }

  folioOf(pfn: number): Folio {
    const folio = this.#folios[pfn];
    if (folio === undefined) throw new Error(`frame ${pfn} is free in the model`);
    return folio;
  }

  weight(folio: Folio): number {
    return weightOf(this.options.scheme, this.options.bias, folio.order);
  }

  isExempt(folio: Folio): boolean {
    return folio === this.zero && this.options.rules === "6.13";
  }

  /** _refcount, as the 32-bit signed number that the machine keeps. */
  references(folio: Folio): number {
    const mappings = folio.mapped.size + Number(folio.entire);
    return (folio.own + mappings + folio.gets + folio.pins * this.weight(folio)) | 0;
  }

  hasBlock(order: number): boolean {
    if (order === 0) return this.#free > 0;
    return this.blocks().some((size) => size !== undefined && size >= order);
  }

  /** Order of the free block that starts at each frame: free frames, merged as far as they can. */
  blocks(): (number | undefined)[] {
    const blocks: (number | undefined)[] = new Array(this.options.pages).fill(undefined);
    for (let pfn = 0; pfn < this.options.pages; ) {
      if (this.#folios[pfn] !== undefined) {
        pfn++;
        continue;
      }
      let order = 0;
      while (order < MAX_ORDER && pfn % 2 ** (order + 1) === 0 && this.#isFree(pfn, order + 1)) {
        order++;
      }
      blocks[pfn] = order;
      pfn += 2 ** order;
    }
    return blocks;
  }

  #isFree(pfn: number, order: number): boolean {
    if (pfn + 2 ** order > this.options.pages) return false;
    for (let i = 0; i < 2 ** order; i++) if (this.#folios[pfn + i] !== undefined) return false;
    return true;
  }

  /** The frame that the machine chose becomes a folio; it must have been free and aligned. */
  take(pfn: number, order: number): Folio {
    if (pfn % 2 ** order || !this.#isFree(pfn, order)) {
      throw new Error(`frame ${pfn} was given out as order ${order} and is not free`);
    }
    const folio = newFolio(pfn, order, 0);
    this.#folios.fill(folio, pfn, pfn + 2 ** order);
    this.#free -= 2 ** order;
    return folio;
  }

  give(folio: Folio): void {
    this.#folios.fill(undefined, folio.pfn, folio.pfn + 2 ** folio.order);
    this.#free += 2 ** folio.order;
  }
}

function newFolio(pfn: number, order: number, own: number): Folio {
  return { pfn, order, own, mapped: new Set(), entire: false, gets: 0, pins: 0, flags: 0 };
}
