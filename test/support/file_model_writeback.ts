import {
  BUG_CHANGED_UNDER_WRITEBACK,
  BUG_FALSE_NEGATIVE,
  WARN_WRITE_WITHOUT_BUFFERS,
} from "../../assembly/shared/codes.ts";
import type { FileModel, InFlight, ModelFile, ModelPage } from "./file_model.ts";
import { setPageDirty } from "./file_model_cache.ts";

/** What became of a page, in the machine's numbers. */
export const SUBMITTED = 0;
export const BOUNCED = 1;
export const SKIPPED = 2;
export const NOT_NEEDED = 3;
export const PINNED = 4;

type Answer = "yes" | "no" | "unknown";

/** page_maybe_dma_pinned() as each scheme can answer it. */
export function maybePinned(model: FileModel, page: ModelPage): Answer {
  const yes = (is: boolean): Answer => (is ? "yes" : "no");
  switch (model.spec.scheme) {
    case "refcount":
      return "unknown";
    case "bias":
      return yes(biasSays(model, page));
    case "hybrid":
      return yes(model.references(page) >= model.spec.bias);
    case "exact":
    case "exact-side":
      return yes(page.pins > 0);
    case "lru-count":
      return yes(page.pinFlag);
    case "mapcount":
      if (page.pinFlag) return "yes";
      return page.isAnon || page.file !== undefined ? "no" : "unknown";
  }
}

/** Mainline's test, that of RFC v2, and Kara's first one. */
function biasSays(model: FileModel, page: ModelPage): boolean {
  const { bias, variant } = model.spec;
  const references = model.references(page);
  if (variant === "test-above") return references > bias;
  if (variant === "test-less-mapcount") return references - page.mapped > bias;
  return references >= bias;
}

/** The test, its answer held against who really has write pins. */
export function testPinned(model: FileModel, page: ModelPage): Answer {
  const answer = maybePinned(model, page);
  const isTrue = answer === "yes" ? page.writePins > 0 : page.writePins === 0;
  const sign = answer === "yes" ? "positive" : "negative";
  const verdict = answer === "unknown" ? "unknown" : `${isTrue ? "true" : "false"} ${sign}`;
  model.verdicts[verdict] = (model.verdicts[verdict] ?? 0) + 1;
  if (verdict === "false negative") model.fault(BUG_FALSE_NEGATIVE);
  return answer;
}

/** page_mkclean(): no shared mapping can write any more without a fault. */
function mkclean(model: FileModel, page: ModelPage): void {
  const entries = model.entriesOf(page);
  let cleaned = 0;
  for (const { pte, isShared } of entries) {
    if (!isShared || !(pte.writable || pte.dirty)) continue;
    pte.writable = false;
    pte.dirty = false;
    cleaned++;
  }
  model.countWork("mkclean");
  model.countWork("ptes_cleaned", cleaned);
  if (model.spec.scheme !== "mapcount") return;
  // Hubbard's prototype believes in no pin only if it has cleaned as many entries as are counted.
  if (model.locksToPin) {
    if (cleaned === model.mapcount(page)) page.pinFlag = false;
  } else if (entries.length >= model.mapcount(page)) page.pinFlag = false;
}

/** WB_SYNC_ALL or not; the last sync asks nobody. */
export type Sync = boolean | "last";

/** Asks, and says what the policy makes of the answer; undefined: the write goes on. */
function ask(model: FileModel, page: ModelPage, sync: Sync): number | undefined {
  if (sync === "last") return undefined;
  const { background, fsync } = model.spec.onPinned;
  const policy = sync ? fsync : background;
  if (policy === "ignore" || testPinned(model, page) !== "yes") return undefined;
  if (policy === "skip") {
    model.countWork("skipped");
    return SKIPPED;
  }
  if (policy === "wait") return PINNED;
  model.countWork("bounced");
  return BOUNCED;
}

/** A dirty page of a regular file on its way to the disk. */
export function writePage(
  model: FileModel,
  file: ModelFile,
  page: ModelPage,
  sync: Sync,
  completion: "at once" | "later",
): number {
  if (!page.isDirty) return NOT_NEEDED;
  const { testAt } = model.spec;
  let told: number | undefined;
  if (testAt === "before-mkclean") told = ask(model, page, sync);
  if (told === undefined || told === BOUNCED) {
    mkclean(model, page);
    if (testAt === "after-mkclean") told = ask(model, page, sync);
  }
  if (told === SKIPPED || told === PINNED) return told;
  if (!page.hasBuffers) {
    // ext4 since 5.18: a warning, and the page is made clean.
    model.fault(WARN_WRITE_WITHOUT_BUFFERS);
    page.isDirty = false;
    file.dirty.delete(page.index);
    return NOT_NEEDED;
  }
  if (told === undefined) {
    page.isDirty = false;
    file.dirty.delete(page.index);
  }
  if (testAt === "after-set-writeback") {
    told = ask(model, page, sync);
    if (told !== undefined) setPageDirty(model, page);
    if (told === SKIPPED || told === PINNED) return told;
  }
  page.isUnderWriteback = true;
  file.writeback.add(page.index);
  const write = { page, content: page.content, bounced: told === BOUNCED };
  if (completion === "at once") completeWrite(model, write);
  else model.writes.push(write);
  return told ?? SUBMITTED;
}

/** Whoever found the page by its index holds it while it is written, and until that is complete. */
export function writeFound(
  model: FileModel,
  file: ModelFile,
  index: number,
  sync: Sync,
  completion: "at once" | "later",
): number {
  const page = file.cache.get(index);
  if (page === undefined || page.isUnderWriteback) return NOT_NEEDED;
  page.held++;
  const result = writePage(model, file, page, sync, completion);
  if (completion === "at once" || result > BOUNCED) page.held--;
  return result;
}

export function completeWrite(model: FileModel, { page, content, bounced }: InFlight): void {
  const file = page.file as ModelFile;
  if (page.content !== content && !bounced && model.spec.stablePages) {
    model.fault(BUG_CHANGED_UNDER_WRITEBACK);
  }
  file.disk.set(page.index, Math.max(file.disk.get(page.index) ?? 0, content));
  file.writeback.delete(page.index);
  page.isUnderWriteback = false;
  model.count("nr_written");
}

/** The write of a page that was submitted to be completed later. */
export function completeHeld(model: FileModel, write: InFlight): void {
  model.writes = model.writes.filter((each) => each !== write);
  completeWrite(model, write);
  write.page.held--;
  model.freeIfUnused(write.page);
}
