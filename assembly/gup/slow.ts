/**
 * The slow path: takes mmap_lock, finds the VMA, checks its flags, follows the page tables under
 * their locks, and faults in what is missing (__get_user_pages, 6.13).
 */
import {
  CPU_HEARTBEAT, PAGE_FLAGS, PAGE_REFCOUNT, PAGE_STRUCT_BYTES, PARAM_FAST_PATH, PARAM_RULES,
  PARAM_SYNC, PARAM_ZERO_PAGE, PTRS_PER_TABLE,
} from "../shared/layout.ts";
import {
  EAGAIN, EFAULT, EMLINK, ENOMEM, EOPNOTSUPP, FOLL_COW, FOLL_FORCE, FOLL_LONGTERM, FOLL_NOFAULT,
  FOLL_PIN, FOLL_TOUCH, FOLL_WRITE, NR_FOLL_PIN_ACQUIRED, NR_GUP_PAGE_COUNT_OVERFLOWS, OP_FAULT,
  PG_ANON_EXCLUSIVE, PG_DIRTY, PG_REFERENCED, PTE_DIRTY, PTE_RW, PTE_SPECIAL, RULES_6_13,
  SCHEME_MAPCOUNT, SYNC_BARRIER, VMA_FSDAX, VMA_REGULAR_FILE, VM_HUGETLB, VM_IO, VM_MAYREAD,
  VM_MAYWRITE, VM_PFNMAP, VM_READ, VM_SHARED, VM_WRITE, WARN_REFCOUNT_NOT_POSITIVE,
  FAST_PATH_SYNCED, WORK_GUP_WAITED, WORK_PINS_REFUSED,
} from "../shared/codes.ts";
import { clockNs, loadAcquire64, loadRelaxed32, orVoid32 } from "../memory/cell";
import { quietAdd32, quietLoad32, quietStore32 } from "../memory/quiet";
import { lock, unlock } from "../memory/lock";
import { compoundHead, isLarge, pageToPfn, pfnToPage } from "../memory/page";
import { entryLock, entryPfn, entryTable, isLeaf, isPresent, pteEntry } from "../memory/page_table";
import { handleMmFault, unsharePage } from "../mm/fault";
import { setPageDirty } from "../filemap/dirty";
import { waitOnPageWriteback } from "../filemap/page_writeback";
import { getFolio, putFolio } from "../mm/folio";
import { mmapReadLock, mmapReadUnlock } from "../mm/mmap_lock";
import { findPmdEntry } from "../mm/tables";
import { vmaAt, vmaEnd, vmaFile, vmaFlags, vmaMapping } from "../mm/vma";
import { recordFault } from "../observe/faults";
import { countOps, recordLatency } from "../observe/latency";
import { traceOp } from "../observe/trace";
import { countVmstat, countWork } from "../observe/vmstat";
import { countUncovered } from "../pins/mapcount";
import { raise, raiseWithBarrier } from "../pins/raise";
import { currentBias, currentScheme, grabHeld, isExemptZeroPage } from "../pins/scheme";
import { mustUnshare } from "./fast_ptes";
import { countsAfterwards, postPass } from "./post_pass";

/** Reclaim and writeback may take a file's page away again before it is followed, many times. */
const FAULT_TRIES: u32 = 3;
const FILE_TRIES: u32 = 1000000;

/** Pages gathered, or a negative errno when there is not even one. */
export function gupSlow(
  cpu: usize, mm: usize, start: u32, count: u32, flags: u32, pages: usize,
): i32 {
  mmapReadLock(cpu, mm);
  const end = start + count;
  let vpn = start;
  let error: i32 = 0;
  while (vpn < end) {
    const vma = vmaAt(mm, vpn);
    error = vma ? checkVmaFlags(vma, flags) : -EFAULT;
    if (error) break;
    const stop = min(vmaEnd(vma), end);
    const got = gupVma(cpu, mm, vma, vpn, stop, flags, pages + (<usize>(vpn - start) << 2));
    if (got < 0) {
      error = got;
      break;
    }
    vpn += <u32>got;
    if (vpn < stop) break;
  }
  mmapReadUnlock(cpu, mm);
  const gathered = vpn - start;
  return gathered ? <i32>gathered : error;
}

