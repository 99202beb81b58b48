/**
 * VMAs: an AVL tree per address space, ordered by start, changed under mmap_lock held for writing
 * and searched under it held for reading. Addresses are virtual page numbers; ends are exclusive.
 */
import {
  MM_VMA_ROOT, POOL_VMAS, VMA_END, VMA_FILE, VMA_FLAGS, VMA_HEIGHT, VMA_LEFT, VMA_MAPPING, VMA_MM,
  VMA_NEXT_OF_FILE, VMA_ORDER, VMA_ORIGIN, VMA_RIGHT, VMA_START,
} from "../shared/layout.ts";
import { FILE_KIND } from "../shared/file_layout.ts";
import { MUST_VMA_IN_TREE, VMA_ANON } from "../shared/codes.ts";
import { linkToFile, splitInFile, unlinkFromFile } from "../filemap/rmap";
import { loadPlain32, storePlain32 } from "../memory/cell";
import { quietLoad32 } from "../memory/quiet";
import { poolGive, poolTake } from "../memory/pool";
import { must } from "../observe/faults";

@inline
export function vmaStart(vma: usize): u32 {
  return loadPlain32(vma + VMA_START);
}

@inline
export function vmaEnd(vma: usize): u32 {
  return loadPlain32(vma + VMA_END);
}

@inline
export function vmaFlags(vma: usize): u32 {
  return loadPlain32(vma + VMA_FLAGS);
}

/** Order of the folios that a fault tries first. */
@inline
export function vmaOrder(vma: usize): u32 {
  return loadPlain32(vma + VMA_ORDER);
}

@inline
export function vmaFile(vma: usize): u32 {
  return loadPlain32(vma + VMA_FILE);
}

/** Address of the file that is mapped (file_layout.ts); 0: anonymous memory. */
@inline
export function vmaMapping(vma: usize): u32 {
  return loadPlain32(vma + VMA_MAPPING);
}

/** Index in the file of the page at `vpn`. */
@inline
export function vmaFileIndex(vma: usize, vpn: u32): u32 {
  return vpn - loadPlain32(vma + VMA_ORIGIN);
}

/** find_vma(): the first VMA that ends above `vpn`, or 0; it may start above it. */
export function findVma(mm: usize, vpn: u32): usize {
  let node: usize = loadPlain32(mm + MM_VMA_ROOT);
  let found: usize = 0;
  while (node) {
    if (vmaEnd(node) > vpn) {
      found = node;
      if (vmaStart(node) <= vpn) break;
      node = loadPlain32(node + VMA_LEFT);
    } else {
      node = loadPlain32(node + VMA_RIGHT);
    }
  }
  return found;
}

/** The VMA that contains `vpn`, or 0. */
export function vmaAt(mm: usize, vpn: u32): usize {
  const vma = findVma(mm, vpn);
  return vma && vmaStart(vma) <= vpn ? vma : 0;
}

/**
 * A VMA in no tree yet; 0: the machine has no more. `file` is the address of its file (0: anonymous
 * memory), `origin` where the file's first page would stand.
 */
export function newVma(
  cpu: usize, mm: usize, start: u32, end: u32, flags: u32, order: u32, file: usize, origin: u32,
): usize {
  const vma = poolTake(cpu, POOL_VMAS);
  if (!vma) return 0;
  storePlain32(vma + VMA_START, start);
  storePlain32(vma + VMA_END, end);
  storePlain32(vma + VMA_FLAGS, flags);
  storePlain32(vma + VMA_ORDER, order);
  storePlain32(vma + VMA_FILE, file ? quietLoad32(file + FILE_KIND) : VMA_ANON);
  storePlain32(vma + VMA_ORIGIN, origin);
  storePlain32(vma + VMA_MAPPING, file);
  storePlain32(vma + VMA_MM, mm);
  storePlain32(vma + VMA_NEXT_OF_FILE, 0);
  storePlain32(vma + VMA_LEFT, 0);
  storePlain32(vma + VMA_RIGHT, 0);
  storePlain32(vma + VMA_HEIGHT, 1);
  return vma;
}

