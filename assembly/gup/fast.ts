/**
 * gup_fast: walks the page tables with interrupts off and no lock. It grabs the page, looks at the
 * entries once more and gives the page back if they changed meanwhile. Where it cannot go on it
 * stops, keeps what it has, counts the cause, and the slow path continues (mm/gup.c, 6.13).
 */
import {
  CPU_IRQ_OFF, MM_PGD, MM_WRITE_PROTECT_SEQ, PAGE_FLAGS, PAGE_MAPPING, PAGE_STRUCT_BYTES,
  PTE_BYTES, PTRS_PER_TABLE, PARAM_RULES,
} from "../shared/layout.ts";
import {
  FALLBACK_ENTRY_CHANGED, FALLBACK_FORK_PASSED, FALLBACK_FORK_RUNNING, FALLBACK_GRAB_REFUSED,
  FALLBACK_NOT_ALLOWED, FALLBACK_NOT_PERMITTED, FALLBACK_NOT_PRESENT, FALLBACK_PROTNONE,
  FALLBACK_SPECIAL, FOLL_LONGTERM, FOLL_PIN, FOLL_WRITE, NR_FOLL_PIN_ACQUIRED,
  NR_FOLL_PIN_RELEASED, NR_GUP_FAST_PAGES_REQUESTED, NR_GUP_FAST_PAGE_BACKOFFS,
  PAGE_MAPPING_ANON, PG_ANON_EXCLUSIVE, PG_REFERENCED, PTE_PRESENT, PTE_PROTNONE, PTE_RW,
  PTE_SPECIAL, PTE_USER, RULES_6_13,
} from "../shared/codes.ts";
import {
  loadAcquire32, loadAcquire64, loadRelaxed32, loadRelaxed64, orVoid32, quietLoad32, quietStore32,
  storeFull32, storeRelaxed32,
} from "../memory/cell";
import { pfnToPage } from "../memory/page";
import {
  entryPfn, entryTable, isLeaf, isPresent, pgdEntry, pmdEntry, pteEntry,
} from "../memory/page_table";
import { putFolio, tryGetFolio } from "../mm/folio";
import { currentBias, currentScheme, grabFast, release } from "../pins/scheme";
import { countFallback, countVmstat } from "../observe/vmstat";
import { unpinPages } from "./unpin";

/** Pages gathered into `pages` (addresses of struct page), in order; fewer than asked is legal. */
export function gupFast(
  cpu: usize, mm: usize, start: u32, count: u32, flags: u32, pages: usize,
): u32 {
  let sequence: u32 = 0;
  if (flags & FOLL_PIN) {
    sequence = loadAcquire32(mm + MM_WRITE_PROTECT_SEQ);
    if (sequence & 1) {
      countFallback(cpu, FALLBACK_FORK_RUNNING);
      return 0;
    }
  }
  // local_irq_save(): from here to the store below, whoever frees page tables waits for us.
  storeFull32(cpu + CPU_IRQ_OFF, 1);
  const got = walk(cpu, mm, start, count, flags, pages);
  storeRelaxed32(cpu + CPU_IRQ_OFF, 0);
  if (flags & FOLL_PIN) countVmstat(cpu, NR_FOLL_PIN_ACQUIRED, got);
  if (flags & FOLL_PIN && loadAcquire32(mm + MM_WRITE_PROTECT_SEQ) != sequence) {
    // A fork has copied page tables meanwhile and may have taken our pages for unpinned.
    countFallback(cpu, FALLBACK_FORK_PASSED);
    countVmstat(cpu, NR_GUP_FAST_PAGES_REQUESTED, got);
    unpinPages(cpu, pages, got);
    return 0;
  }
  return got;
}

function walk(cpu: usize, mm: usize, start: u32, count: u32, flags: u32, pages: usize): u32 {
  const pgd = <usize>loadRelaxed32(mm + MM_PGD);
  const end = start + count;
  let vpn = start;
  while (vpn < end) {
    const upper = loadRelaxed64(pgdEntry(pgd, vpn));
    if (!isPresent(upper)) {
      countFallback(cpu, FALLBACK_NOT_PRESENT);
      break;
    }
    const pmd = pmdEntry(entryTable(upper), vpn);
    const entry = loadRelaxed64(pmd);
    const next = min((vpn | (PTRS_PER_TABLE - 1)) + 1, end);
    const into = pages + (<usize>(vpn - start) << 2);
    let got: u32 = 0;
    if (isLeaf(entry)) got = walkLeaf(cpu, pmd, entry, vpn, next, flags, into);
    else if (isPresent(entry)) got = walkPtes(cpu, pmd, entry, vpn, next, flags, into);
    else countFallback(cpu, FALLBACK_NOT_PRESENT);
    vpn += got;
    if (vpn != next) break;
  }
  return vpn - start;
}

