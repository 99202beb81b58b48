/** Page tables as a tree: tables made on demand, entries found, tables freed at exit. */
import {
  CPU_BYTES, CPU_IRQ_OFF, MM_PGD, PARAM_CPUS, PARAM_NR_CPUS, PARAM_TLB_BROADCAST, POOL_TABLES,
  PTE_BYTES, PTRS_PER_TABLE,
} from "../shared/layout.ts";
import {
  awaitZero32, compareExchange64, exchange64, loadAcquire64, loadPlain32,
} from "../memory/cell";
import { quietLoad32 } from "../memory/quiet";
import {
  entryTable, isLeaf, isPresent, pgdEntry, pmdEntry, pteEntry, tableEntry,
} from "../memory/page_table";
import { poolGive, poolTake } from "../memory/pool";

/**
 * The table below `entry`, made if there is none; racing makers agree on one. 0: no memory, or a
 * huge page stands there.
 */
function tableBelow(cpu: usize, entry: usize): usize {
  const seen = loadAcquire64(entry);
  if (isPresent(seen)) return isLeaf(seen) ? 0 : entryTable(seen);
  const fresh = poolTake(cpu, POOL_TABLES);
  if (!fresh) return 0;
  const found = compareExchange64(entry, 0, tableEntry(fresh));
  if (found == 0) return fresh;
  poolGive(cpu, POOL_TABLES, fresh);
  return isLeaf(found) ? 0 : entryTable(found);
}

/** Address of the PMD entry for `vpn`, its table made if need be; 0: no memory. */
export function makePmdEntry(cpu: usize, mm: usize, vpn: u32): usize {
  const pmds = tableBelow(cpu, pgdEntry(loadPlain32(mm + MM_PGD), vpn));
  return pmds ? pmdEntry(pmds, vpn) : 0;
}

/** Address of the PTE for `vpn` below a PMD entry; 0: no memory, or the entry is a huge leaf. */
export function makePteEntry(cpu: usize, pmd: usize, vpn: u32): usize {
  const ptes = tableBelow(cpu, pmd);
  return ptes ? pteEntry(ptes, vpn) : 0;
}

/** Address of the PMD entry for `vpn`, or 0 when no table is there. */
export function findPmdEntry(mm: usize, vpn: u32): usize {
  const pgd = loadAcquire64(pgdEntry(loadPlain32(mm + MM_PGD), vpn));
  return isPresent(pgd) ? pmdEntry(entryTable(pgd), vpn) : 0;
}

/**
 * A TLB flush. By interrupts (`--tlb ipi`) it returns when every other CPU that had interrupts off
 * has turned them on again: no gup_fast still walks what it read before. Broadcast by hardware, or
 * by a hypervisor, it waits for nobody.
 */
export function flushTlb(cpu: usize): void {
  if (!quietLoad32(PARAM_TLB_BROADCAST)) awaitWalkers(cpu);
}

/** What was unmapped before may be freed after it, tables included (RCU, where nothing flushes). */
function awaitWalkers(cpu: usize): void {
  const cpus = quietLoad32(PARAM_NR_CPUS);
  let other: usize = quietLoad32(PARAM_CPUS);
  for (let i: u32 = 0; i < cpus; i++) {
    if (other != cpu) awaitZero32(other + CPU_IRQ_OFF);
    other += CPU_BYTES;
  }
}

/** Frees all tables below the PGD and the PGD; every leaf is gone, nobody walks them. */
export function freeTables(cpu: usize, pgd: usize): void {
  awaitWalkers(cpu);
  freeLevel(cpu, pgd, 2);
}

function freeLevel(cpu: usize, table: usize, level: u32): void {
  for (let i: u32 = 0; i < <u32>PTRS_PER_TABLE; i++) {
    const address = table + <usize>i * PTE_BYTES;
    if (!loadAcquire64(address)) continue;
    const entry = exchange64(address, 0);
    if (level && isPresent(entry) && !isLeaf(entry)) freeLevel(cpu, entryTable(entry), level - 1);
  }
  poolGive(cpu, POOL_TABLES, table);
}