/** The part of `vma` from `vpn` on, in no tree yet (linkInTree()); 0: the machine has no more. */
export function splitVma(cpu: usize, vma: usize, vpn: u32): usize {
  const file = <usize>vmaMapping(vma);
  const upper = newVma(
    cpu, loadPlain32(vma + VMA_MM), vpn, vmaEnd(vma), vmaFlags(vma), vmaOrder(vma), file,
    loadPlain32(vma + VMA_ORIGIN),
  );
  if (!upper) return 0;
  if (file) splitInFile(cpu, file, vma, upper, vpn);
  else storePlain32(vma + VMA_END, vpn);
  return upper;
}

/** Into the tree of its address space, and among those that map its file. */
export function linkVma(cpu: usize, mm: usize, vma: usize): void {
  const file = <usize>vmaMapping(vma);
  if (file) linkToFile(cpu, file, vma);
  linkInTree(mm, vma);
}

export function linkInTree(mm: usize, vma: usize): void {
  storePlain32(mm + MM_VMA_ROOT, insertBelow(loadPlain32(mm + MM_VMA_ROOT), vma));
}

/** Takes the VMA out of its tree and gives it back. */
export function unlinkVma(cpu: usize, mm: usize, vma: usize): void {
  const start = vmaStart(vma);
  must(cpu, vmaAt(mm, start) == vma, MUST_VMA_IN_TREE);
  storePlain32(mm + MM_VMA_ROOT, removeBelow(loadPlain32(mm + MM_VMA_ROOT), start));
  const file = <usize>vmaMapping(vma);
  if (file) unlinkFromFile(cpu, file, vma);
  poolGive(cpu, POOL_VMAS, vma);
}

function height(node: usize): i32 {
  return node ? <i32>loadPlain32(node + VMA_HEIGHT) : 0;
}

function balance(node: usize): i32 {
  return height(loadPlain32(node + VMA_LEFT)) - height(loadPlain32(node + VMA_RIGHT));
}

function measure(node: usize): void {
  const left = height(loadPlain32(node + VMA_LEFT));
  const right = height(loadPlain32(node + VMA_RIGHT));
  storePlain32(node + VMA_HEIGHT, <u32>(max(left, right) + 1));
}

/** Lifts the child on `side` above `node`; `other` is the opposite side. */
function rotate(node: usize, side: usize, other: usize): usize {
  const child = <usize>loadPlain32(node + side);
  storePlain32(node + side, loadPlain32(child + other));
  storePlain32(child + other, node);
  measure(node);
  measure(child);
  return child;
}

function rebalance(node: usize): usize {
  measure(node);
  const lean = balance(node);
  if (lean > 1) {
    const left = <usize>loadPlain32(node + VMA_LEFT);
    if (balance(left) < 0) storePlain32(node + VMA_LEFT, rotate(left, VMA_RIGHT, VMA_LEFT));
    return rotate(node, VMA_LEFT, VMA_RIGHT);
  }
  if (lean < -1) {
    const right = <usize>loadPlain32(node + VMA_RIGHT);
    if (balance(right) > 0) storePlain32(node + VMA_RIGHT, rotate(right, VMA_LEFT, VMA_RIGHT));
    return rotate(node, VMA_RIGHT, VMA_LEFT);
  }
  return node;
}

function insertBelow(node: usize, vma: usize): usize {
  if (!node) return vma;
  const side: usize = vmaStart(vma) < vmaStart(node) ? VMA_LEFT : VMA_RIGHT;
  storePlain32(node + side, insertBelow(loadPlain32(node + side), vma));
  return rebalance(node);
}

function removeBelow(node: usize, start: u32): usize {
  if (!node) return 0;
  const here = vmaStart(node);
  if (start != here) {
    const side: usize = start < here ? VMA_LEFT : VMA_RIGHT;
    storePlain32(node + side, removeBelow(loadPlain32(node + side), start));
    return rebalance(node);
  }
  const left = <usize>loadPlain32(node + VMA_LEFT);
  const right = <usize>loadPlain32(node + VMA_RIGHT);
  if (!left) return right;
  if (!right) return left;
  const heir = leftmost(right);
  const rest = removeBelow(right, vmaStart(heir));
  storePlain32(heir + VMA_LEFT, left);
  storePlain32(heir + VMA_RIGHT, rest);
  return rebalance(heir);
}

function leftmost(node: usize): usize {
  let left = <usize>loadPlain32(node + VMA_LEFT);
  while (left) {
    node = left;
    left = loadPlain32(node + VMA_LEFT);
  }
  return node;
}
