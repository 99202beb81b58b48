/**
 * The fast path's walk for schemes that do more than count (SYNC lock and barrier, `mapcount`),
 * page by page: a plain reference first, then the count with what orders it, then the second look
 * at the entry, where `--recheck` says.
 */
import {
  PAGE_FLAGS, PARAM_RECHECK, PARAM_SYNC, PARAM_VARIANT, PTE_BYTES,
} from "../shared/layout.ts";
import {
  FALLBACK_GRAB_REFUSED, FALLBACK_NOT_ALLOWED, FALLBACK_PAGE_LOCKED, FALLBACK_WRITEBACK,
  NR_FOLL_PIN_ACQUIRED, NR_FOLL_PIN_RELEASED, PG_REFERENCED, PTE_SPECIAL, RECHECK_BEFORE_LOCK,
  RECHECK_NONE, RECHECK_UNDER_LOCK, SCHEME_MAPCOUNT, SYNC_BARRIER, SYNC_LOCK, VARIANT_LOCK_IN_FAST,
  VM_MAYWRITE,
} from "../shared/codes.ts";
import { loadAcquire64, loadRelaxed64, orVoid32 } from "../memory/cell";
import { isLarge, pfnToPage } from "../memory/page";
import { entryPfn, entryTable, pteEntry } from "../memory/page_table";
import { quietLoad32, quietStore32 } from "../memory/quiet";
import { mustStayStable } from "../filemap/page_writeback";
import { putFolio, tryGetFolio } from "../mm/folio";
import { lockPage, tryLockPage, unlockPage } from "../mm/page_lock";
import { countFallback, countVmstat } from "../observe/vmstat";
import { countUncovered } from "../pins/mapcount";
import { lower, raise, raiseWithBarrier } from "../pins/raise";
import { currentBias, currentScheme } from "../pins/scheme";
import {
  countBackoff, hasFileRule, isAllowed, mustUnshare, neededBits, refusalCause,
} from "./fast_ptes";

/** From `vpn` to `end`: how many pages were pinned before the walk stopped. */
export function walkPtesSynced(
  cpu: usize, pmd: usize, pmdSeen: u64, vpn: u32, end: u32, flags: u32, pages: usize,
): u32 {
  const first = pteEntry(entryTable(pmdSeen), vpn);
  const last = first + <usize>(end - vpn) * PTE_BYTES;
  let pte = first;
  while (pte < last) {
    const entry = loadRelaxed64(pte);
    const needed = neededBits(flags);
    if ((entry & (needed | PTE_SPECIAL)) != needed) {
      countFallback(cpu, refusalCause(entry, needed));
      break;
    }
    const page = pfnToPage(entryPfn(entry));
    if (!pinSynced(cpu, pmd, pmdSeen, pte, entry, page, 1, flags)) break;
    quietStore32(pages + ((pte - first) >> 1), page);
    pte += PTE_BYTES;
  }
  return <u32>((pte - first) >> 3);
}

/**
 * Pins `count` pages of one folio that `slot` maps (a PTE below `pmd`, or the PMD itself); false,
 * and nothing held: the walk ends here, its cause is counted.
 */
export function pinSynced(
  cpu: usize, pmd: usize, pmdSeen: u64, slot: usize, entry: u64, page: usize, count: u32,
  flags: u32,
): bool {
  const scheme = currentScheme();
  const bias = currentBias();
  const recheck = quietLoad32(PARAM_RECHECK);
  const sync = quietLoad32(PARAM_SYNC);
  const folio = tryGetFolio(cpu, page, count);
  if (!folio) {
    countFallback(cpu, FALLBACK_GRAB_REFUSED);
    return false;
  }
  // The slow path says why.
  if (scheme == SCHEME_MAPCOUNT && isLarge(folio)) {
    return letGo(cpu, folio, count, FALLBACK_GRAB_REFUSED);
  }
  if (sync == SYNC_LOCK) {
    if (recheck == RECHECK_BEFORE_LOCK && isChanged(pmd, pmdSeen, slot, entry)) {
      return backOff(cpu, folio, count);
    }
    // Kara, Hubbard: cannot sleep here, so trylock and bail out to the slow path.
    if (mustStayStable(folio)) return letGo(cpu, folio, count, FALLBACK_WRITEBACK);
    // The variant does what cannot be done: it sleeps.
    if (quietLoad32(PARAM_VARIANT) & VARIANT_LOCK_IN_FAST) lockPage(cpu, folio);
    else if (!tryLockPage(folio)) return letGo(cpu, folio, count, FALLBACK_PAGE_LOCKED);
    // Once more under the lock: writeback is set under it.
    const busy = mustStayStable(folio);
    if (!busy) raise(cpu, scheme, bias, folio, count);
    const changed = recheck == RECHECK_UNDER_LOCK && isChanged(pmd, pmdSeen, slot, entry);
    unlockPage(cpu, folio);
    if (busy) return letGo(cpu, folio, count, FALLBACK_WRITEBACK);
    if (changed) return undoSynced(cpu, folio, count, true);
  } else {
    if (sync == SYNC_BARRIER) {
      if (!raiseWithBarrier(cpu, scheme, bias, folio, count)) {
        return letGo(cpu, folio, count, FALLBACK_WRITEBACK);
      }
    } else raise(cpu, scheme, bias, folio, count);
    if (recheck != RECHECK_NONE && isChanged(pmd, pmdSeen, slot, entry)) {
      return undoSynced(cpu, folio, count, true);
    }
  }
  const refused = hasFileRule(flags) && !isAllowed(folio);
  if (refused || mustUnshare(entry, flags, page, VM_MAYWRITE)) {
    return undoSynced(cpu, folio, count, false);
  }
  if (scheme == SCHEME_MAPCOUNT) countUncovered(cpu, folio, count);
  orVoid32(folio + PAGE_FLAGS, PG_REFERENCED);
  return true;
}

@inline
function isChanged(pmd: usize, pmdSeen: u64, slot: usize, entry: u64): bool {
  return loadAcquire64(pmd) != pmdSeen || loadAcquire64(slot) != entry;
}

/** Gives references back that never became pins. */
function letGo(cpu: usize, folio: usize, count: u32, cause: u32): bool {
  putFolio(cpu, folio, count);
  countFallback(cpu, cause);
  return false;
}

function backOff(cpu: usize, folio: usize, count: u32): bool {
  putFolio(cpu, folio, count);
  countBackoff(cpu, count);
  return false;
}

/** Gives pins back that a recheck, or a rule, has refused. */
function undoSynced(cpu: usize, folio: usize, count: u32, changed: bool): bool {
  lower(cpu, currentScheme(), currentBias(), folio, count);
  countVmstat(cpu, NR_FOLL_PIN_ACQUIRED, count);
  countVmstat(cpu, NR_FOLL_PIN_RELEASED, count);
  if (changed) return backOff(cpu, folio, count);
  return letGo(cpu, folio, count, FALLBACK_NOT_ALLOWED);
}
