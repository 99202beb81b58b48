import {
  EEXIST,
  EFAULT,
  EINVAL,
  ENOMEM,
  FOLL_FAST_ONLY,
  FOLL_FORCE,
  FOLL_NOFAULT,
  FOLL_PIN,
  FOLL_WRITE,
  PG_DIRTY,
  PG_REFERENCED,
  PTE_RW,
  PTE_SPECIAL,
  VM_MAYREAD,
  VM_MAYWRITE,
  VM_READ,
  VM_WRITE,
} from "../../assembly/shared/codes.ts";
import { TASK_SIZE_VPN } from "../../assembly/shared/layout.ts";
import { ModelFaults } from "./model_faults.ts";
import {
  type Entry,
  type Folio,
  type Frames,
  HUGE,
  MMAP_BASE_VPN,
  Space,
  type Vma,
} from "./model_space.ts";

const FAULT_TRIES = 3;

/** What a gup call returned: a count or errno, and the frames it gathered. */
export interface Gathered {
  readonly result: number;
  readonly pfns: number[];
}

/**
 * The machine retold without bits, locks or trees. It runs behind the real one and asks `peek`
 * which frame the real one has chosen for an address; everything else it says by itself.
 */
export class Model {
  readonly frames: Frames;
  readonly spaces: Space[];
  readonly vmstat: Record<string, number> = {};
  readonly fallbacks: Record<string, number> = {};
  readonly #faults: ModelFaults;

  constructor(frames: Frames, mms: number, peek: (mm: number, vpn: number) => number) {
    this.frames = frames;
    this.spaces = Array.from({ length: mms }, () => new Space());
    const count = (name: string, pages?: number) => this.#count(name, pages);
    this.#faults = new ModelFaults(frames, this.spaces, count, peek);
  }

