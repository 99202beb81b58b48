/**
 * gup_fast: walks the page tables with interrupts off and no lock. It grabs the page, looks at the
 * entries once more and gives the page back if they changed meanwhile. Where it cannot go on it
 * stops, keeps what it has, counts the cause, and the slow path continues (mm/gup.c, 6.13).
 */
import {
  CPU_IRQ_OFF, MM_PGD, MM_WRITE_PROTECT_SEQ, PAGE_FLAGS, PAGE_STRUCT_BYTES, PARAM_FAST_PATH,
  PTRS_PER_TABLE,
} from "../shared/layout.ts";
import {
  FAST_PATH_POST, FAST_PATH_SYNCED, FALLBACK_FORK_PASSED, FALLBACK_FORK_RUNNING,
  FALLBACK_GRAB_REFUSED, FALLBACK_NOT_PRESENT, FOLL_PIN, NR_FOLL_PIN_ACQUIRED,
  NR_GUP_FAST_PAGES_REQUESTED, NR_GUP_PAGES_RETURNED, PG_REFERENCED, PTE_PRESENT, PTE_PSE,
  PTE_SPECIAL, SCHEME_BIAS, SCHEME_EXACT, SCHEME_EXACT_SIDE, SCHEME_HYBRID, SCHEME_REFCOUNT,
  VM_MAYWRITE,
} from "../shared/codes.ts";
import {
  loadAcquire32, loadAcquire64, loadRelaxed32, loadRelaxed64, orVoid32, storeFull32, storeRelaxed32,
} from "../memory/cell";
import { quietLoad32, quietStore32, quietStore64 } from "../memory/quiet";
import { pfnToPage } from "../memory/page";
import { entryPfn, entryTable, isLeaf, isPresent, pgdEntry, pmdEntry } from "../memory/page_table";
import { tryGetFolio } from "../mm/folio";
import { countFallback, countVmstat } from "../observe/vmstat";
import { currentBias, grabFast, grabScheme } from "../pins/scheme";
import {
  hasFileRule, isAllowed, mustUnshare, neededBits, refusalCause, undo, walkPtes,
} from "./fast_ptes";
import { pinSynced, walkPtesSynced } from "./fast_synced";
import { giveBack, postPass } from "./post_pass";
import { unpinUserPages } from "./unpin";

/** Pages gathered into `pages` (addresses of struct page), in order; fewer than asked is legal. */
@inline
export function gupFast(
  cpu: usize, mm: usize, start: u32, count: u32, flags: u32, pages: usize,
): u32 {
  if (!(flags & FOLL_PIN)) return getFast(cpu, mm, start, count, flags, pages);
  switch (quietLoad32(PARAM_FAST_PATH)) {
    case SCHEME_BIAS: return pinFastBias(cpu, mm, start, count, flags, pages);
    case SCHEME_HYBRID: return pinFastHybrid(cpu, mm, start, count, flags, pages);
    case SCHEME_EXACT: return pinFastExact(cpu, mm, start, count, flags, pages);
    case SCHEME_EXACT_SIDE: return pinFastSide(cpu, mm, start, count, flags, pages);
    case FAST_PATH_SYNCED: return pinFastSynced(cpu, mm, start, count, flags, pages);
    case FAST_PATH_POST: return pinFastPost(cpu, mm, start, count, flags, pages);
    default: return pinFastRefcount(cpu, mm, start, count, flags, pages);
  }
}

function getFast(cpu: usize, mm: usize, start: u32, count: u32, flags: u32, pages: usize): u32 {
  return fastWith(cpu, mm, start, count, flags, pages, SCHEME_REFCOUNT, false);
}

function pinFastRefcount(
  cpu: usize, mm: usize, start: u32, count: u32, flags: u32, pages: usize,
): u32 {
  return fastWith(cpu, mm, start, count, flags, pages, SCHEME_REFCOUNT, true);
}

function pinFastBias(
  cpu: usize, mm: usize, start: u32, count: u32, flags: u32, pages: usize,
): u32 {
  return fastWith(cpu, mm, start, count, flags, pages, SCHEME_BIAS, true);
}

function pinFastHybrid(
  cpu: usize, mm: usize, start: u32, count: u32, flags: u32, pages: usize,
): u32 {
  return fastWith(cpu, mm, start, count, flags, pages, SCHEME_HYBRID, true);
}

function pinFastExact(
  cpu: usize, mm: usize, start: u32, count: u32, flags: u32, pages: usize,
): u32 {
  return fastWith(cpu, mm, start, count, flags, pages, SCHEME_EXACT, true);
}

function pinFastSide(
  cpu: usize, mm: usize, start: u32, count: u32, flags: u32, pages: usize,
): u32 {
  return fastWith(cpu, mm, start, count, flags, pages, SCHEME_EXACT_SIDE, true);
}

function pinFastSynced(
  cpu: usize, mm: usize, start: u32, count: u32, flags: u32, pages: usize,
): u32 {
  return fastWith(cpu, mm, start, count, flags, pages, FAST_PATH_SYNCED, true);
}

