import { ENOMEM, PTE_DIRTY, PTE_RW, PTE_SPECIAL, VM_WRITE } from "../../assembly/shared/codes.ts";
import { type Folio, type Frames, HUGE, LEAF_BITS, type Space, type Vma } from "./model_space.ts";

/** handle_mm_fault() of the model's anonymous memory. */
export class ModelFaults {
  readonly #frames: Frames;
  readonly #spaces: readonly Space[];
  readonly #count: (name: string, pages?: number) => void;
  readonly #peek: (mm: number, vpn: number) => number;

  constructor(
    frames: Frames,
    spaces: readonly Space[],
    count: (name: string, pages?: number) => void,
    peek: (mm: number, vpn: number) => number,
  ) {
    this.#frames = frames;
    this.#spaces = spaces;
    this.#count = count;
    this.#peek = peek;
  }

  #space(mm: number): Space {
    return this.#spaces[mm] as Space;
  }

  /** 0 or an errno. */
  handle(mm: number, vma: Vma, vpn: number, write: boolean): number {
    this.#count("pgfault");
    const space = this.#space(mm);
    const table = Math.floor(vpn / HUGE);
    if (space.huge.has(table)) return 0;
    const bits = LEAF_BITS | PTE_DIRTY | (vma.flags & VM_WRITE ? PTE_RW : 0);
    if (vma.order === 9 && !space.tables.has(table) && this.#faultHuge(mm, vma, table, bits)) {
      return 0;
    }
    space.tables.add(table);
    const seen = space.ptes.get(vpn);
    if (seen !== undefined) {
      if (!write || seen.bits & PTE_RW) return 0;
      if (seen.bits & PTE_SPECIAL) return this.#faultSmall(mm, vpn, bits);
      seen.bits |= bits;
      return 0;
    }
    if (!write) {
      const folio = this.#frames.zero;
      space.ptes.set(vpn, { folio, index: 0, bits: LEAF_BITS | PTE_SPECIAL });
      return 0;
    }
    const order = vma.order;
    if (order > 0 && order < 9 && this.#faultRun(mm, vma, vpn, bits)) return 0;
    return this.#faultSmall(mm, vpn, bits);
  }

  #faultHuge(mm: number, vma: Vma, table: number, bits: number): boolean {
    const start = table * HUGE;
    if (start < vma.start || start + HUGE > vma.end) return false;
    if (!this.#frames.hasBlock(9)) {
      this.#count("thp_fault_fallback");
      return false;
    }
    const folio = this.#allocate(mm, start, 9);
    folio.entire = true;
    this.#space(mm).huge.set(table, { folio, index: undefined, bits });
    this.#count("thp_fault_alloc");
    return true;
  }

  #faultRun(mm: number, vma: Vma, vpn: number, bits: number): boolean {
    const count = 2 ** vma.order;
    const start = Math.floor(vpn / count) * count;
    if (start < vma.start || start + count > vma.end) return false;
    if (!this.#frames.hasBlock(vma.order)) return false;
    const { ptes } = this.#space(mm);
    const vpns = Array.from({ length: count }, (_, i) => start + i);
    if (vpns.some((at) => ptes.has(at))) {
      // A folio is made and given back, as two CPUs might have raced for the run.
      this.#count("pgalloc", count);
      this.#count("pgfree", count);
      return false;
    }
    const folio = this.#allocate(mm, start, vma.order);
    vpns.forEach((at, index) => {
      folio.mapped.add(index);
      ptes.set(at, { folio, index, bits });
    });
    return true;
  }

  #faultSmall(mm: number, vpn: number, bits: number): number {
    if (!this.#frames.hasBlock(0)) return -ENOMEM;
    const folio = this.#allocate(mm, vpn, 0);
    folio.mapped.add(0);
    this.#space(mm).ptes.set(vpn, { folio, index: 0, bits });
    return 0;
  }

  #allocate(mm: number, vpn: number, order: number): Folio {
    this.#count("pgalloc", 2 ** order);
    return this.#frames.take(this.#peek(mm, vpn), order);
  }
}