/** The pages of one VMA up to `end`: a count above 0, or the error of the first. */
function gupVma(
  cpu: usize, mm: usize, vma: usize, start: u32, end: u32, flags: u32, pages: usize,
): i32 {
  let vpn = start;
  while (vpn < end) {
    const into = pages + (<usize>(vpn - start) << 2);
    let got = followPage(cpu, mm, vma, vpn, end, flags, into);
    // A page that is not there, not writable or not ours alone is faulted in and followed again.
    let tries: u32 = 0;
    const most = vmaMapping(vma) ? FILE_TRIES : FAULT_TRIES;
    while ((got == 0 || got == -EMLINK) && tries < most) {
      const error = faultIn(cpu, mm, vma, vpn, flags, got != 0);
      if (error) {
        got = error;
        break;
      }
      got = followPage(cpu, mm, vma, vpn, end, flags | FOLL_COW, into);
      tries++;
    }
    if (got == -EAGAIN) {
      awaitWriteback(cpu, into);
      continue;
    }
    if (got > 0 && countsAfterwards(flags)) {
      got = <i32>postPass(cpu, mm, vpn, <u32>got, flags, into);
      // The entry changed before the page was locked: followed again, with a sign of life.
      quietAdd32(cpu + CPU_HEARTBEAT, 1);
      if (!got) continue;
    }
    if (got <= 0) return vpn > start ? <i32>(vpn - start) : (got ? got : -EFAULT);
    vpn += <u32>got;
  }
  return <i32>(vpn - start);
}

/** BARRIER met a page under writeback: waits for its end, with the reference that is still held. */
function awaitWriteback(cpu: usize, into: usize): void {
  const folio = compoundHead(quietLoad32(into));
  countWork(cpu, WORK_GUP_WAITED, 1);
  waitOnPageWriteback(cpu, folio);
  putFolio(cpu, folio, 1);
}

function faultIn(cpu: usize, mm: usize, vma: usize, vpn: u32, flags: u32, unshare: bool): i32 {
  if (flags & FOLL_NOFAULT) return -EFAULT;
  // A sign of life: one call may have millions of pages to fault in.
  quietAdd32(cpu + CPU_HEARTBEAT, 1);
  const begin = clockNs();
  const error = unshare
    ? unsharePage(cpu, mm, vpn)
    : handleMmFault(cpu, mm, vma, vpn, (flags & FOLL_WRITE) != 0);
  recordLatency(cpu, OP_FAULT, clockNs() - begin);
  countOps(cpu, OP_FAULT, 1);
  if (isDefined(RECORDED)) traceOp(cpu, OP_FAULT, begin, vpn, 1, flags, error);
  return error;
}

/** check_vma_flags(): 0, or why this VMA may not be pinned so. */
function checkVmaFlags(vma: usize, flags: u32): i32 {
  const vm = vmaFlags(vma);
  const file = vmaFile(vma);
  if (vm & (VM_IO | VM_PFNMAP)) return -EFAULT;
  if (flags & FOLL_LONGTERM && file == VMA_FSDAX) return -EOPNOTSUPP;
  if (flags & FOLL_WRITE) {
    const longTermPin: u32 = FOLL_PIN | FOLL_LONGTERM;
    const tracked = file == VMA_REGULAR_FILE && (vm & VM_SHARED) != 0;
    const refused = (flags & longTermPin) == longTermPin && tracked;
    if (refused && quietLoad32(PARAM_RULES) >= <u32>RULES_6_13) return -EFAULT;
    if (!(vm & VM_WRITE)) {
      if (!(flags & FOLL_FORCE) || vm & VM_HUGETLB) return -EFAULT;
      if (vm & VM_SHARED || !(vm & VM_MAYWRITE)) return -EFAULT;
    }
  } else if (!(vm & VM_READ)) {
    if (!(flags & FOLL_FORCE) || !(vm & VM_MAYREAD)) return -EFAULT;
  }
  return 0;
}

/** Pages followed and grabbed from `vpn` on: 0, fault first; more than one from a huge page. */
function followPage(
  cpu: usize, mm: usize, vma: usize, vpn: u32, end: u32, flags: u32, into: usize,
): i32 {
  const pmd = findPmdEntry(mm, vpn);
  if (!pmd) return 0;
  const entry = loadAcquire64(pmd);
  if (!isPresent(entry)) return 0;
  const leaf = isLeaf(entry);
  const slot = leaf ? pmd : pteEntry(entryTable(entry), vpn);
  const ptl = entryLock(slot);
  lock(cpu, ptl);
  const got = followLocked(cpu, vma, slot, vpn, leaf ? end : vpn + 1, flags, into);
  unlock(ptl);
  return got;
}

