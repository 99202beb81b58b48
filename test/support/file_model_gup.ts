import { EFAULT, VM_WRITE } from "../../assembly/shared/codes.ts";
import type { FileModel, ModelPage, ModelPte } from "./file_model.ts";
import { setPageDirty, setPageDirtyUnasked } from "./file_model_cache.ts";
import { handleFault, spaceOf } from "./file_model_space.ts";

/** How the pages are asked for. */
export interface GupCall {
  readonly isPin: boolean;
  readonly isWrite: boolean;
  readonly path: "slow" | "fast" | "fast only";
}

export interface Gathered {
  readonly result: number;
  readonly pages: ModelPage[];
}

/** A reference becomes a pin. */
function makePin(model: FileModel, page: ModelPage): void {
  const { scheme } = model.spec;
  page.pins++;
  if (scheme === "mapcount") {
    if (model.covers(page)) page.pinFlag = true;
    else model.countWork("pins_uncovered");
  }
  if (scheme !== "lru-count" || page.pinFlag) return;
  page.leftLru = model.lruCut(page);
  page.pinFlag = true;
}

/**
 * May the fast path not pin the page, since it is to stay as it is? Glisse lets those through that
 * are pinned already.
 */
function refusesInFlight(model: FileModel, page: ModelPage): boolean {
  const { scheme, sync, stablePages } = model.spec;
  if (!stablePages || !page.isUnderWriteback) return false;
  if (sync === "lock") return true;
  return sync === "barrier" && !(scheme === "mapcount" && page.pinFlag);
}

export function gup(
  model: FileModel,
  mm: number,
  start: number,
  count: number,
  call: GupCall,
): Gathered {
  const pages: ModelPage[] = [];
  if (call.path !== "slow") {
    fast(model, mm, start, start + count, call, pages);
    if (call.isPin) model.count("nr_foll_pin_acquired", pages.length);
    model.count("nr_gup_fast_pages_requested", pages.length);
    if (pages.length === count || call.path === "fast only") {
      return { result: pages.length, pages };
    }
  }
  const before = pages.length;
  const error = slow(model, mm, start + before, start + count, call, pages);
  model.count("nr_gup_slow_pages_requested", pages.length - before);
  return { result: pages.length || error, pages };
}

function take(model: FileModel, page: ModelPage, call: GupCall, pages: ModelPage[]): void {
  if (call.isPin) makePin(model, page);
  else page.gets++;
  pages.push(page);
}

function fast(
  model: FileModel,
  mm: number,
  start: number,
  end: number,
  call: GupCall,
  pages: ModelPage[],
): void {
  for (let vpn = start; vpn < end; vpn++) {
    const pte = spaceOf(model, mm).ptes.get(vpn);
    const cause = refusal(model, pte, call);
    if (pte === undefined || cause !== undefined) {
      model.fallBack(cause ?? "");
      break;
    }
    pte.page.isReferenced = true;
    take(model, pte.page, call, pages);
  }
}

/** Why the fast path cannot take what an entry maps. */
function refusal(model: FileModel, pte: ModelPte | undefined, call: GupCall): string | undefined {
  if (pte === undefined) return "not_present";
  if (call.isWrite && !pte.writable) return "not_permitted";
  return call.isPin && refusesInFlight(model, pte.page) ? "writeback" : undefined;
}

/** What it returns is the error of the page after the last. */
function slow(
  model: FileModel,
  mm: number,
  start: number,
  end: number,
  call: GupCall,
  pages: ModelPage[],
): number {
  for (let vpn = start; vpn < end; vpn++) {
    const space = spaceOf(model, mm);
    const vma = space.vmaAt(vpn);
    if (vma === undefined || (call.isWrite && !(vma.flags & VM_WRITE))) return -EFAULT;
    const isThere = () => {
      const pte = space.ptes.get(vpn);
      return pte !== undefined && (!call.isWrite || pte.writable);
    };
    if (!isThere()) {
      const error = handleFault(model, vma, vpn, call.isWrite);
      if (error) return error;
    }
    const pte = space.ptes.get(vpn);
    if (pte === undefined || !isThere()) throw new Error(`a fault left ${vpn} as it was`);
    const { page } = pte;
    take(model, page, call, pages);
    if (call.isPin) model.count("nr_foll_pin_acquired");
    if (call.isWrite && !pte.dirty) setPageDirty(model, page);
    page.isReferenced = true;
  }
  return 0;
}

export function unpin(model: FileModel, pages: readonly ModelPage[], makeDirty: boolean): void {
  for (const page of pages) {
    if (makeDirty) setPageDirtyUnasked(model, page);
    page.pins--;
    if (model.spec.scheme === "lru-count" && page.pins === 0) {
      page.pinFlag = false;
      if (page.leftLru) model.lruAdd(page);
      page.leftLru = false;
    }
    model.freeIfUnused(page);
  }
  model.count("nr_foll_pin_released", pages.length);
  model.count("nr_gup_pages_returned", pages.length);
}

export function put(model: FileModel, pages: readonly ModelPage[]): void {
  for (const page of pages) {
    page.gets--;
    model.freeIfUnused(page);
  }
  model.count("nr_gup_pages_returned", pages.length);
}

/** A device writes to the pages: the generation before the first. */
export function deviceWrites(file: { generation: number }, pages: readonly ModelPage[]): number {
  const before = file.generation;
  file.generation += pages.length;
  pages.forEach((page, i) => {
    page.content = Math.max(page.content, before + 1 + i);
  });
  return before;
}
