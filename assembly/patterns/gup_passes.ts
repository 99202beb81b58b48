/**
 * `gup_test` in whole passes: what the kernel selftest's ioctls do. Gets the region in calls of
 * `pages per call`, looks at what it got, gives all of it back; both halves timed. Between two
 * slices of a pass the clock stands still, so that the host's part is not in it.
 */
import {
  ACTOR_BUFFER_VPN, ACTOR_MM, ACTOR_PAGES, ACTOR_PAGES_PER_CALL, ACTOR_PASSES,
} from "../shared/actor_layout.ts";
import {
  DUMP_BYTES, DUMP_FOLIO, DUMP_HEAD_PFN, DUMP_PAGE, DUMP_PFN, GUP_CALL_DUMP_GET, GUP_CALL_DUMP_PIN,
  GUP_CALL_GUP_BASIC, GUP_CALL_GUP_FAST, GUP_CALL_PIN_FAST, GUP_CALL_PIN_LONGTERM, PASS_CALL,
  PASS_DONE, PASS_DUMPS, PASS_FLAGS, PASS_GET_NS, PASS_GIVES_BACK, PASS_GOT, PASS_PAGES, PASS_PUT,
  PASS_PUT_NS, PASS_REPEATS, PASS_RESULTS, PASS_UNPINNED, PASS_WALKED, PASS_WHICH, PASS_WHICH_COUNT,
  RESULT_BYTES, RESULT_GET_NS, RESULT_PUT_NS, RESULT_UNPINNED, RESULT_WALKED,
} from "../shared/gup_test_layout.ts";
import { CONTROL_STOP, CPU_BUSY, CPU_OPS, PAGE_STRUCT_BYTES } from "../shared/layout.ts";
import {
  FOLL_LONGTERM, NOT_PINNED, OP_PIN_FAST, OP_UNPIN, STATUS_DONE, STATUS_RUNNING,
} from "../shared/codes.ts";
import { clockNs } from "../memory/cell";
import {
  quietAdd64, quietLoad32, quietLoad64, quietLoadF64, quietPoll32, quietStore32, quietStore64,
  quietStoreF64,
} from "../memory/quiet";
import { compoundHead, pageToPfn } from "../memory/page";
import { getUserPages, getUserPagesFast, pinUserPages, pinUserPagesFast } from "../gup/api";
import { putPages, unpinUserPages } from "../gup/unpin";
import { countOps } from "../observe/latency";
import { ledgerCount } from "../observe/ledger";
import { pageMaybeDmaPinned } from "../pins/scheme";

/** Runs for about `budget` calls. STATUS_DONE: every pass is over. */
export function runPasses(cpu: usize, actor: usize, budget: u32): u32 {
  const pass = <usize>quietLoad32(actor + ACTOR_PASSES);
  if (quietPoll32(CONTROL_STOP)) return STATUS_RUNNING;
  if (quietLoad32(pass + PASS_GIVES_BACK)) {
    if (giveBack(cpu, actor, pass, budget)) endPass(pass);
  } else if (gather(cpu, actor, pass, budget)) {
    verify(actor, pass);
    dumpChosen(actor, pass);
    quietStore32(pass + PASS_GIVES_BACK, 1);
  }
  const left = quietLoad32(pass + PASS_DONE) < quietLoad32(pass + PASS_REPEATS);
  return left ? STATUS_RUNNING : STATUS_DONE;
}

/** Gives back what a pass that was cut short holds: STATUS_RUNNING while some is left. */
export function drainPasses(cpu: usize, actor: usize, budget: u32): u32 {
  const pass = <usize>quietLoad32(actor + ACTOR_PASSES);
  return giveBack(cpu, actor, pass, max(budget, 1)) ? STATUS_DONE : STATUS_RUNNING;
}

@inline
function isPin(call: u32): bool {
  return call != GUP_CALL_GUP_FAST && call != GUP_CALL_GUP_BASIC && call != GUP_CALL_DUMP_GET;
}

function callGup(
  cpu: usize, mm: usize, call: u32, vpn: u32, count: u32, flags: u32, pages: usize,
): i32 {
  switch (call) {
    case GUP_CALL_GUP_FAST: return getUserPagesFast(cpu, mm, vpn, count, flags, pages);
    case GUP_CALL_GUP_BASIC:
    case GUP_CALL_DUMP_GET: return getUserPages(cpu, mm, vpn, count, flags, pages);
    case GUP_CALL_PIN_FAST: return pinUserPagesFast(cpu, mm, vpn, count, flags, pages);
    case GUP_CALL_PIN_LONGTERM:
      return pinUserPages(cpu, mm, vpn, count, flags | FOLL_LONGTERM, pages);
    default: return pinUserPages(cpu, mm, vpn, count, flags, pages);
  }
}

/**
 * True: the region is walked, or a call got fewer pages than it was asked for. A call that got
 * none leaves the walk where it was.
 */
