/** zap_page_range(): clears entries, waits for whoever walks with interrupts off, frees pages. */
import { CPU_GATHER, PGD_VPN_SHIFT, PMD_VPN_SHIFT } from "../shared/layout.ts";
import { PTE_DIRTY, PTE_SPECIAL } from "../shared/codes.ts";
import { exchange64, loadAcquire64 } from "../memory/cell";
import { quietLoad32, quietStore32 } from "../memory/quiet";
import { lock, unlock } from "../memory/lock";
import { compoundHead, pfnToPage } from "../memory/page";
import { entryPfn, entryTable, isLeaf, isPresent, pteEntry, tableLock } from "../memory/page_table";
import { fileOf } from "../filemap/address_space";
import { setPageDirty } from "../filemap/dirty";
import { pageRemoveRmap, putFolio, unmapEntireFolio } from "./folio";
import { findPmdEntry, flushTlb } from "./tables";

/**
 * Unmaps [start, end); mmap_lock is held for writing, or, where truncation unmaps pages of a file,
 * the file's i_mmap lock. Huge leaves go as a whole.
 */
export function zapRange(cpu: usize, mm: usize, start: u32, end: u32): void {
  let vpn = start;
  while (vpn < end) {
    const pmd = findPmdEntry(mm, vpn);
    if (!pmd) {
      vpn = boundary(vpn, PGD_VPN_SHIFT);
      continue;
    }
    const next = boundary(vpn, PMD_VPN_SHIFT);
    const entry = loadAcquire64(pmd);
    if (isLeaf(entry)) zapHuge(cpu, pmd);
    else if (isPresent(entry)) zapTable(cpu, entryTable(entry), vpn, min(next, end));
    vpn = next;
  }
}

@inline
function boundary(vpn: u32, shift: u32): u32 {
  return ((vpn >> shift) + 1) << shift;
}

function zapHuge(cpu: usize, pmd: usize): void {
  const entry = exchange64(pmd, 0);
  flushTlb(cpu);
  unmapEntireFolio(cpu, pfnToPage(entryPfn(entry)));
}

/**
 * Part of one PTE table: cleared and no longer counted as mapped under its lock, flushed once,
 * freed after the flush.
 */
function zapTable(cpu: usize, table: usize, start: u32, end: u32): void {
  const gather = cpu + CPU_GATHER;
  let gathered: usize = 0;
  const ptl = tableLock(table);
  lock(cpu, ptl);
  for (let vpn = start; vpn < end; vpn++) {
    const pte = pteEntry(table, vpn);
    if (!loadAcquire64(pte)) continue;
    const entry = exchange64(pte, 0);
    if (!isPresent(entry) || entry & PTE_SPECIAL) continue;
    const page = pfnToPage(entryPfn(entry));
    // Under the table's lock: who finds no entry there any more has found the page dirty.
    if (entry & PTE_DIRTY && fileOf(page)) setPageDirty(cpu, page);
    pageRemoveRmap(page);
    quietStore32(gather + gathered, page);
    gathered += 4;
  }
  unlock(ptl);
  flushTlb(cpu);
  for (let at: usize = 0; at < gathered; at += 4) {
    putFolio(cpu, compoundHead(quietLoad32(gather + at)), 1);
  }
}
