import {
  BUG_DIRTY_WITHOUT_BUFFERS,
  BUG_DIRTY_WITHOUT_MKWRITE,
  BUG_LOST_DMA_WRITE,
} from "../../assembly/shared/codes.ts";
import type { FileModel, ModelFile, ModelPage } from "./file_model.ts";
import { makeRoom, unmapEverywhere } from "./file_model_reclaim.ts";
import { BOUNCED, type Sync, writeFound } from "./file_model_writeback.ts";

/** set_page_dirty(): was it clean? Of a regular file without buffers: the crash of 2018. */
export function setPageDirty(model: FileModel, page: ModelPage): boolean {
  if (page.isDirty) return false;
  page.isDirty = true;
  if (page.file?.kind !== "regular") return true;
  if (!page.hasBuffers) model.fault(BUG_DIRTY_WITHOUT_BUFFERS);
  page.file.dirty.add(page.index);
  model.count("nr_dirtied");
  return true;
}

/** By unpin, which has asked no file system. */
export function setPageDirtyUnasked(model: FileModel, page: ModelPage): void {
  if (!setPageDirty(model, page)) return;
  if (page.file?.kind === "regular") model.fault(BUG_DIRTY_WITHOUT_MKWRITE);
}

/** The cached page, read from the disk if need be; undefined: no memory, or behind the end. */
export function cachePage(model: FileModel, file: ModelFile, index: number): ModelPage | undefined {
  if (index >= file.size) return undefined;
  const cached = file.cache.get(index);
  if (cached !== undefined) return cached;
  if (!model.hasMemory && !makeRoom(model)) return undefined;
  const page = model.newPage(false, file.kind === "shmem");
  page.file = file;
  page.index = index;
  page.content = file.disk.get(index) ?? 0;
  file.cache.set(index, page);
  model.lruAdd(page);
  return page;
}

export function readPage(model: FileModel, file: ModelFile, index: number): number {
  return cachePage(model, file, index) ? 1 : 0;
}

export function writeToPage(model: FileModel, file: ModelFile, index: number): number {
  const page = cachePage(model, file, index);
  if (page === undefined) return 0;
  if (file.kind === "regular") page.hasBuffers = true;
  page.content = ++file.generation;
  setPageDirty(model, page);
  return 1;
}

/** The page is the file's no longer, whoever still holds it. */
function dropPage(model: FileModel, file: ModelFile, page: ModelPage): void {
  unmapEverywhere(model, page);
  page.isDirty = false;
  file.cache.delete(page.index);
  file.dirty.delete(page.index);
  page.file = undefined;
  page.hasBuffers = false;
  model.freeIfUnused(page);
}

/** punch_hole and truncate: unmaps [start, end) where it is shared, then takes page by page. */
export function dropPages(model: FileModel, file: ModelFile, start: number, end: number): void {
  for (let index = start; index < Math.min(end, file.size); index++) {
    const page = file.cache.get(index);
    if (page !== undefined) {
      dropPage(model, file, page);
      model.countWork("truncated");
    }
    file.disk.set(index, 0);
  }
}

export function syncFile(model: FileModel, file: ModelFile, sync: Sync = true): number {
  let written = 0;
  for (const index of [...file.dirty].sort((a, b) => a - b)) {
    if (writeFound(model, file, index, sync, "at once") <= BOUNCED) written++;
  }
  return written;
}

/** A last sync; what the disk then lacks of a regular file is lost. */
export function closeFile(model: FileModel, file: ModelFile): void {
  syncFile(model, file, "last");
  for (const [index, { content }] of file.cache) {
    if (file.kind === "regular" && content > (file.disk.get(index) ?? 0)) {
      model.fault(BUG_LOST_DMA_WRITE);
    }
  }
  for (const page of [...file.cache.values()]) dropPage(model, file, page);
}
