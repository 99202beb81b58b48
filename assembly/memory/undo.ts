/**
 * The checker's way back along the journal, and a fingerprint of 64 bits over all words that tell
 * states apart, kept up word by word: what the traced build exports beside index.ts.
 *
 * Frames are what asyncify writes, without telling; what they held when they were settled last lies
 * CONTROL_JOURNAL_SHADOW behind them.
 */
import {
  CONTROL_JOURNAL_DIGEST, CONTROL_JOURNAL_END, CONTROL_JOURNAL_FINGERPRINT, CONTROL_JOURNAL_MARKS,
  CONTROL_JOURNAL_SETTLED, CONTROL_JOURNAL_SHADOW, CONTROL_JOURNAL_STEP, STACK_HEADER_BYTES,
} from "../shared/layout.ts";
import { ENTRY_BYTES, log, note32 } from "./journal";

/** Steps are even: bit 0 of a mark is something else. */
const STEP: u32 = 2;
/** In an entry's address: a word of a frame. */
const IS_FRAME: u32 = 1;

/** A write of the host's. */
export function poke(address: usize, value: u32): void {
  note32(address);
  store<u32>(address, value);
}

/** Takes what was written since the last time into the fingerprint: a step has ended. */
export function settle(): void {
  const marks = <usize>load<u32>(CONTROL_JOURNAL_MARKS);
  const end = <usize>load<u32>(CONTROL_JOURNAL_END);
  let fingerprint = load<u64>(CONTROL_JOURNAL_FINGERPRINT);
  for (let at = <usize>load<u32>(CONTROL_JOURNAL_SETTLED); at < end; at += ENTRY_BYTES) {
    const address = load<u32>(at);
    if (address & IS_FRAME || load<u32>(marks + address) & 1) continue;
    const before = load<u32>(at, 4);
    const after = load<u32>(address);
    if (before != after) fingerprint ^= mixed(address, before) ^ mixed(address, after);
  }
  store<u64>(CONTROL_JOURNAL_FINGERPRINT, fingerprint);
  store<u32>(CONTROL_JOURNAL_SETTLED, <u32>end);
  nextStep();
}

/**
 * A CPU's step has ended. Its stack begins with where its frames end, which asyncify moves, and
 * where it ends itself; the digest of the frames (0: there are none) goes to `digestAt`, 64 bits.
 */
export function endStep(stack: usize, digestAt: usize): void {
  const end = <usize>load<u32>(stack);
  settleFrames(stack, end);
  const digest = end == stack + STACK_HEADER_BYTES ? 0 : load<u64>(CONTROL_JOURNAL_DIGEST);
  poke(digestAt, <u32>digest);
  poke(digestAt + 4, <u32>(digest >> 32));
  settle();
}

/**
 * Takes in the frames in [from, to), multiples of 4. They tell states apart by a digest alone, of
 * 64 bits, in CONTROL_JOURNAL_DIGEST.
 */
export function settleFrames(from: usize, to: usize): void {
  const shadow = <usize>load<u32>(CONTROL_JOURNAL_SHADOW);
  // Two lanes: one would wait for each product.
  let one: u64 = <u64>(to - from);
  let other = ~one;
  let at = from;
  for (; at + 16 <= to; at += 16) {
    const low = load<u64>(at);
    const high = load<u64>(at, 8);
    one = digested(one, low);
    other = digested(other, high);
    if (low == load<u64>(at + shadow) && high == load<u64>(at + shadow, 8)) continue;
    for (let word = at; word < at + 16; word += 4) noteFrame(word, shadow);
  }
  for (; at < to; at += 4) {
    one = digested(one, load<u32>(at));
    noteFrame(at, shadow);
  }
  store<u64>(CONTROL_JOURNAL_DIGEST, digested(one, other));
}

/** A round of xxHash64 (Collet). */
@inline
function digested(digest: u64, value: u64): u64 {
  return rotl<u64>(digest + value * 0xc2b2ae3d27d4eb4f, 31) * 0x9e3779b185ebca87;
}

/** A place in the log to which undoTo() can go back. */
export function markPlace(): u32 {
  settle();
  const place = load<u32>(CONTROL_JOURNAL_END);
  log(CONTROL_JOURNAL_FINGERPRINT, load<u32>(CONTROL_JOURNAL_FINGERPRINT));
  log(CONTROL_JOURNAL_FINGERPRINT + 4, load<u32>(CONTROL_JOURNAL_FINGERPRINT, 4));
  store<u32>(CONTROL_JOURNAL_SETTLED, load<u32>(CONTROL_JOURNAL_END));
  return place;
}

/** Everything is again as it was at the place, fingerprint and all. */
export function undoTo(place: u32): void {
  const shadow = <usize>load<u32>(CONTROL_JOURNAL_SHADOW);
  let at = <usize>load<u32>(CONTROL_JOURNAL_END);
  while (at > <usize>place) {
    at -= ENTRY_BYTES;
    const address = <usize>load<u32>(at);
    const value = load<u32>(at, 4);
    const word = address & ~IS_FRAME;
    if (word != address) store<u32>(word + shadow, value);
    store<u32>(word, value);
  }
  store<u32>(CONTROL_JOURNAL_END, place);
  store<u32>(CONTROL_JOURNAL_SETTLED, place);
  nextStep();
}

function noteFrame(at: usize, shadow: usize): void {
  const value = load<u32>(at);
  const before = load<u32>(at + shadow);
  if (value == before) return;
  log(<u32>at | IS_FRAME, before);
  store<u32>(at + shadow, value);
}

function nextStep(): void {
  const step = load<u32>(CONTROL_JOURNAL_STEP) + STEP;
  store<u32>(CONTROL_JOURNAL_STEP, step);
  if (!step) forgetSteps();
}

/** Every 2^31 steps the numbers begin again: no mark may be taken for one of a new step. */
function forgetSteps(): void {
  const marks = <usize>load<u32>(CONTROL_JOURNAL_MARKS);
  // A mark for each word before the marks.
  for (let at: usize = 0; at < marks; at += 4) store<u32>(marks + at, load<u32>(marks + at) & 1);
  store<u32>(CONTROL_JOURNAL_STEP, STEP);
}

/** A word's part of the fingerprint (the finaliser of splitmix64: Steele and others, 2014). */
function mixed(address: u32, value: u32): u64 {
  let hash = (<u64>address << 32 | value) * 0x9e3779b97f4a7c15;
  hash = (hash ^ (hash >> 30)) * 0xbf58476d1ce4e5b9;
  hash = (hash ^ (hash >> 27)) * 0x94d049bb133111eb;
  return hash ^ (hash >> 31);
}