function followLocked(
  cpu: usize, vma: usize, slot: usize, vpn: u32, end: u32, flags: u32, into: usize,
): i32 {
  const entry = loadAcquire64(slot);
  if (!isPresent(entry)) return 0;
  const inside = isLeaf(entry) ? vpn & (PTRS_PER_TABLE - 1) : 0;
  const page = pfnToPage(entryPfn(entry) + inside);
  if (flags & FOLL_WRITE && !canFollowWrite(entry, vma, flags, page)) return 0;
  const special = (entry & PTE_SPECIAL) != 0;
  if (special && page != <usize>quietLoad32(PARAM_ZERO_PAGE)) return -EFAULT;
  if (!special && mustUnshare(entry, flags, page, vmaFlags(vma))) return -EMLINK;
  const count = isLeaf(entry) ? min(end - vpn, PTRS_PER_TABLE - inside) : 1;
  const error = tryGrabFolio(cpu, page, count, flags);
  if (error == -EAGAIN) quietStore32(into, page);
  if (error) return error;
  const folio = compoundHead(page);
  if (flags & FOLL_TOUCH) touch(cpu, folio, entry, flags);
  for (let i: u32 = 0; i < count; i++) {
    quietStore32(into + (<usize>i << 2), page + <usize>i * PAGE_STRUCT_BYTES);
  }
  return <i32>count;
}

/** FOLL_TOUCH: what the CPU would have set, had it gone there itself. */
function touch(cpu: usize, folio: usize, entry: u64, flags: u32): void {
  const seen = loadRelaxed32(folio + PAGE_FLAGS);
  if (flags & FOLL_WRITE && !(entry & PTE_DIRTY) && !(seen & PG_DIRTY)) setPageDirty(cpu, folio);
  if (!(seen & PG_REFERENCED)) orVoid32(folio + PAGE_FLAGS, PG_REFERENCED);
}

/** try_grab_folio(): the page cannot vanish, its table is locked. 0 or -ENOMEM. */
function tryGrabFolio(cpu: usize, page: usize, count: u32, flags: u32): i32 {
  const folio = compoundHead(page);
  const references = <i32>loadRelaxed32(folio + PAGE_REFCOUNT);
  if (references <= 0) {
    countVmstat(cpu, NR_GUP_PAGE_COUNT_OVERFLOWS, 1);
    recordFault(cpu, WARN_REFCOUNT_NOT_POSITIVE, pageToPfn(page), <u32>references, 0);
    return -ENOMEM;
  }
  if (!(flags & FOLL_PIN)) {
    getFolio(cpu, folio, count);
    return 0;
  }
  if (isExemptZeroPage(folio)) return 0;
  if (currentScheme() == SCHEME_MAPCOUNT && isLarge(folio)) {
    countWork(cpu, WORK_PINS_REFUSED, count);
    return -EOPNOTSUPP;
  }
  if (countsAfterwards(flags)) getFolio(cpu, folio, count);
  else if (quietLoad32(PARAM_FAST_PATH) == <u32>FAST_PATH_SYNCED) {
    getFolio(cpu, folio, count);
    if (!pinWithBarrier(cpu, folio, count)) {
      // One reference stays, so that the page can be waited for.
      if (count > 1) putFolio(cpu, folio, count - 1);
      return -EAGAIN;
    }
  } else if (!grabHeld(cpu, folio, count)) return -ENOMEM;
  countVmstat(cpu, NR_FOLL_PIN_ACQUIRED, count);
  return 0;
}

/** Makes pins of references, in the order that SYNC wants, while the table is locked. */
function pinWithBarrier(cpu: usize, folio: usize, count: u32): bool {
  const scheme = currentScheme();
  let held = true;
  if (quietLoad32(PARAM_SYNC) == <u32>SYNC_BARRIER) {
    held = raiseWithBarrier(cpu, scheme, currentBias(), folio, count);
  } else raise(cpu, scheme, currentBias(), folio, count);
  if (held && scheme == SCHEME_MAPCOUNT) countUncovered(cpu, folio, count);
  return held;
}

/**
 * can_follow_write_pte(). By FORCE into a read-only private mapping: until CVE-2022-2590 what the
 * fault just taken has left dirty (FOLL_COW), since then what is anonymous and exclusive.
 */
function canFollowWrite(entry: u64, vma: usize, flags: u32, page: usize): bool {
  if (entry & PTE_RW) return true;
  const vm = vmaFlags(vma);
  if (!(flags & FOLL_FORCE) || vm & (VM_SHARED | VM_WRITE) || !(vm & VM_MAYWRITE)) return false;
  if (entry & PTE_SPECIAL) return false;
  if (quietLoad32(PARAM_RULES) < <u32>RULES_6_13) {
    return (flags & FOLL_COW) != 0 && (entry & PTE_DIRTY) != 0;
  }
  return (loadRelaxed32(page + PAGE_FLAGS) & PG_ANON_EXCLUSIVE) != 0;
}
