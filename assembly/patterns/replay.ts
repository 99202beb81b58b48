/**
 * Replay: the next I/O is what a log says. The worker puts I/Os into a ring of REPLAY_ENTRIES
 * between two calls; an empty ring is the log's end only if the worker said so.
 */
import {
  ACTOR_BYTES_ISSUED, ACTOR_FLAGS, ACTOR_IOS_ISSUED, ACTOR_REPLAY, ACTOR_REPLAY_OVER,
  ACTOR_REPLAY_PUT, ACTOR_REPLAY_TAKEN, REPLAY_BYTES, REPLAY_ENTRIES, REPLAY_IS_READ, REPLAY_LENGTH,
  REPLAY_OFFSET, SLOT_IS_READ, SLOT_LENGTH, SLOT_OFFSET,
} from "../shared/actor_layout.ts";
import { ACTOR_REPLAYS } from "../shared/codes.ts";
import {
  quietAdd32, quietAdd64, quietLoad32, quietLoad64, quietStore32, quietStore64,
} from "../memory/quiet";

/** How many I/Os the ring holds; both counts wrap at 2^32. */
@inline
export function ringFill(actor: usize): u32 {
  return quietLoad32(actor + ACTOR_REPLAY_PUT) - quietLoad32(actor + ACTOR_REPLAY_TAKEN);
}

@inline
export function isRingEmpty(actor: usize): bool {
  return ringFill(actor) == 0;
}

/** Address of the ring's entry `ahead` of the next one. */
@inline
export function ringEntry(actor: usize, ahead: u32): usize {
  const index = (quietLoad32(actor + ACTOR_REPLAY_TAKEN) + ahead) % <u32>REPLAY_ENTRIES;
  return quietLoad32(actor + ACTOR_REPLAY) + <usize>index * REPLAY_BYTES;
}

/** True when the worker has to put more before anything can be issued. */
export function awaitsRefill(actor: usize): bool {
  return (quietLoad32(actor + ACTOR_FLAGS) & ACTOR_REPLAYS) != 0 &&
    !quietLoad32(actor + ACTOR_REPLAY_OVER) && isRingEmpty(actor);
}

/** Fills the slot's direction, length and offset from the ring's next entry. */
export function nextFromRing(actor: usize, slot: usize): void {
  const entry = ringEntry(actor, 0);
  const length = quietLoad32(entry + REPLAY_LENGTH);
  quietStore32(slot + SLOT_IS_READ, quietLoad32(entry + REPLAY_IS_READ));
  quietStore32(slot + SLOT_LENGTH, length);
  quietStore64(slot + SLOT_OFFSET, quietLoad64(entry + REPLAY_OFFSET));
  quietAdd32(actor + ACTOR_REPLAY_TAKEN, 1);
  quietAdd64(actor + ACTOR_BYTES_ISSUED, length);
  quietAdd64(actor + ACTOR_IOS_ISSUED, 1);
}
