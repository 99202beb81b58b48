import { EFAULT, ENOMEM, VM_SHARED, VM_WRITE } from "../../assembly/shared/codes.ts";
import type {
  FileModel,
  FileVma,
  ModelFile,
  ModelPage,
  ModelPte,
  ModelSpace,
} from "./file_model.ts";
import { cachePage, setPageDirty } from "./file_model_cache.ts";
import { MMAP_BASE_VPN } from "./model_space.ts";

export function spaceOf(model: FileModel, mm: number): ModelSpace {
  return model.spaces[mm] as ModelSpace;
}

function link(model: FileModel, vma: FileVma): void {
  vma.file.mappings.unshift(vma);
  const space = spaceOf(model, vma.mm);
  space.vmas = [...space.vmas, vma].sort((a, b) => a.start - b.start);
}

/** Above all that was mapped so far, or in the first gap. */
export function mmap(
  model: FileModel,
  mm: number,
  count: number,
  flags: number,
  file: ModelFile,
  offset: number,
): number {
  const space = spaceOf(model, mm);
  const isFree = (at: number) =>
    space.vmas.every(({ start, end }) => end <= at || start >= at + count);
  let start = space.next;
  if (isFree(start)) space.next = start + count;
  else start = [MMAP_BASE_VPN, ...space.vmas.map(({ end }) => end)].find(isFree) ?? 0;
  link(model, { mm, start, end: start + count, flags, file, origin: start - offset });
  return start;
}

export function munmap(model: FileModel, mm: number, start: number, count: number): number {
  const space = spaceOf(model, mm);
  const end = start + count;
  for (const vpn of [start, end]) {
    const vma = space.vmaAt(vpn);
    if (vma === undefined || vma.start === vpn) continue;
    const upper = { ...vma, start: vpn };
    vma.end = vpn;
    link(model, upper);
  }
  for (const vma of space.vmas.filter((each) => each.start >= start && each.end <= end)) {
    const vpns = Array.from({ length: vma.end - vma.start }, (_, i) => vma.start + i);
    for (const vpn of vpns) {
      const pte = space.ptes.get(vpn);
      if (pte?.dirty && pte.page.file) setPageDirty(model, pte.page);
    }
    for (const vpn of vpns) model.unmap(mm, vpn);
    space.vmas = space.vmas.filter((each) => each !== vma);
    vma.file.mappings = vma.file.mappings.filter((each) => each !== vma);
  }
  return 0;
}

function install(model: FileModel, vma: FileVma, vpn: number, entry: ModelPte): void {
  entry.page.mapped++;
  spaceOf(model, vma.mm).ptes.set(vpn, entry);
}

/** A private page of its own, in place of what was mapped. */
export function copyOnWrite(
  model: FileModel,
  vma: FileVma,
  vpn: number,
  isWritten: boolean,
): number {
  if (!model.hasMemory) return -ENOMEM;
  const page = model.newPage(true);
  if (model.spec.scheme === "lru-count") model.lruAdd(page);
  model.unmap(vma.mm, vpn);
  install(model, vma, vpn, { page, writable: isWritten, dirty: isWritten });
  return 0;
}

/** page_mkwrite() for a regular file; shmem asks nobody. */
function makeWritable(model: FileModel, page: ModelPage): void {
  if (page.file?.kind === "regular") page.hasBuffers = true;
  setPageDirty(model, page);
}

/** handle_mm_fault(). Writes come only where the VMA is writable. */
export function handleFault(model: FileModel, vma: FileVma, vpn: number, write: boolean): number {
  model.count("pgfault");
  const isShared = (vma.flags & VM_SHARED) !== 0;
  const pte = spaceOf(model, vma.mm).ptes.get(vpn);
  if (pte !== undefined && (!write || pte.writable)) return 0;
  if (write && !isShared && !pte?.page.isAnon) return copyOnWrite(model, vma, vpn, true);
  if (pte !== undefined) {
    if (isShared) makeWritable(model, pte.page);
    pte.writable = true;
    pte.dirty = true;
    return 0;
  }
  const index = vpn - vma.origin;
  const page = cachePage(model, vma.file, index);
  if (page === undefined) return index < vma.file.size ? -ENOMEM : -EFAULT;
  if (write) makeWritable(model, page);
  // Shmem is writable at once, where a file system wants to hear of the first write.
  const free = vma.file.kind === "shmem" && isShared && (vma.flags & VM_WRITE) !== 0;
  install(model, vma, vpn, { page, writable: write || free, dirty: write });
  return 0;
}

export function populate(model: FileModel, mm: number, start: number, count: number): number {
  for (let vpn = start; vpn < start + count; vpn++) {
    const vma = spaceOf(model, mm).vmaAt(vpn);
    if (vma === undefined) return -EFAULT;
    const error = handleFault(model, vma, vpn, (vma.flags & VM_WRITE) !== 0);
    if (error) return error;
  }
  return 0;
}
