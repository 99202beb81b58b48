/**
 * A umem's frames: an I/O's address in the umem is its frame. They go round in order, as
 * descriptors go through the fill, RX, TX and completion rings.
 */
import { ACTOR_PAGES, SLOT_NR_PAGES, SLOT_OFFSET, SLOT_PAGES } from "../shared/actor_layout.ts";
import { PAGE_SHIFT } from "../shared/layout.ts";
import { quietLoad32, quietLoad64, quietStore32 } from "../memory/quiet";
import { freeSlotAt } from "./slots";

/** Gives the `count` slots below `free` the pages of their frames, which are pinned already. */
export function lendFrames(actor: usize, free: u32, count: u32): void {
  const umem = <usize>quietLoad32(actor + ACTOR_PAGES);
  for (let i: u32 = 1; i <= count; i++) {
    const slot = <usize>quietLoad32(freeSlotAt(actor, free - i));
    const page = <usize>(quietLoad64(slot + SLOT_OFFSET) >> PAGE_SHIFT);
    quietStore32(slot + SLOT_PAGES, quietLoad32(umem + (page << 2)));
    quietStore32(slot + SLOT_NR_PAGES, 1);
  }
}
