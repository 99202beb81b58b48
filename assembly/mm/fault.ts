/**
 * handle_mm_fault(): gives an address its page. mmap_lock is held for reading; two CPUs that
 * fault on one address agree under the page-table lock, and the loser gives its page back.
 * Memory of a private mapping becomes anonymous with the first write.
 */
import {
  PAGE_MAPPING, PARAM_ZERO_PAGE, PMD_ORDER, PTE_BYTES, PTRS_PER_TABLE,
} from "../shared/layout.ts";
import {
  EFAULT, EMLINK, ENOMEM, PAGE_MAPPING_ANON, PGFAULT, PTE_ACCESSED, PTE_DIRTY, PTE_PRESENT, PTE_PSE,
  PTE_RW, PTE_SPECIAL, PTE_USER, THP_FAULT_ALLOC, THP_FAULT_FALLBACK, VMA_ANON, VMA_FSDAX,
  VMA_SHMEM, VM_SHARED, VM_WRITE,
} from "../shared/codes.ts";
import { compareExchange64, loadAcquire64, loadRelaxed32, storeRelease64 } from "../memory/cell";
import { quietLoad32 } from "../memory/quiet";
import { lock, unlock } from "../memory/lock";
import { compoundHead, pageToPfn, pfnToPage } from "../memory/page";
import {
  entryLock, entryPfn, entryTable, isLeaf, isPresent, leafEntry, pteEntry,
} from "../memory/page_table";
import { faultFilePage, faultWriteShared } from "../filemap/file_fault";
import { countVmstat } from "../observe/vmstat";
import {
  allocAnonFolio, mapEntireFolio, mapPages, putFolio, unmapEntireFolio, unmapPage,
} from "./folio";
import { findPmdEntry, flushTlb, makePmdEntry, makePteEntry } from "./tables";
import { vmaEnd, vmaFile, vmaFileIndex, vmaFlags, vmaMapping, vmaOrder, vmaStart } from "./vma";

const PRESENT: u64 = PTE_PRESENT | PTE_USER | PTE_ACCESSED;

/** 0, or -ENOMEM, or -EFAULT for what has no page behind it (fsdax). */
export function handleMmFault(cpu: usize, mm: usize, vma: usize, vpn: u32, write: bool): i32 {
  countVmstat(cpu, PGFAULT, 1);
  const file = vmaFile(vma);
  if (file == VMA_FSDAX) return -EFAULT;
  const pmd = makePmdEntry(cpu, mm, vpn);
  if (!pmd) return -ENOMEM;
  if (file == VMA_ANON && vmaOrder(vma) == PMD_ORDER && !isPresent(loadAcquire64(pmd))) {
    if (faultHuge(cpu, mm, vma, vpn, pmd)) return 0;
  }
  if (isLeaf(loadAcquire64(pmd))) return 0;
  const pte = makePteEntry(cpu, pmd, vpn);
  // No memory, or a huge page that has come meanwhile.
  if (!pte) return isLeaf(loadAcquire64(pmd)) ? 0 : -ENOMEM;
  const seen = loadAcquire64(pte);
  if (isPresent(seen)) {
    if (!write || seen & PTE_RW) return 0;
    return faultWriteProtected(cpu, mm, vma, vpn, pte);
  }
  if (file != VMA_ANON && (!write || vmaFlags(vma) & VM_SHARED)) {
    const bits = fileBits(vma, write);
    return faultFilePage(cpu, vmaMapping(vma), vmaFileIndex(vma, vpn), pte, bits, write);
  }
  if (!write) return faultZeroPage(cpu, pte);
  const order = file == VMA_ANON ? vmaOrder(vma) : 0;
  if (order && order < <u32>PMD_ORDER && faultRun(cpu, mm, vma, vpn, pte, order)) return 0;
  return faultSmall(cpu, mm, vma, vpn, pte);
}

@inline
function writeBits(vma: usize): u64 {
  return vmaFlags(vma) & VM_WRITE ? PTE_RW | PTE_DIRTY : PTE_DIRTY;
}

/** A huge page by a PMD leaf, if the VMA holds all of it and memory is there. */
function faultHuge(cpu: usize, mm: usize, vma: usize, vpn: u32, pmd: usize): bool {
  const start = vpn & ~(PTRS_PER_TABLE - 1);
  if (start < vmaStart(vma) || start + PTRS_PER_TABLE > vmaEnd(vma)) return false;
  const folio = allocAnonFolio(cpu, PMD_ORDER, mm, start);
  if (!folio) {
    countVmstat(cpu, THP_FAULT_FALLBACK, 1);
    return false;
  }
  const ptl = entryLock(pmd);
  lock(cpu, ptl);
  // Who makes a PTE table does not take this lock: the leaf goes in only where nothing is yet.
  mapEntireFolio(cpu, folio);
  const leaf = leafEntry(pageToPfn(folio), PRESENT | PTE_PSE | writeBits(vma));
  const won = compareExchange64(pmd, 0, leaf) == 0;
  if (!won) unmapEntireFolio(cpu, folio);
  unlock(ptl);
  if (won) countVmstat(cpu, THP_FAULT_ALLOC, 1);
  putFolio(cpu, folio, 1);
  return true;
}