/** The PTEs of one table, from `vpn` to `end`: how many pages were grabbed before it stopped. */
function walkPtes(
  cpu: usize, pmd: usize, pmdEntrySeen: u64, vpn: u32, end: u32, flags: u32, pages: usize,
): u32 {
  const scheme = currentScheme();
  const bias = currentBias();
  const needed = neededBits(flags);
  const fileRule = hasFileRule(flags);
  const first = pteEntry(entryTable(pmdEntrySeen), vpn);
  const last = first + <usize>(end - vpn) * PTE_BYTES;
  let pte = first;
  let into = pages;
  while (pte < last) {
    const entry = loadRelaxed64(pte);
    if ((entry & (needed | PTE_SPECIAL)) != needed) {
      countFallback(cpu, refusalCause(entry, needed));
      break;
    }
    const page = pfnToPage(entryPfn(entry));
    let folio: usize = 0;
    if (flags & FOLL_PIN) folio = grabFast(cpu, scheme, bias, page, 1);
    else folio = tryGetFolio(cpu, page, 1);
    if (!folio) {
      countFallback(cpu, FALLBACK_GRAB_REFUSED);
      break;
    }
    // Recheck both levels after taking the reference: the page may have been unmapped, or its
    // table collapsed into a huge page, in between.
    const changed = loadAcquire64(pmd) != pmdEntrySeen || loadAcquire64(pte) != entry;
    if (changed || (fileRule && !isAllowed(folio)) || mustUnshare(entry, flags, page)) {
      undo(cpu, folio, 1, flags, changed);
      break;
    }
    orVoid32(folio + PAGE_FLAGS, PG_REFERENCED);
    quietStore32(into, page);
    into += 4;
    pte += PTE_BYTES;
  }
  return <u32>((pte - first) >> 3);
}

/** A PMD leaf: all its pages from `vpn` to `end` by one grab of the head. */
function walkLeaf(
  cpu: usize, pmd: usize, entry: u64, vpn: u32, end: u32, flags: u32, pages: usize,
): u32 {
  const needed = neededBits(flags);
  if ((entry & (needed | PTE_SPECIAL)) != needed) {
    countFallback(cpu, refusalCause(entry, needed));
    return 0;
  }
  const count = end - vpn;
  const page = pfnToPage(entryPfn(entry) + (vpn & (PTRS_PER_TABLE - 1)));
  let folio: usize = 0;
  if (flags & FOLL_PIN) folio = grabFast(cpu, currentScheme(), currentBias(), page, count);
  else folio = tryGetFolio(cpu, page, count);
  if (!folio) {
    countFallback(cpu, FALLBACK_GRAB_REFUSED);
    return 0;
  }
  const changed = loadAcquire64(pmd) != entry;
  if (changed || (hasFileRule(flags) && !isAllowed(folio)) || mustUnshare(entry, flags, folio)) {
    undo(cpu, folio, count, flags, changed);
    return 0;
  }
  orVoid32(folio + PAGE_FLAGS, PG_REFERENCED);
  for (let i: u32 = 0; i < count; i++) {
    quietStore32(pages + (<usize>i << 2), page + <usize>i * PAGE_STRUCT_BYTES);
  }
  return count;
}

@inline
function neededBits(flags: u32): u64 {
  return flags & FOLL_WRITE ? PTE_PRESENT | PTE_USER | PTE_RW : PTE_PRESENT | PTE_USER;
}

/** The first reason why an entry may not be followed, in the order in which mm/gup.c looks. */
function refusalCause(entry: u64, needed: u64): u32 {
  if (entry & PTE_PROTNONE) return FALLBACK_PROTNONE;
  if (!(entry & PTE_PRESENT)) return FALLBACK_NOT_PRESENT;
  return (entry & needed) == needed ? FALLBACK_SPECIAL : FALLBACK_NOT_PERMITTED;
}

/** Gives a grab back that a recheck has refused, and counts why. */
function undo(cpu: usize, folio: usize, count: u32, flags: u32, changed: bool): void {
  if (flags & FOLL_PIN) {
    release(cpu, currentScheme(), currentBias(), folio, count);
    countVmstat(cpu, NR_FOLL_PIN_ACQUIRED, count);
    countVmstat(cpu, NR_FOLL_PIN_RELEASED, count);
  } else putFolio(cpu, folio, count);
  countFallback(cpu, changed ? FALLBACK_ENTRY_CHANGED : FALLBACK_NOT_ALLOWED);
  if (changed) countVmstat(cpu, NR_GUP_FAST_PAGE_BACKOFFS, count);
}

/** The rule of 2023: no long-term write pin of a file whose writes its file system must see. */
@inline
function hasFileRule(flags: u32): bool {
  const bits: u32 = FOLL_PIN | FOLL_LONGTERM | FOLL_WRITE;
  return (flags & bits) == bits && quietLoad32(PARAM_RULES) >= <u32>RULES_6_13;
}

@inline
function isAllowed(folio: usize): bool {
  return (loadRelaxed32(folio + PAGE_MAPPING) & PAGE_MAPPING_ANON) != 0;
}

/** gup_must_unshare(): a read-only pin of an anonymous page that others may share. */
@inline
function mustUnshare(entry: u64, flags: u32, page: usize): bool {
  if (entry & PTE_RW || !(flags & FOLL_PIN)) return false;
  if (quietLoad32(PARAM_RULES) < <u32>RULES_6_13) return false;
  return (loadRelaxed32(page + PAGE_FLAGS) & PG_ANON_EXCLUSIVE) == 0;
}
