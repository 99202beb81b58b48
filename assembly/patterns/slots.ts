/** The actor's I/O slots: one buffer each, an array of free ones, the pages an I/O holds. */
import {
  ACTOR_BUFFER_BYTES, ACTOR_BUFFER_VPN, ACTOR_FREE_SLOTS, ACTOR_IN_FLIGHT, ACTOR_IODEPTH,
  ACTOR_MEM_ALIGN, ACTOR_SLOTS, ACTOR_SLOT_STRIDE, SLOT_LENGTH, SLOT_NR_PAGES, SLOT_REGISTERED,
} from "../shared/actor_layout.ts";
import { PAGE_BYTES, PAGE_SHIFT } from "../shared/layout.ts";
import { quietLoad32, quietStore32 } from "../memory/quiet";

@inline
export function slotAt(actor: usize, index: u32): usize {
  return quietLoad32(actor + ACTOR_SLOTS) + <usize>index * quietLoad32(actor + ACTOR_SLOT_STRIDE);
}

/** Byte address of the slot's buffer in its address space. */
@inline
function bufferAddress(actor: usize, index: u32): u64 {
  const base = <u64>quietLoad32(actor + ACTOR_BUFFER_VPN) << PAGE_SHIFT;
  return base + quietLoad32(actor + ACTOR_MEM_ALIGN) +
    <u64>index * quietLoad32(actor + ACTOR_BUFFER_BYTES);
}

@inline
export function bufferVpn(actor: usize, index: u32): u32 {
  return <u32>(bufferAddress(actor, index) >> PAGE_SHIFT);
}

/** Pages that `length` bytes from the start of the buffer touch. */
@inline
export function pagesSpanned(actor: usize, index: u32, length: u32): u32 {
  const first = bufferAddress(actor, index);
  return <u32>(((first + length + PAGE_BYTES - 1) >> PAGE_SHIFT) - (first >> PAGE_SHIFT));
}

@inline
export function slotIndex(actor: usize, slot: usize): u32 {
  return <u32>((slot - quietLoad32(actor + ACTOR_SLOTS)) / quietLoad32(actor + ACTOR_SLOT_STRIDE));
}

/** Pages that the slot's I/O moves: those that it has pinned, or its part of a registration. */
export function ioPages(actor: usize, slot: usize): u32 {
  if (!quietLoad32(slot + SLOT_REGISTERED)) return quietLoad32(slot + SLOT_NR_PAGES);
  return pagesSpanned(actor, slotIndex(actor, slot), quietLoad32(slot + SLOT_LENGTH));
}

/** All slots free; their order is their use. */
export function resetSlots(actor: usize): void {
  const depth = quietLoad32(actor + ACTOR_IODEPTH);
  const free = <usize>quietLoad32(actor + ACTOR_FREE_SLOTS);
  for (let i: u32 = 0; i < depth; i++) {
    const slot = slotAt(actor, i);
    quietStore32(free + (<usize>i << 2), slot);
    quietStore32(slot + SLOT_NR_PAGES, 0);
  }
  quietStore32(actor + ACTOR_IN_FLIGHT, 0);
}

@inline
export function freeSlots(actor: usize): u32 {
  return quietLoad32(actor + ACTOR_IODEPTH) - quietLoad32(actor + ACTOR_IN_FLIGHT);
}

/** The array of free slots from `index` on: submitted from its end, returned behind it. */
@inline
export function freeSlotAt(actor: usize, index: u32): usize {
  return quietLoad32(actor + ACTOR_FREE_SLOTS) + (<usize>index << 2);
}
