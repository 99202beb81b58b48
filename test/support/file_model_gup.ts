import { EFAULT, VM_SHARED, VM_WRITE } from "../../assembly/shared/codes.ts";
import type { FileModel, FileVma, ModelPage, ModelPte } from "./file_model.ts";
import { setPageDirty, setPageDirtyUnasked } from "./file_model_cache.ts";
import { copyOnWrite, handleFault, spaceOf } from "./file_model_space.ts";

/** How the pages are asked for. */
export interface GupCall {
  readonly isPin: boolean;
  readonly isWrite: boolean;
  readonly isLongterm: boolean;
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
    if (!model.covers(page)) model.countWork("pins_uncovered");
    else page.pinFlag = true;
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
  // Until 5.1 get_user_pages_longterm() has no fast path.
  const skipsFast = call.isLongterm && model.spec.rules === "5.0";
  if (skipsFast && call.path === "fast only") return { result: 0, pages };
  if (call.path !== "slow" && !skipsFast) {
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
    if (isRefusedLongterm(model, pte, call)) {
      letGoAgain(model, pte.page);
      break;
    }
    pte.page.isReferenced = true;
    take(model, pte.page, call, pages);
  }
}

/**
 * The rules of 2023, where the VMA is not known: no long-term write pin of a file whose writes must
 * be seen, no read pin of a file's page that a private mapping might leave.
 */
function isRefusedLongterm({ spec }: FileModel, pte: ModelPte, call: GupCall): boolean {
  const { page, writable } = pte;
  if (spec.rules !== "6.13" || !call.isLongterm || page.isAnon) return false;
  return call.isWrite ? !page.isShmem : !writable;
}

/** Found out after the grab: what the grab has counted was counted. */
function letGoAgain(model: FileModel, page: ModelPage): void {
  const { scheme, sync } = model.spec;
  // Glisse's flag stays until the next page_mkclean().
  if (scheme === "mapcount" && sync !== "lock-post") page.pinFlag = true;
  model.count("nr_foll_pin_acquired");
  model.count("nr_foll_pin_released");
  model.fallBack("not_allowed");
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
    if (vma === undefined || !isAllowed(model, vma, call)) return -EFAULT;
    const isThere = () => {
      const pte = space.ptes.get(vpn);
      return pte !== undefined && (!call.isWrite || pte.writable);
    };
    if (!isThere()) {
      const error = handleFault(model, vma, vpn, call.isWrite);
      if (error) return error;
    }
    if (mustUnshare(model, vma, space.ptes.get(vpn), call)) {
      model.count("pgfault");
      const error = copyOnWrite(model, vma, vpn, false);
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

/** check_vma_flags(). */
function isAllowed({ spec }: FileModel, vma: FileVma, call: GupCall): boolean {
  if (!call.isWrite) return true;
  const mustBeSeen = vma.file.kind === "regular" && (vma.flags & VM_SHARED) !== 0;
  if (spec.rules === "6.13" && call.isLongterm && mustBeSeen) return false;
  return (vma.flags & VM_WRITE) !== 0;
}

/** gup_must_unshare(): a write would leave the file's page behind that a long-term pin holds. */
function mustUnshare(
  { spec }: FileModel,
  vma: FileVma,
  pte: ModelPte | undefined,
  call: GupCall,
): boolean {
  if (spec.rules !== "6.13" || !call.isLongterm || vma.flags & VM_SHARED) return false;
  return pte !== undefined && !pte.writable && !pte.page.isAnon;
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
