/**
 * `gup_test`: the kernel selftest's loop. Pins runs of `pages per call` over a buffer, in order, at
 * random or always the first, sixteen calls at a time, and gives them back.
 */
import {
  ACTOR_BUFFER_PAGES, ACTOR_BUFFER_VPN, ACTOR_COUNTDOWN, ACTOR_CURSOR, ACTOR_MM, ACTOR_PAGES,
  ACTOR_PAGES_PER_CALL, ACTOR_WALK, GUP_TEST_CALLS,
} from "../shared/actor_layout.ts";
import { CONTROL_STOP, CPU_OPS } from "../shared/layout.ts";
import {
  EFAULT, FOLL_WRITE, OP_PIN_FAST, OP_UNPIN, STATUS_FAILED, STATUS_RUNNING, WALK_HOT, WALK_RANDOM,
} from "../shared/codes.ts";
import { clockNs } from "../memory/cell";
import { quietAdd32, quietAdd64, quietLoad32, quietPoll32, quietStore32 } from "../memory/quiet";
import { countOps, recordBatch } from "../observe/latency";
import { fail, timingOfRound } from "./io_loop";
import { TIMED_BATCH, TIMED_EACH, TIMED_ONE } from "./io_submit";
import { pin, pinTimed, unpin, unpinTimed } from "./pinning";
import { randomBelow } from "./random";

/** Runs for about `budget` calls. */
export function runGupTest(cpu: usize, actor: usize, budget: u32): u32 {
  const run = quietLoad32(actor + ACTOR_PAGES_PER_CALL);
  for (let made: u32 = 0; made < budget; made += GUP_TEST_CALLS) {
    if (quietPoll32(CONTROL_STOP)) break;
    const timing = timingOfRound(actor);
    const alone: u32 = timing == TIMED_EACH ? GUP_TEST_CALLS : timing == TIMED_ONE ? 1 : 0;
    const pinned = pinRound(cpu, actor, run, alone, timing);
    unpinRound(cpu, actor, run, pinned, alone, timing);
    if (pinned < <u32>GUP_TEST_CALLS) return STATUS_FAILED;
    quietAdd32(actor + ACTOR_COUNTDOWN, -GUP_TEST_CALLS);
    quietAdd64(cpu + CPU_OPS, GUP_TEST_CALLS);
  }
  return STATUS_RUNNING;
}

/** Sixteen calls, the first `alone` of them timed: how many got all their pages. */
function pinRound(cpu: usize, actor: usize, run: u32, alone: u32, timing: u32): u32 {
  const begin = timing == TIMED_BATCH ? clockNs() : 0;
  const mm = <usize>quietLoad32(actor + ACTOR_MM);
  let call: u32 = 0;
  let into = <usize>quietLoad32(actor + ACTOR_PAGES);
  while (call < alone) {
    const got = pinTimed(cpu, mm, nextVpn(actor, run), run, FOLL_WRITE, into);
    if (got != run) return giveUp(cpu, actor, into, got, call);
    into += run << 2;
    call++;
  }
  while (call < <u32>GUP_TEST_CALLS) {
    const got = pin(cpu, mm, nextVpn(actor, run), run, FOLL_WRITE, into);
    if (got != run) return giveUp(cpu, actor, into, got, call);
    into += run << 2;
    call++;
  }
  if (timing == TIMED_BATCH) recordBatch(cpu, OP_PIN_FAST, call, clockNs() - begin);
  countOps(cpu, OP_PIN_FAST, call);
  return call;
}

/** A call that got fewer pages than the buffer has: its errno, or -EFAULT, ends the actor. */
function giveUp(cpu: usize, actor: usize, pages: usize, got: i32, calls: u32): u32 {
  if (got > 0) unpin(cpu, pages, <u32>got, FOLL_WRITE, false);
  fail(actor, got < 0 ? got : -EFAULT);
  return calls;
}

function unpinRound(
  cpu: usize, actor: usize, run: u32, calls: u32, alone: u32, timing: u32,
): void {
  const begin = timing == TIMED_BATCH ? clockNs() : 0;
  const timed = min(alone, calls);
  let call: u32 = 0;
  let pages = <usize>quietLoad32(actor + ACTOR_PAGES);
  while (call < timed) {
    unpinTimed(cpu, pages, run, FOLL_WRITE, false);
    pages += run << 2;
    call++;
  }
  while (call < calls) {
    unpin(cpu, pages, run, FOLL_WRITE, false);
    pages += run << 2;
    call++;
  }
  if (timing == TIMED_BATCH) recordBatch(cpu, OP_UNPIN, calls, clockNs() - begin);
  countOps(cpu, OP_UNPIN, calls);
}

@inline
function nextVpn(actor: usize, run: u32): u32 {
  const base = quietLoad32(actor + ACTOR_BUFFER_VPN);
  const walk = quietLoad32(actor + ACTOR_WALK);
  if (walk == WALK_HOT) return base;
  const runs = quietLoad32(actor + ACTOR_BUFFER_PAGES) / run;
  if (walk == WALK_RANDOM) return base + randomBelow(actor, runs) * run;
  const at = quietLoad32(actor + ACTOR_CURSOR);
  quietStore32(actor + ACTOR_CURSOR, at + 1 == runs ? 0 : at + 1);
  return base + at * run;
}
