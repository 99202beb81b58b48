/**
 * The reverse map of a file: its VMAs (i_mmap), and walks over every page-table entry that maps one
 * of its pages. Whoever walks holds the page lock, so that no new mapping comes in between.
 */
import { FILE_MMAP_FIRST, FILE_MMAP_LOCK } from "../shared/file_layout.ts";
import {
  PAGE_MAPCOUNT, VMA_END, VMA_MM, VMA_NEXT_OF_FILE, VMA_ORIGIN, VMA_START,
} from "../shared/layout.ts";
import { PTE_DIRTY, PTE_RW, VM_SHARED, WORK_CLEANED_PTES } from "../shared/codes.ts";
import {
  exchange64, loadAcquire32, loadAcquire64, loadPlain32, storePlain32, storeRelease64,
} from "../memory/cell";
import { lock, unlock } from "../memory/lock";
import { pageToPfn } from "../memory/page";
import { entryLock, entryPfn, entryTable, isLeaf, isPresent, pteEntry } from "../memory/page_table";
import { unmapPage } from "../mm/folio";
import { findPmdEntry, flushTlb } from "../mm/tables";
import { vmaFlags } from "../mm/vma";
import { countWork } from "../observe/vmstat";
import { fileOf, pageIndex } from "./address_space";
import { setPageDirty } from "./dirty";

/** vma_link_file(): the VMA maps the file from now on. */
export function linkToFile(cpu: usize, file: usize, vma: usize): void {
  lock(cpu, file + FILE_MMAP_LOCK);
  storePlain32(vma + VMA_NEXT_OF_FILE, loadPlain32(file + FILE_MMAP_FIRST));
  storePlain32(file + FILE_MMAP_FIRST, vma);
  unlock(file + FILE_MMAP_LOCK);
}

export function unlinkFromFile(cpu: usize, file: usize, vma: usize): void {
  lock(cpu, file + FILE_MMAP_LOCK);
  let at = file + FILE_MMAP_FIRST;
  while (<usize>loadPlain32(at) != vma) at = loadPlain32(at) + VMA_NEXT_OF_FILE;
  storePlain32(at, loadPlain32(vma + VMA_NEXT_OF_FILE));
  unlock(file + FILE_MMAP_LOCK);
}

/** Cuts a VMA of a file at `end`: its walkers find the one, or both parts. */
export function splitInFile(cpu: usize, file: usize, vma: usize, upper: usize, end: u32): void {
  lock(cpu, file + FILE_MMAP_LOCK);
  storePlain32(vma + VMA_END, end);
  storePlain32(upper + VMA_NEXT_OF_FILE, loadPlain32(file + FILE_MMAP_FIRST));
  storePlain32(file + FILE_MMAP_FIRST, upper);
  unlock(file + FILE_MMAP_LOCK);
}

const WALK_CLEAN: u32 = 0;
const WALK_UNMAP: u32 = 1;

/** What a walk over a page's mappings found. */
const CLEANED_SHIFT: u32 = 16;
const FOUND_MASK: u32 = 0xffff;

/** Entries that mapped the page. */
@inline
export function mappingsFound(walk: u32): u32 {
  return walk & FOUND_MASK;
}

/** Entries that a pageMkclean() walk has write-protected. */
@inline
export function entriesCleaned(walk: u32): u32 {
  return walk >> CLEANED_SHIFT;
}

/** rmap_walk() of page_mkclean(): write-protects every shared mapping; what it found. */
export function walkToClean(cpu: usize, page: usize): u32 {
  const found = walk(cpu, page, WALK_CLEAN);
  countWork(cpu, WORK_CLEANED_PTES, entriesCleaned(found));
  return found;
}

/** try_to_unmap(): clears every mapping; a dirty one makes the page dirty. */
export function tryToUnmap(cpu: usize, page: usize): void {
  walk(cpu, page, WALK_UNMAP);
}

function walk(cpu: usize, page: usize, what: u32): u32 {
  const file = fileOf(page);
  if (!file) return 0;
  const index = pageIndex(page);
  let result: u32 = 0;
  lock(cpu, file + FILE_MMAP_LOCK);
  let vma = <usize>loadPlain32(file + FILE_MMAP_FIRST);
  while (vma) {
    const vpn = loadPlain32(vma + VMA_ORIGIN) + index;
    if (vpn >= loadPlain32(vma + VMA_START) && vpn < loadPlain32(vma + VMA_END)) {
      result += visit(cpu, vma, vpn, page, what);
    }
    vma = loadPlain32(vma + VMA_NEXT_OF_FILE);
  }
  unlock(file + FILE_MMAP_LOCK);
  return result;
}

/** page_mapped(). */
@inline
export function isMapped(page: usize): bool {
  return <i32>loadAcquire32(page + PAGE_MAPCOUNT) >= 0;
}

/** One VMA's entry, if it maps the page: 1, and 1 << CLEANED_SHIFT if it was write-protected. */
function visit(cpu: usize, vma: usize, vpn: u32, page: usize, what: u32): u32 {
  const pmd = findPmdEntry(loadPlain32(vma + VMA_MM), vpn);
  if (!pmd) return 0;
  const table = loadAcquire64(pmd);
  if (!isPresent(table) || isLeaf(table)) return 0;
  const pte = pteEntry(entryTable(table), vpn);
  const ptl = entryLock(pte);
  let result: u32 = 0;
  lock(cpu, ptl);
  const entry = loadAcquire64(pte);
  if (isPresent(entry) && entryPfn(entry) == pageToPfn(page)) {
    result = 1;
    if (what == WALK_UNMAP) unmapEntry(cpu, pte, page);
    else if (vmaFlags(vma) & VM_SHARED && entry & (PTE_RW | PTE_DIRTY)) {
      // ptep_clear_flush(), pte_wrprotect(), pte_mkclean(), set_pte().
      const cleared = exchange64(pte, 0);
      flushTlb(cpu);
      storeRelease64(pte, cleared & ~<u64>(PTE_RW | PTE_DIRTY));
      result += 1 << CLEANED_SHIFT;
    }
  }
  unlock(ptl);
  return result;
}

function unmapEntry(cpu: usize, pte: usize, page: usize): void {
  const cleared = exchange64(pte, 0);
  flushTlb(cpu);
  if (cleared & PTE_DIRTY) setPageDirty(cpu, page);
  unmapPage(cpu, page);
}
