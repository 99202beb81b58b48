/**
 * The fast path's walk over one table of PTEs. The loop is the straight way and is compiled once a
 * scheme; whatever is not straightforward leaves it and is looked at page by page.
 */
import {
  PAGE_FLAGS, PAGE_MAPPING, PAGE_REFCOUNT, PAGE_STRUCT_SHIFT, PARAM_MEM_MAP, PARAM_RULES, PTE_BYTES,
} from "../shared/layout.ts";
import {
  FALLBACK_ENTRY_CHANGED, FALLBACK_GRAB_REFUSED, FALLBACK_NOT_ALLOWED, FALLBACK_NOT_PERMITTED,
  FALLBACK_NOT_PRESENT, FALLBACK_PROTNONE, FALLBACK_SPECIAL, FOLL_LONGTERM, FOLL_PIN, FOLL_WRITE,
  NR_FOLL_PIN_ACQUIRED, NR_FOLL_PIN_RELEASED, NR_GUP_FAST_PAGE_BACKOFFS, PAGE_MAPPING_ANON,
  PG_ANON_EXCLUSIVE, PG_REFERENCED, PG_SWAPBACKED, PTE_PRESENT, PTE_PROTNONE, PTE_RW, PTE_SPECIAL,
  PTE_USER, RULES_6_13, VM_MAYWRITE, VM_SHARED,
} from "../shared/codes.ts";
import { TRACE_REF_MOD_UNLESS } from "../shared/trace_layout.ts";
import {
  compareExchange32, loadAcquire64, loadRelaxed32, loadRelaxed64, orVoid32,
} from "../memory/cell";
import { quietLoad32, quietStore32 } from "../memory/quiet";
import { compoundHead, compoundWord, headOf, pfnToPage } from "../memory/page";
import { entryPfn, entryTable, pteEntry } from "../memory/page_table";
import { putFolio, tryGetFolio } from "../mm/folio";
import { traceRef } from "../observe/trace";
import { countFallback, countVmstat } from "../observe/vmstat";
import {
  countPins, currentBias, firstReferences, grabFast, grabScheme, release,
} from "../pins/scheme";

/** From `vpn` to `end`: how many pages were grabbed before the walk stopped. */
@inline
export function walkPtes(
  cpu: usize, pmd: usize, pmdSeen: u64, vpn: u32, end: u32, flags: u32, pages: usize,
  scheme: u32, isPin: bool,
): u32 {
  const bias = currentBias();
  const references = firstReferences(scheme, bias, 1);
  const memMap = quietLoad32(PARAM_MEM_MAP);
  const needed = neededBits(flags);
  const first = pteEntry(entryTable(pmdSeen), vpn);
  const last = first + <usize>(end - vpn) * PTE_BYTES;
  // Entries are twice as long as addresses of pages: one pointer serves both arrays.
  const into = pages - (first >> 1);
  let pte = first;
  while (!(isPin && hasRules(flags)) && pte < last) {
    const entry = loadRelaxed64(pte);
    if ((entry & (needed | PTE_SPECIAL)) != needed) break;
    const page = memMap + (<usize>entryPfn(entry) << PAGE_STRUCT_SHIFT);
    const head = compoundWord(page);
    const folio = headOf(page, head);
    const seen = loadRelaxed32(folio + PAGE_REFCOUNT);
    if (<i32>seen <= 0) break;
    if (compareExchange32(folio + PAGE_REFCOUNT, seen, seen + references) != seen) break;
    if (isDefined(RECORDED)) {
      traceRef(cpu, folio, TRACE_REF_MOD_UNLESS, seen + references, references, 1);
    }
    // The folio may have been split or freed and reused between the look and the reference.
    if (compoundWord(page) != head) {
      putFolio(cpu, folio, references);
      break;
    }
    countPins(cpu, scheme, bias, folio, 1);
    // Recheck both levels after taking the reference: the page may have been unmapped, or its
    // table collapsed into a huge page, in between.
    if (loadAcquire64(pmd) == pmdSeen) {
      if (loadAcquire64(pte) == entry) {
        orVoid32(folio + PAGE_FLAGS, PG_REFERENCED);
        quietStore32(into + (pte >> 1), page);
        pte += PTE_BYTES;
        continue;
      }
    }
    undo(cpu, folio, 1, flags, true);
    return <u32>((pte - first) >> 3);
  }
  while (pte < last) {
    if (!grabCarefully(cpu, pmd, pmdSeen, pte, flags, into + (pte >> 1))) break;
    pte += PTE_BYTES;
  }
  return <u32>((pte - first) >> 3);
}