  #space(mm: number): Space {
    return this.spaces[mm] as Space;
  }

  #count(name: string, pages = 1): void {
    if (pages) this.vmstat[name] = (this.vmstat[name] ?? 0) + pages;
  }

  #fallBack(cause: string): number {
    this.fallbacks[cause] = (this.fallbacks[cause] ?? 0) + 1;
    return 0;
  }

  mmap(mm: number, start: number, count: number, flags: number, order: number): number {
    const space = this.#space(mm);
    let at = start;
    if (start) {
      if (start > TASK_SIZE_VPN - count) return -EINVAL;
      if (!space.isFree(start, count)) return -EEXIST;
    } else {
      at = Math.ceil(space.next / 2 ** order) * 2 ** order;
      if (space.isFree(at, count)) space.next = at + count;
      else at = space.firstGap(MMAP_BASE_VPN, count, order);
    }
    space.insert({ start: at, end: at + count, flags, order });
    return at;
  }

  munmap(mm: number, start: number, count: number): number {
    const space = this.#space(mm);
    for (const vpn of [start, start + count]) {
      const vma = space.vmaAt(vpn);
      if (vma === undefined || vma.start === vpn) continue;
      if (vma.order === 9 && vpn % HUGE) return -EINVAL;
      space.insert({ ...vma, start: vpn });
      vma.end = vpn;
    }
    const gone = space.vmas.filter((vma) => vma.start >= start && vma.end <= start + count);
    space.vmas = space.vmas.filter((vma) => !gone.includes(vma));
    for (const vma of gone) {
      for (const entry of space.clear(vma.start, vma.end)) this.#unmap(entry);
    }
    return 0;
  }

  #unmap({ folio, index, bits }: Entry): void {
    if (bits & PTE_SPECIAL) return;
    if (index === undefined) folio.entire = false;
    else folio.mapped.delete(index);
    this.#freeIfUnused(folio);
  }

  populate(mm: number, start: number, count: number): number {
    const space = this.#space(mm);
    let vpn = start;
    while (vpn < start + count) {
      const vma = space.vmaAt(vpn);
      if (vma === undefined) return -EFAULT;
      const error = this.#faults.handle(mm, vma, vpn, (vma.flags & VM_WRITE) !== 0);
      if (error) return error;
      vpn = space.huge.has(Math.floor(vpn / HUGE)) ? (Math.floor(vpn / HUGE) + 1) * HUGE : vpn + 1;
    }
    return 0;
  }

  #freeIfUnused(folio: Folio): void {
    if (this.frames.references(folio) !== 0) return;
    this.#count("pgfree", 2 ** folio.order);
    this.frames.give(folio);
  }

  /** get_user_pages*, pin_user_pages*: `flags` as the user gives them, `isPin` decides the rest. */
  gup(
    mm: number,
    start: number,
    count: number,
    flags: number,
    isPin: boolean,
    isFast: boolean,
  ): Gathered {
    const all = isPin ? flags | FOLL_PIN : flags;
    const pfns: number[] = [];
    if (isFast) {
      this.#fast(mm, start, start + count, all, pfns);
      if (isPin) this.#count("nr_foll_pin_acquired", pfns.length);
      this.#count("nr_gup_fast_pages_requested", pfns.length);
      if (pfns.length === count || flags & FOLL_FAST_ONLY) return { result: pfns.length, pfns };
    }
    const fast = pfns.length;
    const error = this.#slow(mm, start + fast, start + count, all, pfns);
    this.#count("nr_gup_slow_pages_requested", pfns.length - fast);
    return { result: pfns.length || error, pfns };
  }

  #fast(mm: number, start: number, end: number, flags: number, pfns: number[]): void {
    const space = this.#space(mm);
    for (let vpn = start; vpn < end; vpn = start + pfns.length) {
      const entry = space.entryAt(vpn);
      const isWrite = (flags & FOLL_WRITE) !== 0;
      if (entry === undefined) return void this.#fallBack("not_present");
      if (isWrite && !(entry.bits & PTE_RW)) return void this.#fallBack("not_permitted");
      if (entry.bits & PTE_SPECIAL) return void this.#fallBack("special");
      const run = runLength(entry, vpn, end);
      if (!this.#grab(entry.folio, run, flags, true)) return void this.#fallBack("grab_refused");
      entry.folio.flags |= PG_REFERENCED;
      pushRun(pfns, entry, vpn, run);
    }
  }

  /** Counts the grab, or refuses: the count has gone negative, or would jump too far. */
  #grab(folio: Folio, run: number, flags: number, isFast: boolean): boolean {
    const isPin = (flags & FOLL_PIN) !== 0;
    const tooFar = isPin && this.frames.weight(folio) * run > 0x7fffffff;
    const overflowed = this.frames.references(folio) <= 0;
    if (overflowed ? !(isFast && tooFar) : tooFar && !isFast) {
      this.#count("nr_gup_page_count_overflows");
    }
    if (overflowed || tooFar) return false;
    if (isPin) folio.pins += run;
    else folio.gets += run;
    return true;
  }

  #slow(mm: number, start: number, end: number, flags: number, pfns: number[]): number {
    const space = this.#space(mm);
    const first = pfns.length;
    for (let vpn = start; vpn < end; vpn = start + pfns.length - first) {
      const vma = space.vmaAt(vpn);
      if (vma === undefined || !mayAccess(vma, flags)) return -EFAULT;
      const error = this.#followOrFault(mm, vma, vpn, Math.min(end, vma.end), flags, pfns);
      if (error) return error;
    }
    return 0;
  }

  #followOrFault(
    mm: number,
    vma: Vma,
    vpn: number,
    end: number,
    flags: number,
    pfns: number[],
  ): number {
    for (let tries = 0; ; tries++) {
      const entry = this.#space(mm).entryAt(vpn);
      // Before 2022 the fault just taken stood in for the permission.
      const excused = this.frames.options.rules === "6.13" || tries > 0;
      if (entry !== undefined && canFollow(entry, vma, flags, excused)) {
        return this.#followed(entry, vpn, end, flags, pfns);
      }
      if (tries === FAULT_TRIES || flags & FOLL_NOFAULT) return -EFAULT;
      const error = this.#faults.handle(mm, vma, vpn, (flags & FOLL_WRITE) !== 0);
      if (error) return error;
    }
  }

  #followed(entry: Entry, vpn: number, end: number, flags: number, pfns: number[]): number {
    const run = runLength(entry, vpn, end);
    const isExempt = flags & FOLL_PIN && this.frames.isExempt(entry.folio);
    if (!isExempt && !this.#grab(entry.folio, run, flags, false)) return -ENOMEM;
    if (flags & FOLL_PIN && !isExempt) this.#count("nr_foll_pin_acquired", run);
    entry.folio.flags |= PG_REFERENCED;
    pushRun(pfns, entry, vpn, run);
    return 0;
  }

  unpin(pfns: readonly number[], dirty: boolean): void {
    this.#count("nr_gup_pages_returned", pfns.length);
    for (const folio of pfns.map((pfn) => this.frames.folioOf(pfn))) {
      if (dirty) folio.flags |= PG_DIRTY;
      if (this.frames.isExempt(folio)) continue;
      folio.pins -= 1;
      this.#count("nr_foll_pin_released");
      this.#freeIfUnused(folio);
    }
  }

  put(pfns: readonly number[]): void {
    this.#count("nr_gup_pages_returned", pfns.length);
    for (const folio of pfns.map((pfn) => this.frames.folioOf(pfn))) {
      folio.gets -= 1;
      this.#freeIfUnused(folio);
    }
  }
}

/** Pages that one grab covers: a huge page's up to its end, else one. */
function runLength(entry: Entry, vpn: number, end: number): number {
  return entry.index === undefined ? Math.min(end - vpn, HUGE - (vpn % HUGE)) : 1;
}

function pushRun(pfns: number[], { folio, index }: Entry, vpn: number, run: number): void {
  const first = folio.pfn + (index ?? vpn % HUGE);
  for (let i = 0; i < run; i++) pfns.push(first + i);
}

function mayAccess({ flags: vm }: Vma, flags: number): boolean {
  const force = (flags & FOLL_FORCE) !== 0;
  if (flags & FOLL_WRITE) return (vm & VM_WRITE) !== 0 || (force && (vm & VM_MAYWRITE) !== 0);
  return (vm & VM_READ) !== 0 || (force && (vm & VM_MAYREAD) !== 0);
}

function canFollow({ bits }: Entry, { flags: vm }: Vma, flags: number, excused: boolean): boolean {
  if (!(flags & FOLL_WRITE) || bits & PTE_RW) return true;
  return excused && (flags & FOLL_FORCE) !== 0 && !(vm & VM_WRITE) && !(bits & PTE_SPECIAL);
}
