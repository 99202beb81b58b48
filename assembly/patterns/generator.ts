/** What the next I/O is: direction, length and offset, as the job file says. */
import {
  ACTOR_BLOCK_ALIGN, ACTOR_BYTES_ISSUED, ACTOR_CURSOR, ACTOR_EXTENT_BLOCKS, ACTOR_FLAGS,
  ACTOR_IOS_ISSUED, ACTOR_LIMIT_BYTES, ACTOR_LIMIT_IOS, ACTOR_PERMUTATION, ACTOR_PERMUTATION_MASK,
  ACTOR_PERMUTATION_STEP, ACTOR_QUANTILES, ACTOR_READ_SHARE, ACTOR_READ_SIZES, ACTOR_WRITE_SIZES,
  QUANTILE_BITS, SIZE_BYTES, SIZE_MAX, SIZE_MIN, SIZE_SHARE, SLOT_IS_READ, SLOT_LENGTH, SLOT_OFFSET,
} from "../shared/actor_layout.ts";
import {
  ACTOR_PERMUTE, ACTOR_RANDOM, ACTOR_REPLAYS, ACTOR_UNLIMITED, ACTOR_WRITES_ONLY,
} from "../shared/codes.ts";
import { quietAdd64, quietLoad32, quietLoad64, quietStore32, quietStore64 } from "../memory/quiet";
import { random32, randomBelow } from "./random";
import { isRingEmpty, nextFromRing } from "./replay";

/** ACTOR_READ_SHARE of a job that only reads. */
export const READS_ONLY: u32 = 0xffffffff;

/** True when there is nothing to issue: the job has issued all it has to, or its ring is empty. */
export function isFinished(actor: usize): bool {
  const flags = quietLoad32(actor + ACTOR_FLAGS);
  if (flags & (ACTOR_UNLIMITED | ACTOR_REPLAYS)) {
    return flags & ACTOR_REPLAYS ? isRingEmpty(actor) : false;
  }
  const bytes = quietLoad64(actor + ACTOR_BYTES_ISSUED);
  if (bytes >= quietLoad64(actor + ACTOR_LIMIT_BYTES)) return true;
  return quietLoad64(actor + ACTOR_IOS_ISSUED) >= quietLoad64(actor + ACTOR_LIMIT_IOS);
}

/** Fills the slot's direction, length and offset. */
export function nextIo(actor: usize, slot: usize): void {
  const flags = quietLoad32(actor + ACTOR_FLAGS);
  if (flags & ACTOR_REPLAYS) {
    nextFromRing(actor, slot);
    return;
  }
  const isRead = drawIsRead(actor, flags);
  fill(actor, slot, flags, isRead);
}

/** As nextIo, in a direction that is settled. */
export function nextIoOf(actor: usize, slot: usize, isRead: bool): void {
  fill(actor, slot, quietLoad32(actor + ACTOR_FLAGS), isRead);
}

/** The direction that the job's mix draws. */
@inline
export function drawIsRead(actor: usize, flags: u32): bool {
  return !(flags & ACTOR_WRITES_ONLY) &&
    random32(actor) <= quietLoad32(actor + ACTOR_READ_SHARE);
}

@inline
function fill(actor: usize, slot: usize, flags: u32, isRead: bool): void {
  const length = nextLength(actor, isRead);
  quietStore32(slot + SLOT_IS_READ, isRead);
  quietStore32(slot + SLOT_LENGTH, length);
  quietStore64(slot + SLOT_OFFSET, nextOffset(actor, flags, length));
  quietAdd64(actor + ACTOR_BYTES_ISSUED, length);
  quietAdd64(actor + ACTOR_IOS_ISSUED, 1);
}

@inline
function nextLength(actor: usize, isRead: bool): u32 {
  let size = <usize>quietLoad32(actor + (isRead ? ACTOR_READ_SIZES : ACTOR_WRITE_SIZES));
  const draw = random32(actor);
  while (draw > quietLoad32(size + SIZE_SHARE)) size += SIZE_BYTES;
  const smallest = quietLoad32(size + SIZE_MIN);
  const largest = quietLoad32(size + SIZE_MAX);
  if (smallest == largest) return smallest;
  return smallest * (1 + randomBelow(actor, largest / smallest));
}

/** Bytes from the start of the file. */
@inline
function nextOffset(actor: usize, flags: u32, length: u32): u64 {
  const align = <u64>quietLoad32(actor + ACTOR_BLOCK_ALIGN);
  const blocks = quietLoad64(actor + ACTOR_EXTENT_BLOCKS);
  if (!(flags & ACTOR_RANDOM)) {
    let offset = quietLoad64(actor + ACTOR_CURSOR);
    if (offset + <u64>length > blocks * align) offset = 0;
    quietStore64(actor + ACTOR_CURSOR, offset + <u64>length);
    return offset;
  }
  if (flags & ACTOR_PERMUTE) return <u64>nextInPermutation(actor, <u32>blocks) * align;
  if (quietLoad32(actor + ACTOR_QUANTILES)) return fromQuantiles(actor) * align;
  return <u64>((<u64>random32(actor) << 20 | <u64>random32(actor) >> 12) % blocks) * align;
}

/** Every block once before any comes again; numbers beyond the extent are passed over. */
function nextInPermutation(actor: usize, blocks: u32): u32 {
  const mask = quietLoad32(actor + ACTOR_PERMUTATION_MASK);
  const step = quietLoad32(actor + ACTOR_PERMUTATION_STEP);
  let block = quietLoad32(actor + ACTOR_PERMUTATION);
  do {
    block = (block * 1664525 + step) & mask;
  } while (block >= blocks);
  quietStore32(actor + ACTOR_PERMUTATION, block);
  return block;
}

/** A draw between two neighbouring quantiles of the distribution. */
function fromQuantiles(actor: usize): u64 {
  const draw = random32(actor);
  const at = quietLoad32(actor + ACTOR_QUANTILES) + (<usize>(draw >> (32 - QUANTILE_BITS)) << 3);
  const low = quietLoad64(at);
  const high = quietLoad64(at + 8);
  const fraction = <u64>(draw & (1 << (32 - QUANTILE_BITS)) - 1);
  return low + (((high - low) * fraction) >> (32 - QUANTILE_BITS));
}
