import { BUG_LOST_DMA_WRITE } from "../../assembly/shared/codes.ts";
import type { FileModel, ModelPage } from "./file_model.ts";
import { setPageDirty } from "./file_model_cache.ts";
import { BOUNCED, SUBMITTED, testPinned, writePage } from "./file_model_writeback.ts";

/** What became of a page, in the machine's numbers. */
const FREED = 0;
const KEPT = 1;
const RECLAIM_SUBMITTED = 2;
const RECLAIM_BOUNCED = 3;
const LOOKS = 64;
const DIRECT_LOOKS = 1024;

/** try_to_unmap(): what an entry knew of writes the page knows from then on. */
export function unmapEverywhere(model: FileModel, page: ModelPage): void {
  for (const { vma, vpn, pte } of model.entriesOf(page)) {
    if (pte.dirty) setPageDirty(model, page);
    model.unmap(vma.mm, vpn);
  }
}

/** The oldest page that is not active, with a reference; active ones get a second round. */
function isolateOldest(model: FileModel): ModelPage | undefined {
  let at: ModelPage | undefined = model.lru.at(-1);
  for (let looks = Math.min(model.lru.length, LOOKS); at && looks; looks--) {
    const page: ModelPage = at;
    const newer: ModelPage | undefined = model.lru[model.lru.indexOf(page) - 1];
    const isActive = page.isActive;
    model.lruCut(page);
    if (!isActive) {
      page.held++;
      return page;
    }
    model.lruAdd(page);
    at = newer;
  }
  return undefined;
}

/** A truncated page does not return to the LRU; a pinned one (`lru-count`) with its last pin. */
function putBack(model: FileModel, page: ModelPage): void {
  if (page.isAnon || page.file) {
    if (model.spec.scheme === "lru-count" && page.pinFlag) page.leftLru = true;
    else model.lruAdd(page);
  }
  page.held--;
  model.freeIfUnused(page);
}

/** shrink_page_list() for one page: unmap, write, strip the buffers, then ask for the count. */
function shrink(model: FileModel, page: ModelPage): number {
  model.count("pgscan");
  const { file } = page;
  if (file?.kind !== "regular" || page.isUnderWriteback) return KEPT;
  if (model.mapcount(page) > 0) {
    unmapEverywhere(model, page);
    if (model.mapcount(page) > 0) {
      model.countWork("kept_mapped");
      page.isActive = true;
      return KEPT;
    }
  }
  if (model.spec.rules === "6.13" && testPinned(model, page) === "yes") {
    model.countWork("kept_pinned");
    page.isActive = true;
    return KEPT;
  }
  if (page.isDirty) {
    const result = writePage(model, file, page, false, "at once");
    if (result === SUBMITTED) return RECLAIM_SUBMITTED;
    return result === BOUNCED ? RECLAIM_BOUNCED : KEPT;
  }
  if (page.hasBuffers) {
    page.hasBuffers = false;
    model.countWork("buffers_dropped");
  }
  // The page cache's reference and the isolation's, and nobody else's.
  if (model.references(page) !== 2) {
    model.countWork("freeze_failed");
    return KEPT;
  }
  if (page.content > (file.disk.get(page.index) ?? 0)) model.fault(BUG_LOST_DMA_WRITE);
  file.cache.delete(page.index);
  page.file = undefined;
  page.held--;
  model.freeIfUnused(page);
  model.count("pgsteal");
  return FREED;
}

/** Reclaim of one page; -1: there was none. */
export function shrinkOldest(model: FileModel): number {
  const page = isolateOldest(model);
  if (page === undefined) return -1;
  const result = shrink(model, page);
  if (result !== FREED) putBack(model, page);
  return result;
}

/** Direct reclaim until one page is free. */
export function makeRoom(model: FileModel): boolean {
  for (let looks = 0; looks < DIRECT_LOOKS; looks++) {
    const result = shrinkOldest(model);
    if (result === FREED) return true;
    if (result < 0) return false;
  }
  return false;
}
