/**
 * Page tables: PGD → PMD → PTE, 512 entries each, x86-64 bits. An entry's frame bits hold the
 * frame number (leaf) or the address of the next table (PGD, PMD); PSE marks a PMD leaf.
 */
import {
  PAGE_SHIFT, PGD_VPN_SHIFT, PMD_VPN_SHIFT, PTDESC_BYTES, PTDESC_LOCK, PTE_BYTES, PTE_SHIFT,
  PARAM_PTDESCS, POOL_BASE, POOL_TABLES, PTRS_PER_TABLE,
} from "../shared/layout.ts";
import { PTE_PRESENT, PTE_PSE, PTE_RW, PTE_USER } from "../shared/codes.ts";
import { quietLoad32 } from "./quiet";

const INDEX_MASK: u32 = PTRS_PER_TABLE - 1;
const FLAG_BITS: u64 = (1 << PAGE_SHIFT) - 1;

@inline
export function pgdEntry(table: usize, vpn: u32): usize {
  return table + (<usize>((vpn >> PGD_VPN_SHIFT) & INDEX_MASK) << PTE_SHIFT);
}

@inline
export function pmdEntry(table: usize, vpn: u32): usize {
  return table + (<usize>((vpn >> PMD_VPN_SHIFT) & INDEX_MASK) << PTE_SHIFT);
}

@inline
export function pteEntry(table: usize, vpn: u32): usize {
  return table + (<usize>(vpn & INDEX_MASK) << PTE_SHIFT);
}

/** Entry that points to a lower table; tables are 4 KiB aligned. */
@inline
export function tableEntry(table: usize): u64 {
  return <u64>table | (PTE_PRESENT | PTE_RW | PTE_USER);
}

@inline
export function entryTable(entry: u64): usize {
  return <usize>(entry & ~FLAG_BITS);
}

@inline
export function leafEntry(pfn: u32, flags: u64): u64 {
  return (<u64>pfn << PAGE_SHIFT) | flags;
}

@inline
export function entryPfn(entry: u64): u32 {
  return <u32>(entry >> PAGE_SHIFT);
}

@inline
export function isPresent(entry: u64): bool {
  return (entry & PTE_PRESENT) != 0;
}

/** A PMD entry that maps a huge page itself. */
@inline
export function isLeaf(entry: u64): bool {
  return (entry & PTE_PSE) != 0;
}

/** The split page-table lock of the table that holds the entry. */
@inline
export function entryLock(entry: usize): usize {
  return tableLock(entry & ~(<usize>PTRS_PER_TABLE * PTE_BYTES - 1));
}

/** A table's split page-table lock. */
@inline
export function tableLock(table: usize): usize {
  const index = (table - quietLoad32(POOL_TABLES + POOL_BASE)) >> PAGE_SHIFT;
  return quietLoad32(PARAM_PTDESCS) + index * PTDESC_BYTES + PTDESC_LOCK;
}