function gather(cpu: usize, actor: usize, pass: usize, budget: u32): bool {
  const mm = <usize>quietLoad32(actor + ACTOR_MM);
  const array = <usize>quietLoad32(actor + ACTOR_PAGES);
  const base = quietLoad32(actor + ACTOR_BUFFER_VPN);
  const most = quietLoad32(actor + ACTOR_PAGES_PER_CALL);
  const call = quietLoad32(pass + PASS_CALL);
  const flags = quietLoad32(pass + PASS_FLAGS);
  const total = quietLoad32(pass + PASS_PAGES);
  const held = quietLoad32(pass + PASS_GOT);
  let walked = quietLoad32(pass + PASS_WALKED);
  let got = held;
  let calls: u32 = 0;
  let over = false;
  quietStore32(cpu + CPU_BUSY, 1);
  const begin = clockNs();
  while (calls < budget && !over) {
    const want = min(most, total - walked);
    const count = callGup(cpu, mm, call, base + walked, want, flags, array + (<usize>got << 2));
    calls++;
    if (count > 0) {
      got += <u32>count;
      walked += want;
    }
    over = count != most || walked == total;
  }
  const spent = clockNs() - begin;
  if (isPin(call) && got > held) {
    ledgerCount(cpu, array + (<usize>held << 2), got - held, flags, 1);
  }
  quietStore32(cpu + CPU_BUSY, 0);
  quietStoreF64(pass + PASS_GET_NS, quietLoadF64(pass + PASS_GET_NS) + spent);
  quietStore32(pass + PASS_WALKED, walked);
  quietStore32(pass + PASS_GOT, got);
  if (call == GUP_CALL_PIN_FAST) countOps(cpu, OP_PIN_FAST, calls);
  quietAdd64(cpu + CPU_OPS, calls);
  return over;
}

/** True: nothing is held any more. */
function giveBack(cpu: usize, actor: usize, pass: usize, budget: u32): bool {
  const call = quietLoad32(pass + PASS_CALL);
  const got = quietLoad32(pass + PASS_GOT);
  const put = quietLoad32(pass + PASS_PUT);
  const most = <u64>budget * <u64>quietLoad32(actor + ACTOR_PAGES_PER_CALL);
  const count = <u32>min(<u64>(got - put), most);
  if (!count) return true;
  const pages = quietLoad32(actor + ACTOR_PAGES) + (<usize>put << 2);
  quietStore32(cpu + CPU_BUSY, 1);
  const flags = quietLoad32(pass + PASS_FLAGS);
  if (isPin(call)) ledgerCount(cpu, pages, count, flags, <u32>-1);
  const begin = clockNs();
  if (!isPin(call)) putPages(cpu, pages, count);
  else unpinUserPages(cpu, pages, count);
  const spent = clockNs() - begin;
  quietStore32(cpu + CPU_BUSY, 0);
  quietStoreF64(pass + PASS_PUT_NS, quietLoadF64(pass + PASS_PUT_NS) + spent);
  quietStore32(pass + PASS_PUT, put + count);
  if (isPin(call)) countOps(cpu, OP_UNPIN, 1);
  return put + count == got;
}

/** verify_dma_pinned(): the first page that the scheme calls not pinned, if it can tell. */
function verify(actor: usize, pass: usize): void {
  const call = quietLoad32(pass + PASS_CALL);
  if (!isPin(call) || call == GUP_CALL_DUMP_PIN) return;
  const array = <usize>quietLoad32(actor + ACTOR_PAGES);
  const got = quietLoad32(pass + PASS_GOT);
  for (let i: u32 = 0; i < got; i++) {
    const page = <usize>quietLoad32(array + (<usize>i << 2));
    if (pageMaybeDmaPinned(page) != NOT_PINNED) continue;
    quietStore32(pass + PASS_UNPINNED, i + 1);
    dumpPage(page, pass + PASS_DUMPS + <usize>PASS_WHICH_COUNT * DUMP_BYTES);
    return;
  }
}

/** dump_pages_test(): the pages asked for, as far as they were got. */
function dumpChosen(actor: usize, pass: usize): void {
  const array = <usize>quietLoad32(actor + ACTOR_PAGES);
  const got = quietLoad32(pass + PASS_GOT);
  for (let i: usize = 0; i < <usize>PASS_WHICH_COUNT; i++) {
    const which = quietLoad32(pass + PASS_WHICH + (i << 2));
    if (!which || which > got) continue;
    const page = <usize>quietLoad32(array + (<usize>(which - 1) << 2));
    dumpPage(page, pass + PASS_DUMPS + i * DUMP_BYTES);
  }
}

function dumpPage(page: usize, into: usize): void {
  const folio = compoundHead(page);
  quietStore32(into + DUMP_PFN, pageToPfn(page));
  quietStore32(into + DUMP_HEAD_PFN, pageToPfn(folio));
  copy(page, into + DUMP_PAGE, PAGE_STRUCT_BYTES);
  copy(folio, into + DUMP_FOLIO, 2 * PAGE_STRUCT_BYTES);
}

function copy(from: usize, to: usize, bytes: usize): void {
  for (let at: usize = 0; at < bytes; at += 8) quietStore64(to + at, quietLoad64(from + at));
}

function endPass(pass: usize): void {
  const done = quietLoad32(pass + PASS_DONE);
  const result = quietLoad32(pass + PASS_RESULTS) + <usize>done * RESULT_BYTES;
  quietStoreF64(result + RESULT_GET_NS, quietLoadF64(pass + PASS_GET_NS));
  quietStoreF64(result + RESULT_PUT_NS, quietLoadF64(pass + PASS_PUT_NS));
  quietStore32(result + RESULT_WALKED, quietLoad32(pass + PASS_WALKED));
  quietStore32(result + RESULT_UNPINNED, quietLoad32(pass + PASS_UNPINNED));
  quietStoreF64(pass + PASS_GET_NS, 0);
  quietStoreF64(pass + PASS_PUT_NS, 0);
  quietStore32(pass + PASS_WALKED, 0);
  quietStore32(pass + PASS_GOT, 0);
  quietStore32(pass + PASS_PUT, 0);
  quietStore32(pass + PASS_UNPINNED, 0);
  quietStore32(pass + PASS_GIVES_BACK, 0);
  quietStore32(pass + PASS_DONE, done + 1);
}
