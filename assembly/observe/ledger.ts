/**
 * The shadow ledger: what is really pinned, kept outside every scheme. One pair of words (read
 * pins, write pins) per CPU and page, written by that CPU alone; whoever wants the truth about a
 * page adds up the CPUs. It is raised after gup succeeded and lowered before unpin begins, so a
 * ledger that says "pinned" is never ahead of the scheme.
 */
import {
  CPU_BYTES, CPU_LEDGER, LEDGER_READ, LEDGER_SHIFT, LEDGER_WRITE, PAGE_STRUCT_SHIFT, PARAM_CPUS,
  PARAM_LEDGER, PARAM_LEDGER_STRIDE, PARAM_MEM_MAP, PARAM_NR_CPUS,
} from "../shared/layout.ts";
import { FOLL_WRITE } from "../shared/codes.ts";
import { quietAdd32, quietLoad32, quietStore32 } from "../memory/quiet";

/** Adds `delta` (1 or -1) pin to each page of an array of `count` (not 0) page addresses. */
@inline
export function ledgerCount(
  cpu: usize, pages: usize, count: u32, flags: u32, delta: u32,
): void {
  const column = quietLoad32(cpu + CPU_LEDGER) + (flags & FOLL_WRITE ? LEDGER_WRITE : LEDGER_READ);
  const end = pages + (<usize>count << 2);
  let at = pages;
  do {
    quietAdd32(column + (quietLoad32(at) >> (PAGE_STRUCT_SHIFT - LEDGER_SHIFT)), delta);
    at += 4;
  } while (at < end);
}

/** Pins that all CPUs hold on the page, now; `column` is LEDGER_READ or LEDGER_WRITE. */
export function ledgerSum(page: usize, column: usize): u32 {
  const cpus = quietLoad32(PARAM_NR_CPUS);
  const stride = quietLoad32(PARAM_LEDGER_STRIDE);
  let entry = quietLoad32(PARAM_LEDGER) + column +
    ((page - quietLoad32(PARAM_MEM_MAP)) >> (PAGE_STRUCT_SHIFT - LEDGER_SHIFT));
  let sum: u32 = 0;
  for (let i: u32 = 0; i < cpus; i++) {
    sum += quietLoad32(entry);
    entry += stride;
  }
  return sum;
}

/** Tells each CPU where its entries are. */
export function bootLedgers(): void {
  const cpus = quietLoad32(PARAM_NR_CPUS);
  let cpu: usize = quietLoad32(PARAM_CPUS);
  const displaced = quietLoad32(PARAM_MEM_MAP) >> (PAGE_STRUCT_SHIFT - LEDGER_SHIFT);
  let entries = quietLoad32(PARAM_LEDGER) - displaced;
  for (let i: u32 = 0; i < cpus; i++) {
    quietStore32(cpu + CPU_LEDGER, entries);
    cpu += CPU_BYTES;
    entries += quietLoad32(PARAM_LEDGER_STRIDE);
  }
}