/** One page, whatever is the matter with it; false: the walk ends here. */
function grabCarefully(
  cpu: usize, pmd: usize, pmdSeen: u64, pte: usize, flags: u32, into: usize,
): bool {
  const entry = loadRelaxed64(pte);
  const needed = neededBits(flags);
  if ((entry & (needed | PTE_SPECIAL)) != needed) {
    countFallback(cpu, refusalCause(entry, needed));
    return false;
  }
  const page = pfnToPage(entryPfn(entry));
  let folio: usize = 0;
  if (flags & FOLL_PIN) folio = grabFast(cpu, grabScheme(), currentBias(), page, 1);
  else folio = tryGetFolio(cpu, page, 1);
  if (!folio) {
    countFallback(cpu, FALLBACK_GRAB_REFUSED);
    return false;
  }
  const changed = loadAcquire64(pmd) != pmdSeen || loadAcquire64(pte) != entry;
  const refused = hasFileRule(flags) && !isAllowed(folio);
  if (changed || refused || mustUnshare(entry, flags, page, VM_MAYWRITE)) {
    undo(cpu, folio, 1, flags, changed);
    return false;
  }
  orVoid32(folio + PAGE_FLAGS, PG_REFERENCED);
  quietStore32(into, page);
  return true;
}

/** The rules of 2023 ask about pages of long-term and of read-only pins, after the grab. */
@inline
function hasRules(flags: u32): bool {
  if ((flags & (FOLL_WRITE | FOLL_LONGTERM)) == FOLL_WRITE) return false;
  return quietLoad32(PARAM_RULES) >= <u32>RULES_6_13;
}

@inline
export function neededBits(flags: u32): u64 {
  return PTE_PRESENT | PTE_USER | <u64>(flags & FOLL_WRITE) * PTE_RW;
}

/** The first reason why an entry may not be followed, in the order in which mm/gup.c looks. */
export function refusalCause(entry: u64, needed: u64): u32 {
  if (entry & PTE_PROTNONE) return FALLBACK_PROTNONE;
  if (!(entry & PTE_PRESENT)) return FALLBACK_NOT_PRESENT;
  return (entry & needed) == needed ? FALLBACK_SPECIAL : FALLBACK_NOT_PERMITTED;
}

/** Gives a grab back that a recheck has refused, and counts why. */
export function undo(cpu: usize, folio: usize, count: u32, flags: u32, changed: bool): void {
  if (flags & FOLL_PIN) {
    release(cpu, grabScheme(), currentBias(), folio, count);
    countVmstat(cpu, NR_FOLL_PIN_ACQUIRED, count);
    countVmstat(cpu, NR_FOLL_PIN_RELEASED, count);
  } else putFolio(cpu, folio, count);
  if (changed) countBackoff(cpu, count);
  else countFallback(cpu, FALLBACK_NOT_ALLOWED);
}

/** The entry had changed at the second look. */
export function countBackoff(cpu: usize, count: u32): void {
  countFallback(cpu, FALLBACK_ENTRY_CHANGED);
  countVmstat(cpu, NR_GUP_FAST_PAGE_BACKOFFS, count);
}

/** The rule of 2023: no long-term write pin of a file whose writes its file system must see. */
@inline
export function hasFileRule(flags: u32): bool {
  const bits: u32 = FOLL_PIN | FOLL_LONGTERM | FOLL_WRITE;
  return (flags & bits) == bits && quietLoad32(PARAM_RULES) >= <u32>RULES_6_13;
}

/** Anonymous memory, and shmem: pages with a file, but backed by swap. */
@inline
export function isAllowed(folio: usize): bool {
  const mapping = loadRelaxed32(folio + PAGE_MAPPING);
  if (mapping & PAGE_MAPPING_ANON) return true;
  return mapping != 0 && (loadRelaxed32(folio + PAGE_FLAGS) & PG_SWAPBACKED) != 0;
}

/**
 * gup_must_unshare(): a read-only pin of an anonymous page that others may share, or a long-term
 * one of a file's page in a private mapping. `vm` are the VMA's flags; the fast path knows none.
 */
@inline
export function mustUnshare(entry: u64, flags: u32, page: usize, vm: u32): bool {
  if (entry & PTE_RW || !(flags & FOLL_PIN)) return false;
  if (quietLoad32(PARAM_RULES) < <u32>RULES_6_13) return false;
  if (loadRelaxed32(page + PAGE_FLAGS) & PG_ANON_EXCLUSIVE) return false;
  if (loadRelaxed32(compoundHead(page) + PAGE_MAPPING) & PAGE_MAPPING_ANON) return true;
  return (flags & FOLL_LONGTERM) != 0 && (vm & (VM_SHARED | VM_MAYWRITE)) == VM_MAYWRITE;
}
