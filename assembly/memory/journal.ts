/**
 * The checker's way back: traced build only, and only where a host has asked for it. Before a step
 * writes a word for the first time, the word and what it held are noted in a log; undoTo() goes
 * back along it. Beside it a fingerprint of 64 bits over all words that tell states apart is kept
 * up, word by word.
 *
 *   marks:  one word for each word of memory: the step that noted it last, and bit 0: it tells no
 *           states apart
 *   log:    (address, what it held), 8 bytes each
 *   shadow: what frames held when they were settled last, CONTROL_JOURNAL_SHADOW behind them;
 *           asyncify writes them without telling
 */
import {
  CONTROL_JOURNAL_DIGEST, CONTROL_JOURNAL_END, CONTROL_JOURNAL_FINGERPRINT, CONTROL_JOURNAL_MARKS,
  CONTROL_JOURNAL_SETTLED, CONTROL_JOURNAL_SHADOW, CONTROL_JOURNAL_STEP,
} from "../shared/layout.ts";

const ENTRY_BYTES: usize = 8;
/** Steps are even: bit 0 of a mark is something else. */
const STEP: u32 = 2;
/** In an entry's address: a word of a frame. */
const IS_FRAME: u32 = 1;

export function note64(address: usize): void {
  note32(address);
  note32(address + 4);
}

export function note32(address: usize): void {
  const marks = <usize>load<u32>(CONTROL_JOURNAL_MARKS);
  // Nobody keeps a journal.
  if (!marks) return;
  const mark = load<u32>(marks + address);
  const step = load<u32>(CONTROL_JOURNAL_STEP);
  if ((mark & ~1) == step) return;
  store<u32>(marks + address, step | (mark & 1));
  log(<u32>address, load<u32>(address));
}

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
 * Takes in the frames in [from, to), multiples of 4. They tell states apart by a digest alone, of
 * 64 bits, in CONTROL_JOURNAL_DIGEST.
 */
export function settleFrames(from: usize, to: usize): void {
  const shadow = <usize>load<u32>(CONTROL_JOURNAL_SHADOW);
  let digest: u64 = <u64>(to - from);
  let at = from;
  for (; at + 8 <= to; at += 8) {
    const value = load<u64>(at);
    digest = (digest ^ value) * 0x9e3779b97f4a7c15;
    digest ^= digest >> 32;
    if (value == load<u64>(at + shadow)) continue;
    noteFrame(at, shadow);
    noteFrame(at + 4, shadow);
  }
  if (at < to) {
    digest = (digest ^ load<u32>(at)) * 0x9e3779b97f4a7c15;
    digest ^= digest >> 32;
    noteFrame(at, shadow);
  }
  store<u64>(CONTROL_JOURNAL_DIGEST, digest);
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

function log(address: u32, value: u32): void {
  const end = load<u32>(CONTROL_JOURNAL_END);
  store<u32>(end, address);
  store<u32>(end, value, 4);
  store<u32>(CONTROL_JOURNAL_END, end + <u32>ENTRY_BYTES);
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
