/**
 * `mapper`: ordinary references, the stuff of false positives. Takes `references` on every page of
 * its buffer (as pipes and overlapping mappings do), asks the pinned test about its own pages and
 * as many frames of the machine at random, and lets go. It can stop between any two steps.
 */
import {
  ACTOR_BUFFER_PAGES, ACTOR_BUFFER_VPN, ACTOR_IN_FLIGHT, ACTOR_MM, ACTOR_PAGES, ACTOR_REFERENCES,
} from "../shared/actor_layout.ts";
import { CONTROL_STOP, CPU_OPS, PAGE_REFCOUNT, PARAM_NR_PAGES } from "../shared/layout.ts";
import { EFAULT, FOLL_WRITE, STATUS_DONE, STATUS_RUNNING } from "../shared/codes.ts";
import { quietAdd64, quietLoad32, quietPoll32, quietStore32 } from "../memory/quiet";
import { getUserPagesFast } from "../gup/api";
import { putPages } from "../gup/unpin";
import { compoundHead, pfnToPage } from "../memory/page";
import { testPinned } from "../observe/verdict";
import { fail } from "./io_loop";
import { randomBelow } from "./random";

/** Pages asked about in one round at most. */
const TESTS_MAX: u32 = 4096;

/** Runs until about `budget` references were taken or let go. */
export function runMapper(cpu: usize, actor: usize, budget: u32): u32 {
  const pages = quietLoad32(actor + ACTOR_BUFFER_PAGES);
  const references = quietLoad32(actor + ACTOR_REFERENCES);
  let left = <i64>budget;
  do {
    if (quietLoad32(actor + ACTOR_IN_FLIGHT) < references) {
      const error = takeOne(cpu, actor, pages);
      if (error) return fail(actor, error);
    } else {
      testOwn(cpu, actor, pages);
      testOthers(cpu, actor, min(pages, TESTS_MAX));
      quietAdd64(cpu + CPU_OPS, pages);
      // Half stay, so that the next round costs half as much and the count still moves.
      left -= <i64>letGo(cpu, actor, pages, references >> 1, left);
    }
    left -= pages;
  } while (left > 0 && !quietPoll32(CONTROL_STOP));
  return STATUS_RUNNING;
}

/** One more reference on every page of the buffer. */
function takeOne(cpu: usize, actor: usize, pages: u32): i32 {
  const mm = <usize>quietLoad32(actor + ACTOR_MM);
  const array = <usize>quietLoad32(actor + ACTOR_PAGES);
  const vpn = quietLoad32(actor + ACTOR_BUFFER_VPN);
  const got = getUserPagesFast(cpu, mm, vpn, pages, FOLL_WRITE, array);
  if (got != pages) {
    if (got > 0) putPages(cpu, array, <u32>got);
    return got < 0 ? got : -EFAULT;
  }
  quietStore32(actor + ACTOR_IN_FLIGHT, quietLoad32(actor + ACTOR_IN_FLIGHT) + 1);
  return 0;
}

/** The buffer's pages, or as many of them at random as one round takes. */
function testOwn(cpu: usize, actor: usize, pages: u32): void {
  const array = <usize>quietLoad32(actor + ACTOR_PAGES);
  const count = min(pages, TESTS_MAX);
  for (let i: u32 = 0; i < count; i++) {
    const index = pages > TESTS_MAX ? randomBelow(actor, pages) : i;
    testPinned(cpu, compoundHead(quietLoad32(array + (<usize>index << 2))));
  }
}

/** Frames of the machine at random; free ones are passed over. */
function testOthers(cpu: usize, actor: usize, count: u32): void {
  const frames = quietLoad32(PARAM_NR_PAGES);
  for (let i: u32 = 0; i < count; i++) {
    const folio = compoundHead(pfnToPage(randomBelow(actor, frames)));
    if (<i32>quietLoad32(folio + PAGE_REFCOUNT) > 0) testPinned(cpu, folio);
  }
}

/** Lets go until `keep` references a page are left or `budget` is used up; how much it cost. */
function letGo(cpu: usize, actor: usize, pages: u32, keep: u32, budget: i64): u64 {
  const array = <usize>quietLoad32(actor + ACTOR_PAGES);
  let held = quietLoad32(actor + ACTOR_IN_FLIGHT);
  let cost: u64 = 0;
  while (held > keep && <i64>cost < budget) {
    putPages(cpu, array, pages);
    cost += pages;
    held--;
  }
  quietStore32(actor + ACTOR_IN_FLIGHT, held);
  return cost;
}

/** Lets go of every reference, about `budget` a call: STATUS_RUNNING while some are left. */
export function drainMapper(cpu: usize, actor: usize, budget: u32): u32 {
  const pages = quietLoad32(actor + ACTOR_BUFFER_PAGES);
  letGo(cpu, actor, pages, 0, max(<i64>budget, 1));
  return quietLoad32(actor + ACTOR_IN_FLIGHT) ? STATUS_RUNNING : STATUS_DONE;
}
