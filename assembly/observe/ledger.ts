/**
 * The shadow ledger: what is really pinned, kept outside every scheme. One pair of words (read
 * pins, write pins) per CPU and page, written by that CPU alone; whoever wants the truth about a
 * page adds up the CPUs. It is raised after gup succeeded and lowered before unpin begins, so a
 * ledger that says "pinned" is never ahead of the scheme.
 */
import {
  CPU_BYTES, LEDGER_READ, LEDGER_SHIFT, LEDGER_WRITE, PAGE_STRUCT_SHIFT, PARAM_CPUS, PARAM_LEDGER,
  PARAM_LEDGER_STRIDE, PARAM_MEM_MAP, PARAM_NR_CPUS,
} from "../shared/layout.ts";
import { FOLL_WRITE } from "../shared/codes.ts";
import { quietAdd32, quietLoad32 } from "../memory/cell";

/** Address of the CPU's entries minus the displacement of mem_map, so that a page finds its own. */
@inline
export function ledgerOf(cpu: usize): usize {
  const index = (cpu - quietLoad32(PARAM_CPUS)) / CPU_BYTES;
  return quietLoad32(PARAM_LEDGER) + index * quietLoad32(PARAM_LEDGER_STRIDE);
}

/** Adds `delta` (1 or -1) pin to each page of the array of page addresses. */
@inline
export function ledgerCount(
  cpu: usize, pages: usize, count: u32, flags: u32, delta: u32,
): void {
  const memMap = quietLoad32(PARAM_MEM_MAP);
  const column = ledgerOf(cpu) + (flags & FOLL_WRITE ? LEDGER_WRITE : LEDGER_READ);
  const end = pages + (<usize>count << 2);
  for (let at = pages; at < end; at += 4) {
    const page = <usize>quietLoad32(at);
    quietAdd32(column + ((page - memMap) >> (PAGE_STRUCT_SHIFT - LEDGER_SHIFT)), delta);
  }
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
