/**
 * The post pass: pins made of the plain references that the fast path has gathered, once interrupts
 * are on again and one may sleep (`lru-count`'s zone_gup_lock, SYNC lock-post's page lock), and
 * what the slow path of SYNC lock does after follow_page().
 */
import { PAGE_STRUCT_BYTES, PARAM_RECHECK, PTRS_PER_TABLE } from "../shared/layout.ts";
import {
  FALLBACK_ENTRY_CHANGED, FALLBACK_GRAB_REFUSED, FOLL_FORCE, FOLL_PIN, FOLL_WRITE,
  NR_FOLL_PIN_RELEASED, RECHECK_UNDER_LOCK, SCHEME_LRU_COUNT, SCHEME_MAPCOUNT,
  WORK_GUP_WAITED, WORK_PINS_UNCOVERED,
} from "../shared/codes.ts";
import { loadAcquire64 } from "../memory/cell";
import { lock, unlock } from "../memory/lock";
import { compoundHead, isLarge, pfnToPage } from "../memory/page";
import { entryLock, entryPfn, entryTable, isLeaf, isPresent, pteEntry } from "../memory/page_table";
import { quietLoad32 } from "../memory/quiet";
import { mustStayStable, waitOnPageWriteback } from "../filemap/page_writeback";
import { putFolio } from "../mm/folio";
import { lockPage, unlockPage } from "../mm/page_lock";
import { findPmdEntry } from "../mm/tables";
import { countFallback, countVmstat, countWork } from "../observe/vmstat";
import { hasLock } from "../pins/mapcount";
import { raise } from "../pins/raise";
import { currentBias, currentScheme, isExemptZeroPage } from "../pins/scheme";
import { neededBits } from "./fast_ptes";

/** Do pins of this scheme begin as plain references, to be counted by a post pass? */
export function countsAfterwards(flags: u32): bool {
  if (!(flags & FOLL_PIN)) return false;
  return currentScheme() == SCHEME_LRU_COUNT || hasLock();
}

/**
 * Makes pins of `count` references from `vpn` on: how many, in order; the others are given back.
 */
export function postPass(
  cpu: usize, mm: usize, vpn: u32, count: u32, flags: u32, pages: usize,
): u32 {
  for (let i: u32 = 0; i < count; i++) {
    const page = <usize>quietLoad32(pages + (<usize>i << 2));
    const folio = compoundHead(page);
    // The slow path says why.
    const refused = currentScheme() == SCHEME_MAPCOUNT && isLarge(folio);
    if (isExemptZeroPage(folio) || (!refused && makePin(cpu, mm, vpn + i, page, flags))) continue;
    countFallback(cpu, refused ? FALLBACK_GRAB_REFUSED : FALLBACK_ENTRY_CHANGED);
    giveBack(cpu, pages + (<usize>i << 2), count - i);
    return i;
  }
  return count;
}

/** Gives references back that were to become pins. */
export function giveBack(cpu: usize, pages: usize, count: u32): void {
  let returned: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const folio = compoundHead(quietLoad32(pages + (<usize>i << 2)));
    if (isExemptZeroPage(folio)) continue;
    putFolio(cpu, folio, 1);
    returned++;
  }
  countVmstat(cpu, NR_FOLL_PIN_RELEASED, returned);
}

/** False: the page is no longer what `vpn` maps; its reference is still held. */
function makePin(cpu: usize, mm: usize, vpn: u32, page: usize, flags: u32): bool {
  const scheme = currentScheme();
  const folio = compoundHead(page);
  if (scheme == SCHEME_LRU_COUNT) {
    if (page == folio) raise(cpu, scheme, 0, page, 1);
    else countWork(cpu, WORK_PINS_UNCOVERED, 1);
    return true;
  }
  // LOCK: lock_page; if PageWriteback {unlock; wait_stable; retry}; ref += BIAS; unlock
  lockPage(cpu, folio);
  while (mustStayStable(folio)) {
    countWork(cpu, WORK_GUP_WAITED, 1);
    // Hubbard's prototype waits with the lock, the pair of 16 January 2019 without it.
    const keepsLock = scheme == SCHEME_MAPCOUNT;
    if (!keepsLock) unlockPage(cpu, folio);
    waitOnPageWriteback(cpu, folio);
    if (!keepsLock) lockPage(cpu, folio);
  }
  const looks = quietLoad32(PARAM_RECHECK) == <u32>RECHECK_UNDER_LOCK;
  const good = !looks || stillMaps(cpu, mm, vpn, page, flags);
  if (good) raise(cpu, scheme, currentBias(), folio, 1);
  unlockPage(cpu, folio);
  return good;
}

/** Does `vpn` still map the page, writable if the pin wants to write? */
function stillMaps(cpu: usize, mm: usize, vpn: u32, page: usize, flags: u32): bool {
  const pmd = findPmdEntry(mm, vpn);
  if (!pmd) return false;
  const upper = loadAcquire64(pmd);
  if (!isPresent(upper)) return false;
  const slot = isLeaf(upper) ? pmd : pteEntry(entryTable(upper), vpn);
  const ptl = entryLock(slot);
  lock(cpu, ptl);
  const entry = loadAcquire64(slot);
  unlock(ptl);
  // By FORCE a read-only entry is written to as well: followPage() has judged it.
  const needed = neededBits(flags & FOLL_FORCE ? flags & ~FOLL_WRITE : flags);
  if ((entry & needed) != needed) return false;
  const inside = isLeaf(entry) ? vpn & (PTRS_PER_TABLE - 1) : 0;
  return pfnToPage(entryPfn(entry)) + <usize>inside * PAGE_STRUCT_BYTES == page;
}
