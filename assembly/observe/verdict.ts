/**
 * The pinned test held against the shadow ledger. Only write pins are true positives. Other CPUs
 * go on meanwhile, so a verdict counts only if nothing that could change it happened between a
 * look at the ledger before the test and one after it. The loads are atomic, lest the compiler
 * moves the test past them.
 */
import { ACTOR_MM } from "../shared/actor_layout.ts";
import {
  CPU_ACTOR, CPU_BUSY, CPU_BYTES, CPU_VMSTAT, LEDGER_SHIFT, LEDGER_WRITE, PAGE_MAPPING,
  PAGE_STRUCT_SHIFT, PARAM_CPUS, PARAM_LEDGER, PARAM_LEDGER_STRIDE, PARAM_MEM_MAP, PARAM_NR_CPUS,
} from "../shared/layout.ts";
import {
  BUG_FALSE_NEGATIVE, MAYBE_PINNED, NR_FOLL_PIN_ACQUIRED, NR_GUP_PAGES_RETURNED, PAGE_MAPPING_ANON,
  PIN_UNKNOWN, VERDICT_FALSE_NEGATIVE, VERDICT_FALSE_POSITIVE, VERDICT_TRUE_NEGATIVE,
  VERDICT_TRUE_POSITIVE, VERDICT_UNDECIDED, VERDICT_UNKNOWN,
} from "../shared/codes.ts";
import { quietLoad32, quietPoll32, quietPoll64 } from "../memory/quiet";
import { folioOrder, pageToPfn } from "../memory/page";
import { maybePinned } from "../pins/scheme";
import { recordFault } from "./faults";
import { countVerdict } from "./vmstat";

/** The ledger moved while it was read, or somebody is between scheme and ledger. */
const UNSTABLE: u64 = u64.MAX_VALUE;

/** Asks the scheme about the folio, counts the verdict (VERDICT_*), and returns the answer. */
export function testPinned(cpu: usize, folio: usize): u32 {
  const calmBefore = calm(folio);
  const before = holders(folio);
  const answer = maybePinned(folio);
  const after = holders(folio);
  let verdict: u32 = VERDICT_UNDECIDED;
  if (answer == PIN_UNKNOWN) verdict = VERDICT_UNKNOWN;
  else if (before == after && before != UNSTABLE) {
    if (before) verdict = answer == MAYBE_PINNED ? VERDICT_TRUE_POSITIVE : VERDICT_FALSE_NEGATIVE;
    else if (answer != MAYBE_PINNED) verdict = VERDICT_TRUE_NEGATIVE;
    else if (calmBefore != UNSTABLE && calm(folio) == calmBefore) verdict = VERDICT_FALSE_POSITIVE;
  }
  countVerdict(cpu, verdict);
  if (verdict == VERDICT_FALSE_NEGATIVE) {
    recordFault(cpu, BUG_FALSE_NEGATIVE, pageToPfn(folio), answer, <u32>before);
  }
  return answer;
}

/**
 * Who holds write pins on the folio: 0 nobody, else a fingerprint of the pins and of how much
 * each holder has given back so far. Equal before and after: the same pins, all along, because
 * whoever takes a page again has counted what it gave back first.
 */
function holders(folio: usize): u64 {
  const cpus = quietLoad32(PARAM_NR_CPUS);
  const stride = quietLoad32(PARAM_LEDGER_STRIDE);
  const pages = <usize>1 << folioOrder(folio);
  const offset = (folio - quietLoad32(PARAM_MEM_MAP)) >> (PAGE_STRUCT_SHIFT - LEDGER_SHIFT);
  let column = quietLoad32(PARAM_LEDGER) + offset + LEDGER_WRITE;
  let returned = <usize>quietLoad32(PARAM_CPUS) + CPU_VMSTAT + NR_GUP_PAGES_RETURNED * 8;
  let print: u64 = 0;
  for (let i: u32 = 0; i < cpus; i++) {
    const before = quietPoll64(returned);
    let held: u64 = 0;
    for (let page: usize = 0; page < pages; page++) {
      held += quietPoll32(column + (page << LEDGER_SHIFT));
    }
    if (quietPoll64(returned) != before) return UNSTABLE;
    print *= 31;
    if (held) print += (before << 24) + held;
    column += stride;
    returned += CPU_BYTES;
  }
  return print;
}

/**
 * Whether anybody who could pin the folio is doing so: UNSTABLE, or how much those actors have
 * pinned and given back so far. Equal and calm before and after: whatever the scheme sees on the
 * page is no pin. An anonymous page can be pinned by the actors of its address space alone.
 */
function calm(folio: usize): u64 {
  const mapping = quietLoad32(folio + PAGE_MAPPING);
  const isAnon = (mapping & PAGE_MAPPING_ANON) != 0;
  const owner = mapping & ~PAGE_MAPPING_ANON;
  const cpus = quietLoad32(PARAM_NR_CPUS);
  let cpu = <usize>quietLoad32(PARAM_CPUS);
  let moved: u64 = 0;
  for (let i: u32 = 0; i < cpus; i++) {
    if (!isAnon || quietLoad32(cpu + CPU_ACTOR + ACTOR_MM) == owner) {
      if (quietPoll32(cpu + CPU_BUSY)) return UNSTABLE;
      const counters = cpu + CPU_VMSTAT;
      moved += quietPoll64(counters + NR_FOLL_PIN_ACQUIRED * 8);
      moved += quietPoll64(counters + NR_GUP_PAGES_RETURNED * 8);
      if (quietPoll32(cpu + CPU_BUSY)) return UNSTABLE;
    }
    cpu += CPU_BYTES;
  }
  return moved;
}