/** Plain references first, and pins made of them once interrupts are on again. */
function pinFastPost(
  cpu: usize, mm: usize, start: u32, count: u32, flags: u32, pages: usize,
): u32 {
  const got = pinFastRefcount(cpu, mm, start, count, flags, pages);
  return got ? postPass(cpu, mm, start, got, flags, pages) : 0;
}

/** The fast path for one scheme: the compiler folds what the others need. `count` is not 0. */
@inline
function fastWith(
  cpu: usize, mm: usize, start: u32, count: u32, flags: u32, pages: usize,
  scheme: u32, isPin: bool,
): u32 {
  let sequence: u32 = 0;
  if (isPin) {
    sequence = loadAcquire32(mm + MM_WRITE_PROTECT_SEQ);
    if (sequence & 1) {
      countFallback(cpu, FALLBACK_FORK_RUNNING);
      return 0;
    }
  }
  // local_irq_save(): from here to the store below, whoever frees page tables waits for us.
  storeFull32(cpu + CPU_IRQ_OFF, 1);
  const got = walk(cpu, mm, start, start + count, flags, pages, scheme, isPin);
  storeRelaxed32(cpu + CPU_IRQ_OFF, 0);
  if (isPin) {
    countVmstat(cpu, NR_FOLL_PIN_ACQUIRED, got);
    if (loadAcquire32(mm + MM_WRITE_PROTECT_SEQ) != sequence) return forkPassed(cpu, pages, got);
  }
  return got;
}

/** A fork has copied page tables meanwhile and may have taken our pages for unpinned. */
function forkPassed(cpu: usize, pages: usize, got: u32): u32 {
  countFallback(cpu, FALLBACK_FORK_PASSED);
  countVmstat(cpu, NR_GUP_FAST_PAGES_REQUESTED, got);
  if (quietLoad32(PARAM_FAST_PATH) == <u32>FAST_PATH_POST) {
    giveBack(cpu, pages, got);
    countVmstat(cpu, NR_GUP_PAGES_RETURNED, got);
  } else unpinUserPages(cpu, pages, got);
  return 0;
}

@inline
function walk(
  cpu: usize, mm: usize, start: u32, end: u32, flags: u32, pages: usize,
  scheme: u32, isPin: bool,
): u32 {
  const pgd = <usize>loadRelaxed32(mm + MM_PGD);
  let vpn = start;
  let into = pages;
  do {
    const upper = loadRelaxed64(pgdEntry(pgd, vpn));
    if (!isPresent(upper)) {
      countFallback(cpu, FALLBACK_NOT_PRESENT);
      break;
    }
    const pmd = pmdEntry(entryTable(upper), vpn);
    const entry = loadRelaxed64(pmd);
    const next = min((vpn | (PTRS_PER_TABLE - 1)) + 1, end);
    let got: u32 = 0;
    if ((entry & (PTE_PRESENT | PTE_PSE)) == PTE_PRESENT) {
      if (scheme == FAST_PATH_SYNCED) {
        got = walkPtesSynced(cpu, pmd, entry, vpn, next, flags, into);
      } else got = walkPtes(cpu, pmd, entry, vpn, next, flags, into, scheme, isPin);
    } else {
      got = walkOther(cpu, pmd, entry, vpn, next, flags, into);
    }
    vpn += got;
    into += <usize>got << 2;
    if (vpn != next) break;
  } while (vpn < end);
  return vpn - start;
}

/** What is no table: a huge page, or nothing. */
function walkOther(
  cpu: usize, pmd: usize, entry: u64, vpn: u32, end: u32, flags: u32, pages: usize,
): u32 {
  if (isLeaf(entry)) return walkLeaf(cpu, pmd, entry, vpn, end, flags, pages);
  countFallback(cpu, FALLBACK_NOT_PRESENT);
  return 0;
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
  if (flags & FOLL_PIN && quietLoad32(PARAM_FAST_PATH) == <u32>FAST_PATH_SYNCED) {
    if (!pinSynced(cpu, pmd, entry, pmd, entry, page, count, flags)) return 0;
    fillRun(pages, page, count);
    return count;
  }
  if (flags & FOLL_PIN) folio = grabFast(cpu, grabScheme(), currentBias(), page, count);
  else folio = tryGetFolio(cpu, page, count);
  if (!folio) {
    countFallback(cpu, FALLBACK_GRAB_REFUSED);
    return 0;
  }
  const changed = loadAcquire64(pmd) != entry;
  const refused = hasFileRule(flags) && !isAllowed(folio);
  if (changed || refused || mustUnshare(entry, flags, folio, VM_MAYWRITE)) {
    undo(cpu, folio, count, flags, changed);
    return 0;
  }
  orVoid32(folio + PAGE_FLAGS, PG_REFERENCED);
  fillRun(pages, page, count);
  return count;
}

/** Addresses of `count` pages in a row, two at a time. */
@inline
function fillRun(pages: usize, page: usize, count: u32): void {
  let at = pages;
  const end = pages + (<usize>(count & ~1) << 2);
  let two = (<u64>(page + PAGE_STRUCT_BYTES) << 32) | <u64>page;
  while (at < end) {
    quietStore64(at, two);
    two += (<u64>(2 * PAGE_STRUCT_BYTES) << 32) | (2 * PAGE_STRUCT_BYTES);
    at += 8;
  }
  if (count & 1) quietStore32(at, <u32>two);
}
