/** Address spaces: made, mapped, populated, unmapped, and torn down with their last user. */
import {
  MM_FLAGS, MM_MMAP_NEXT, MM_PGD, MM_USERS, MM_VMA_ROOT, PMD_ORDER, POOL_TABLES, PTRS_PER_TABLE,
  TASK_SIZE_VPN,
} from "../shared/layout.ts";
import {
  EEXIST, EFAULT, EINVAL, ENOMEM, MUST_REFCOUNT, OP_FAULT, VM_WRITE,
} from "../shared/codes.ts";
import { fetchAdd32, fetchSub32, loadAcquire64, loadPlain32, storePlain32 } from "../memory/cell";
import { isLeaf } from "../memory/page_table";
import { poolTake } from "../memory/pool";
import { must } from "../observe/faults";
import { traceBegin, traceOp } from "../observe/trace";
import { handleMmFault } from "./fault";
import { mmapReadLock, mmapReadUnlock, mmapWriteLock, mmapWriteUnlock } from "./mmap_lock";
import { findPmdEntry, freeTables } from "./tables";
import {
  findVma, linkInTree, linkVma, newVma, splitVma, unlinkVma, vmaAt, vmaEnd, vmaFlags, vmaOrder,
  vmaStart,
} from "./vma";
import { zapRange } from "./zap";

/** First address handed out: 4 MiB, so that a null pointer and its neighbours fault. */
const MMAP_BASE_VPN: u32 = 1024;

/** Joins the address space; the first user makes its PGD. The caller serialises the first. */
export function joinMm(cpu: usize, mm: usize): i32 {
  mmapWriteLock(cpu, mm);
  let result: i32 = 0;
  if (fetchAdd32(mm + MM_USERS, 1) == 0) {
    const pgd = poolTake(cpu, POOL_TABLES);
    storePlain32(mm + MM_PGD, pgd);
    storePlain32(mm + MM_MMAP_NEXT, MMAP_BASE_VPN);
    if (!pgd) {
      fetchSub32(mm + MM_USERS, 1);
      result = -ENOMEM;
    }
  }
  mmapWriteUnlock(cpu, mm);
  return result;
}

/** Leaves the address space; the last user unmaps everything and frees the tables. */
export function leaveMm(cpu: usize, mm: usize): void {
  mmapWriteLock(cpu, mm);
  if (fetchSub32(mm + MM_USERS, 1) == 1) {
    let vma = findVma(mm, 0);
    while (vma) {
      zapRange(cpu, mm, vmaStart(vma), vmaEnd(vma));
      unlinkVma(cpu, mm, vma);
      vma = findVma(mm, 0);
    }
    freeTables(cpu, loadPlain32(mm + MM_PGD));
    storePlain32(mm + MM_PGD, 0);
    storePlain32(mm + MM_FLAGS, 0);
    must(cpu, loadPlain32(mm + MM_VMA_ROOT) == 0, MUST_REFCOUNT);
  }
  mmapWriteUnlock(cpu, mm);
}

/**
 * mmap(): `count` pages at `start` (0: wherever there is room), order: the folios a fault tries;
 * `file` is the address of a file (0: anonymous memory), `offset` its first page that is mapped.
 * The first virtual page number, or -EINVAL, -EEXIST, -ENOMEM.
 */
export function mmapRegion(
  cpu: usize, mm: usize, start: u32, count: u32, flags: u32, order: u32, file: usize, offset: u32,
): i32 {
  if (count == 0 || count > <u32>TASK_SIZE_VPN || order > <u32>PMD_ORDER) return -EINVAL;
  mmapWriteLock(cpu, mm);
  const result = mmapLocked(cpu, mm, start, count, flags, order, file, offset);
  mmapWriteUnlock(cpu, mm);
  return result;
}

