/**
 * `mapper`: ordinary references, the stuff of false positives. Takes `references` on every page of
 * its buffer (as pipes and overlapping mappings do), asks the pinned test about its own pages and
 * as many frames of the machine at random, and lets go.
 */
import {
  ACTOR_BUFFER_PAGES, ACTOR_BUFFER_VPN, ACTOR_IN_FLIGHT, ACTOR_MM, ACTOR_PAGES, ACTOR_REFERENCES,
} from "../shared/actor_layout.ts";
import { CONTROL_STOP, CPU_OPS, PAGE_REFCOUNT, PARAM_NR_PAGES } from "../shared/layout.ts";
import { EFAULT, FOLL_WRITE, STATUS_RUNNING } from "../shared/codes.ts";
import {
  quietAdd64, quietLoad32, quietPoll32, quietStore32,
} from "../memory/cell";
import { getUserPagesFast } from "../gup/api";
import { putPages } from "../gup/unpin";
import { compoundHead, pfnToPage } from "../memory/page";
import { testPinned } from "../observe/verdict";
import { fail } from "./io_loop";
import { randomBelow } from "./random";

/** Runs rounds until about `budget` references were taken, one round at least. */
export function runMapper(cpu: usize, actor: usize, budget: u32): u32 {
  const pages = quietLoad32(actor + ACTOR_BUFFER_PAGES);
  const references = quietLoad32(actor + ACTOR_REFERENCES);
  let taken: u32 = 0;
  do {
    while (quietLoad32(actor + ACTOR_IN_FLIGHT) < references) {
      const error = takeOne(cpu, actor, pages);
      if (error) return fail(actor, error);
    }
    testOwn(cpu, actor, pages);
    testOthers(cpu, actor, pages);
    drainMapper(cpu, actor);
    taken += pages * references;
    quietAdd64(cpu + CPU_OPS, pages);
  } while (taken < budget && !quietPoll32(CONTROL_STOP));
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

function testOwn(cpu: usize, actor: usize, pages: u32): void {
  const array = <usize>quietLoad32(actor + ACTOR_PAGES);
  for (let i: u32 = 0; i < pages; i++) {
    testPinned(cpu, compoundHead(quietLoad32(array + (<usize>i << 2))));
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

/** Lets go of every reference. */
export function drainMapper(cpu: usize, actor: usize): void {
  const array = <usize>quietLoad32(actor + ACTOR_PAGES);
  const pages = quietLoad32(actor + ACTOR_BUFFER_PAGES);
  let held = quietLoad32(actor + ACTOR_IN_FLIGHT);
  while (held > 0) {
    putPages(cpu, array, pages);
    held--;
  }
  quietStore32(actor + ACTOR_IN_FLIGHT, 0);
}
