/**
 * Quiet accesses: bookkeeping of the laboratory (parameters, counters, ledgers, histograms), not of
 * the machine. They never step, so that the explorer and the cost model do not see them.
 */
import { note32, note64 } from "./journal";

@inline
export function quietLoad32(address: usize): u32 {
  return load<u32>(address);
}

@inline
export function quietLoad64(address: usize): u64 {
  return load<u64>(address);
}

@inline
export function quietLoadF64(address: usize): f64 {
  return load<f64>(address);
}

@inline
export function quietStore32(address: usize, value: u32): void {
  if (isDefined(TRACED)) note32(address);
  store<u32>(address, value);
}

@inline
export function quietStore64(address: usize, value: u64): void {
  if (isDefined(TRACED)) note64(address);
  store<u64>(address, value);
}

@inline
export function quietStoreF64(address: usize, value: f64): void {
  if (isDefined(TRACED)) note64(address);
  store<f64>(address, value);
}

/** `bytes` are a multiple of 8. */
export function quietCopy(to: usize, from: usize, bytes: usize): void {
  for (let at: usize = 0; at < bytes; at += 8) {
    if (isDefined(TRACED)) note64(to + at);
    store<u64>(to + at, load<u64>(from + at));
  }
}

/** One writer, any number of readers. */
@inline
export function quietAdd32(address: usize, delta: u32): void {
  if (isDefined(TRACED)) note32(address);
  store<u32>(address, load<u32>(address) + delta);
}

@inline
export function quietAdd64(address: usize, delta: u64): void {
  if (isDefined(TRACED)) note64(address);
  store<u64>(address, load<u64>(address) + delta);
}

@inline
export function quietAddF64(address: usize, delta: f64): void {
  if (isDefined(TRACED)) note64(address);
  store<f64>(address, load<f64>(address) + delta);
}

/** A word that others may just have written (stop, ledgers): loads stay in their order. */
@inline
export function quietPoll32(address: usize): u32 {
  return atomic.load<u32>(address);
}

@inline
export function quietPoll64(address: usize): u64 {
  return atomic.load<u64>(address);
}

/** Sleeps for at most `ns`, less when the stop word changes from `expected`. Never a step. */
@inline
export function quietSleep(address: usize, expected: u32, ns: i64): void {
  if (!isDefined(TRACED)) atomic.wait<i32>(address, expected, ns);
}

/** Adds and returns what was there before, among several writers. */
@inline
export function quietFetchAdd32(address: usize, delta: u32): u32 {
  if (isDefined(TRACED)) note32(address);
  return atomic.add<u32>(address, delta);
}

/** What was there; it is `value` now if that was `expected`. */
@inline
export function quietCompareExchange32(address: usize, expected: u32, value: u32): u32 {
  if (isDefined(TRACED)) note32(address);
  return atomic.cmpxchg<u32>(address, expected, value);
}