/** A folio of a middle order, mapped by PTEs, if its whole aligned run is free in table and VMA. */
function faultRun(cpu: usize, mm: usize, vma: usize, vpn: u32, pte: usize, order: u32): bool {
  const count: u32 = 1 << order;
  const start = vpn & ~(count - 1);
  if (start < vmaStart(vma) || start + count > vmaEnd(vma)) return false;
  const folio = allocAnonFolio(cpu, order, mm, start);
  if (!folio) return false;
  const first = pte - <usize>(vpn - start) * PTE_BYTES;
  const ptl = entryLock(pte);
  lock(cpu, ptl);
  let free = true;
  for (let i: u32 = 0; i < count; i++) {
    if (loadAcquire64(first + <usize>i * PTE_BYTES)) free = false;
  }
  if (free) {
    mapPages(cpu, folio, count);
    const pfn = pageToPfn(folio);
    const bits = PRESENT | writeBits(vma);
    for (let i: u32 = 0; i < count; i++) {
      storeRelease64(first + <usize>i * PTE_BYTES, leafEntry(pfn + i, bits));
    }
  }
  unlock(ptl);
  putFolio(cpu, folio, 1);
  return free;
}

/** Maps the page if the PTE still holds `expected`. */
export function installPage(
  cpu: usize, pte: usize, expected: u64, page: usize, bits: u64,
): bool {
  const ptl = entryLock(pte);
  lock(cpu, ptl);
  const won = loadAcquire64(pte) == expected;
  if (won) {
    mapPages(cpu, page, 1);
    storeRelease64(pte, leafEntry(pageToPfn(page), bits));
  }
  unlock(ptl);
  return won;
}

/** As installPage(); the page's own reference goes back. */
function install(
  cpu: usize, pte: usize, expected: u64, page: usize, bits: u64,
): bool {
  const won = installPage(cpu, pte, expected, page, bits);
  putFolio(cpu, page, 1);
  return won;
}

/** The entry becomes `bits` if it still is what was seen. */
export function upgradeEntry(cpu: usize, pte: usize, seen: u64, bits: u64): void {
  const ptl = entryLock(pte);
  lock(cpu, ptl);
  if (loadAcquire64(pte) == seen) storeRelease64(pte, bits);
  unlock(ptl);
}

/**
 * Bits of an entry that maps a page of a file. A file system hears of the first write to a page, so
 * a read maps it read-only; shmem does not ask.
 */
function fileBits(vma: usize, write: bool): u64 {
  if (write) return PRESENT | writeBits(vma);
  const writable = (vmaFlags(vma) & (VM_SHARED | VM_WRITE)) == (VM_SHARED | VM_WRITE);
  return vmaFile(vma) == VMA_SHMEM && writable ? PRESENT | PTE_RW : PRESENT;
}

/** A private copy in place of what `seen` maps: the zero page, or a page of a file. */
function copyOnWrite(
  cpu: usize, mm: usize, vpn: u32, pte: usize, seen: u64, bits: u64,
): i32 {
  const page = allocAnonFolio(cpu, 0, mm, vpn);
  if (!page) return -ENOMEM;
  const won = install(cpu, pte, seen, page, PRESENT | bits);
  flushTlb(cpu);
  if (won && !(seen & PTE_SPECIAL)) unmapPage(cpu, pfnToPage(entryPfn(seen)));
  return 0;
}

/**
 * The fault with FAULT_FLAG_UNSHARE: a read-only long-term pin of a private mapping must not hold
 * the file's page, which a later write would leave. -EMLINK for anonymous pages: nothing shares
 * them before there is a fork.
 */
export function unsharePage(cpu: usize, mm: usize, vpn: u32): i32 {
  const pmd = findPmdEntry(mm, vpn);
  const entry = pmd ? loadAcquire64(pmd) : 0;
  if (!isPresent(entry) || isLeaf(entry)) return -EMLINK;
  const pte = pteEntry(entryTable(entry), vpn);
  const seen = loadAcquire64(pte);
  if (!isPresent(seen) || isFilePage(seen)) {
    countVmstat(cpu, PGFAULT, 1);
    return isPresent(seen) ? copyOnWrite(cpu, mm, vpn, pte, seen, 0) : 0;
  }
  return -EMLINK;
}

/** A page that is neither the zero page nor anonymous. */
function isFilePage(entry: u64): bool {
  if (entry & PTE_SPECIAL) return false;
  const folio = compoundHead(pfnToPage(entryPfn(entry)));
  return (loadRelaxed32(folio + PAGE_MAPPING) & PAGE_MAPPING_ANON) == 0;
}

function faultSmall(cpu: usize, mm: usize, vma: usize, vpn: u32, pte: usize): i32 {
  const page = allocAnonFolio(cpu, 0, mm, vpn);
  if (!page) return -ENOMEM;
  install(cpu, pte, 0, page, PRESENT | writeBits(vma));
  return 0;
}

/** A read of memory never written maps the shared zero page, read-only and special. */
function faultZeroPage(cpu: usize, pte: usize): i32 {
  const ptl = entryLock(pte);
  lock(cpu, ptl);
  if (!loadAcquire64(pte)) {
    const pfn = pageToPfn(quietLoad32(PARAM_ZERO_PAGE));
    storeRelease64(pte, leafEntry(pfn, PRESENT | PTE_SPECIAL));
  }
  unlock(ptl);
  return 0;
}

/** A write to a read-only entry: copied if it is not ours to write, else made writable. */
function faultWriteProtected(cpu: usize, mm: usize, vma: usize, vpn: u32, pte: usize): i32 {
  const seen = loadAcquire64(pte);
  if (!isPresent(seen)) return 0;
  if (seen & PTE_SPECIAL || (!(vmaFlags(vma) & VM_SHARED) && isFilePage(seen))) {
    return copyOnWrite(cpu, mm, vpn, pte, seen, writeBits(vma));
  }
  if (isFilePage(seen)) {
    const index = vmaFileIndex(vma, vpn);
    faultWriteShared(cpu, vmaMapping(vma), index, pte, seen, writeBits(vma));
  } else upgradeEntry(cpu, pte, seen, seen | writeBits(vma));
  return 0;
}