function mmapLocked(
  cpu: usize, mm: usize, start: u32, count: u32, flags: u32, order: u32, file: usize, offset: u32,
): i32 {
  if (start) {
    if (start > <u32>TASK_SIZE_VPN - count) return -EINVAL;
    const next = findVma(mm, start);
    if (next && vmaStart(next) < start + count) return -EEXIST;
  } else {
    start = freeRange(mm, count, order);
    if (!start) return -ENOMEM;
  }
  const vma = newVma(cpu, mm, start, start + count, flags, order, file, start - offset);
  if (!vma) return -ENOMEM;
  linkVma(cpu, mm, vma);
  return <i32>start;
}

@inline
function alignUp(vpn: u32, order: u32): u32 {
  const mask: u32 = (1 << order) - 1;
  return (vpn + mask) & ~mask;
}

/** Above all that was mapped so far; when that is taken, the first gap that fits; 0: none. */
function freeRange(mm: usize, count: u32, order: u32): u32 {
  const above = alignUp(loadPlain32(mm + MM_MMAP_NEXT), order);
  if (above <= <u32>TASK_SIZE_VPN - count) {
    const next = findVma(mm, above);
    if (!next || vmaStart(next) >= above + count) {
      storePlain32(mm + MM_MMAP_NEXT, above + count);
      return above;
    }
  }
  let start = alignUp(MMAP_BASE_VPN, order);
  while (start <= <u32>TASK_SIZE_VPN - count) {
    const vma = findVma(mm, start);
    if (!vma || vmaStart(vma) >= start + count) return start;
    start = alignUp(vmaEnd(vma), order);
  }
  return 0;
}

/** munmap(): every page in the range; a huge leaf cannot be cut (-EINVAL). */
export function munmapRegion(cpu: usize, mm: usize, start: u32, count: u32): i32 {
  if (count == 0 || start > <u32>TASK_SIZE_VPN - count) return -EINVAL;
  const end = start + count;
  mmapWriteLock(cpu, mm);
  let result = splitAt(cpu, mm, start);
  if (!result) result = splitAt(cpu, mm, end);
  let vma = result ? 0 : findVma(mm, start);
  while (vma && vmaStart(vma) < end) {
    zapRange(cpu, mm, vmaStart(vma), vmaEnd(vma));
    unlinkVma(cpu, mm, vma);
    vma = findVma(mm, start);
  }
  mmapWriteUnlock(cpu, mm);
  return result;
}

/** A VMA boundary at `vpn`, where one VMA spans it. */
function splitAt(cpu: usize, mm: usize, vpn: u32): i32 {
  const vma = vmaAt(mm, vpn);
  if (!vma || vmaStart(vma) == vpn) return 0;
  if (vmaOrder(vma) == PMD_ORDER && vpn & (PTRS_PER_TABLE - 1)) return -EINVAL;
  const upper = splitVma(cpu, vma, vpn);
  if (!upper) return -ENOMEM;
  linkInTree(mm, upper);
  return 0;
}

/** MAP_POPULATE: faults every page of the range in, for writing where the VMA allows it. */
export function populate(cpu: usize, mm: usize, start: u32, count: u32): i32 {
  if (count > <u32>TASK_SIZE_VPN || start > <u32>TASK_SIZE_VPN - count) return -EFAULT;
  mmapReadLock(cpu, mm);
  let result: i32 = 0;
  let vpn = start;
  const end = start + count;
  while (vpn < end && !result) {
    const vma = vmaAt(mm, vpn);
    if (!vma) {
      result = -EFAULT;
      break;
    }
    const begin = traceBegin();
    result = handleMmFault(cpu, mm, vma, vpn, (vmaFlags(vma) & VM_WRITE) != 0);
    if (isDefined(RECORDED)) traceOp(cpu, OP_FAULT, begin, vpn, 1, 0, result);
    vpn = isHuge(mm, vpn) ? (vpn | (PTRS_PER_TABLE - 1)) + 1 : vpn + 1;
  }
  mmapReadUnlock(cpu, mm);
  return result;
}

function isHuge(mm: usize, vpn: u32): bool {
  const pmd = findPmdEntry(mm, vpn);
  return pmd != 0 && isLeaf(loadAcquire64(pmd));
}
