/**
 * The only door to the machine's memory; the laboratory's own words have quiet.ts beside it, and no
 * other file names `atomic`.
 *
 * Native build: each function is the bare instruction. Traced build (`--use TRACED=1`): each first
 * tells the host which address it is about to touch, how, and in which order; the host may switch
 * to another virtual CPU there.
 *
 * Orders are the kernel's. wasm knows only plain and sequentially consistent accesses, so relaxed
 * ones (READ_ONCE, WRITE_ONCE) are plain instructions and everything stronger is an atomic one.
 * A fence is a read-modify-write on a line of the CPU's own: Binaryen deletes the instruction.
 */
import { CONTROL_KILL, CPU_BARRIER } from "../shared/layout.ts";
import {
  ACCESS_AWAIT_CHANGE, ACCESS_AWAIT_ZERO, ACCESS_BLOCK, ACCESS_FENCE, ACCESS_LOAD,
  ACCESS_NOTIFY_ALL, ACCESS_NOTIFY_ONE, ACCESS_RMW, ACCESS_RMW_VOID, ACCESS_STORE, ACCESS_WAIT,
  ORDER_ACQUIRE, ORDER_FULL, ORDER_PLAIN, ORDER_RELAXED, ORDER_RELEASE,
} from "../shared/codes.ts";
import { note32, note64 } from "./journal";

@external("env", "step")
declare function step(address: usize, kind: u32): void;

@external("env", "now")
declare function hostNow(): f64;

/** Native waits sleep this long at most before they look whether their waker can still come. */
const WAIT_SLICE_NS: i64 = 100000000;
/** Nobody notifies a CPU's interrupts-off word; poll it. */
const POLL_SLICE_NS: i64 = 20000;

@inline
function seam(address: usize, kind: u32): void {
  if (isDefined(TRACED)) step(address, kind);
}

// ---- loads and stores ------------------------------------------------------------------------
/** Data that a lock protects. */
@inline
export function loadPlain32(address: usize): u32 {
  seam(address, ACCESS_LOAD | ORDER_PLAIN);
  return load<u32>(address);
}

/**
 * READ_ONCE, for words that a later atomic access checks again: the compiler may move it among
 * plain accesses. Where the order of two loads matters, use loadAcquire32.
 */
@inline
export function loadRelaxed32(address: usize): u32 {
  seam(address, ACCESS_LOAD | ORDER_RELAXED);
  return load<u32>(address);
}

/** READ_ONCE of a page-table entry. */
@inline
export function loadRelaxed64(address: usize): u64 {
  seam(address, ACCESS_LOAD | ORDER_RELAXED);
  return load<u64>(address);
}

@inline
export function loadAcquire32(address: usize): u32 {
  seam(address, ACCESS_LOAD | ORDER_ACQUIRE);
  return atomic.load<u32>(address);
}

@inline
export function loadAcquire64(address: usize): u64 {
  seam(address, ACCESS_LOAD | ORDER_ACQUIRE);
  return atomic.load<u64>(address);
}

@inline
export function storePlain32(address: usize, value: u32): void {
  seam(address, ACCESS_STORE | ORDER_PLAIN);
  if (isDefined(TRACED)) note32(address);
  store<u32>(address, value);
}

/** WRITE_ONCE. */
@inline
export function storeRelaxed32(address: usize, value: u32): void {
  seam(address, ACCESS_STORE | ORDER_RELAXED);
  if (isDefined(TRACED)) note32(address);
  store<u32>(address, value);
}

@inline
export function storeRelease32(address: usize, value: u32): void {
  seam(address, ACCESS_STORE | ORDER_RELEASE);
  if (isDefined(TRACED)) note32(address);
  atomic.store<u32>(address, value);
}

@inline
export function storeRelease64(address: usize, value: u64): void {
  seam(address, ACCESS_STORE | ORDER_RELEASE);
  if (isDefined(TRACED)) note64(address);
  atomic.store<u64>(address, value);
}

/** A store that later loads may not overtake (x86: xchg). */
@inline
export function storeFull32(address: usize, value: u32): void {
  seam(address, ACCESS_STORE | ORDER_FULL);
  if (isDefined(TRACED)) note32(address);
  atomic.store<u32>(address, value);
}

// ---- read-modify-writes: a value returned means fully ordered, as in the kernel -----------------
@inline
export function fetchAdd32(address: usize, delta: u32): u32 {
  seam(address, ACCESS_RMW | ORDER_FULL);
  if (isDefined(TRACED)) note32(address);
  return atomic.add<u32>(address, delta);
}

@inline
export function fetchSub32(address: usize, delta: u32): u32 {
  seam(address, ACCESS_RMW | ORDER_FULL);
  if (isDefined(TRACED)) note32(address);
  return atomic.sub<u32>(address, delta);
}

@inline
export function fetchOr32(address: usize, bits: u32): u32 {
  seam(address, ACCESS_RMW | ORDER_FULL);
  if (isDefined(TRACED)) note32(address);
  return atomic.or<u32>(address, bits);
}

@inline
export function fetchAnd32(address: usize, bits: u32): u32 {
  seam(address, ACCESS_RMW | ORDER_FULL);
  if (isDefined(TRACED)) note32(address);
  return atomic.and<u32>(address, bits);
}

@inline
export function exchange32(address: usize, value: u32): u32 {
  seam(address, ACCESS_RMW | ORDER_FULL);
  if (isDefined(TRACED)) note32(address);
  return atomic.xchg<u32>(address, value);
}

@inline
export function exchange64(address: usize, value: u64): u64 {
  seam(address, ACCESS_RMW | ORDER_FULL);
  if (isDefined(TRACED)) note64(address);
  return atomic.xchg<u64>(address, value);
}

@inline
export function compareExchange32(address: usize, expected: u32, value: u32): u32 {
  seam(address, ACCESS_RMW | ORDER_FULL);
  if (isDefined(TRACED)) note32(address);
  return atomic.cmpxchg<u32>(address, expected, value);
}

@inline
export function compareExchange64(address: usize, expected: u64, value: u64): u64 {
  seam(address, ACCESS_RMW | ORDER_FULL);
  if (isDefined(TRACED)) note64(address);
  return atomic.cmpxchg<u64>(address, expected, value);
}

/** atomic_add: relaxed, its result is nobody's. */
@inline
export function addVoid32(address: usize, delta: u32): void {
  seam(address, ACCESS_RMW_VOID | ORDER_RELAXED);
  if (isDefined(TRACED)) note32(address);
  atomic.add<u32>(address, delta);
}

/** atomic_sub. */
@inline
export function subVoid32(address: usize, delta: u32): void {
  seam(address, ACCESS_RMW_VOID | ORDER_RELAXED);
  if (isDefined(TRACED)) note32(address);
  atomic.sub<u32>(address, delta);
}

/** set_bit. */
@inline
export function orVoid32(address: usize, bits: u32): void {
  seam(address, ACCESS_RMW_VOID | ORDER_RELAXED);
  if (isDefined(TRACED)) note32(address);
  atomic.or<u32>(address, bits);
}

// ---- barriers ---------------------------------------------------------------------------------
/** smp_mb(): no access after it overtakes one before it. `cpu` is the CPU block's address. */
@inline
export function smpMb(cpu: usize): void {
  seam(cpu + CPU_BARRIER, ACCESS_FENCE | ORDER_FULL);
  atomic.add<u32>(cpu + CPU_BARRIER, 1);
}

/** smp_mb__after_atomic(): nothing in wasm, where every read-modify-write is fully ordered. */
@inline
export function smpMbAfterAtomic(cpu: usize): void {
  seam(cpu + CPU_BARRIER, ACCESS_FENCE | ORDER_FULL);
}

/** smp_rmb(), smp_wmb(): on x86 the compiler alone is held; wasm's atomics around them hold it. */
@inline
export function smpRmb(cpu: usize): void {
  seam(cpu + CPU_BARRIER, ACCESS_FENCE | ORDER_ACQUIRE);
}

@inline
export function smpWmb(cpu: usize): void {
  seam(cpu + CPU_BARRIER, ACCESS_FENCE | ORDER_RELEASE);
}

// ---- sleeping ---------------------------------------------------------------------------------
/**
 * Sleeps while the word holds `expected`; may return early. False: the host has declared a lock
 * holder dead (CONTROL_KILL), and the word may never change.
 */
@inline
export function wait32(address: usize, expected: u32): bool {
  seam(address, ACCESS_WAIT | ORDER_FULL);
  if (isDefined(TRACED)) {
    if (atomic.load<u32>(address) == expected) step(address, ACCESS_BLOCK);
    return true;
  }
  return nativeWait(address, expected);
}

function nativeWait(address: usize, expected: u32): bool {
  while (atomic.wait<i32>(address, expected, WAIT_SLICE_NS) == 2) {
    if (atomic.load<u32>(CONTROL_KILL)) return false;
  }
  return true;
}

/** Wakes one waiter, or all of them: `all` is a constant. */
@inline
export function notify(address: usize, all: bool): void {
  seam(address, (all ? ACCESS_NOTIFY_ALL : ACCESS_NOTIFY_ONE) | ORDER_FULL);
  if (!isDefined(TRACED)) atomic.notify(address, all ? -1 : 1);
}

/** Waits until the word is zero, though nobody notifies: for CPUs with interrupts off. */
@inline
export function awaitZero32(address: usize): void {
  seam(address, ACCESS_AWAIT_ZERO | ORDER_ACQUIRE);
  if (!isDefined(TRACED)) nativeAwaitZero(address);
}

function nativeAwaitZero(address: usize): void {
  let value = atomic.load<u32>(address);
  while (value != 0 && atomic.load<u32>(CONTROL_KILL) == 0) {
    atomic.wait<i32>(address, value, POLL_SLICE_NS);
    value = atomic.load<u32>(address);
  }
}

/**
 * Waits until the word is no longer `expected`, though nobody notifies, for about `ns` at the most;
 * false: it still is. Traced: until nobody else can go on.
 */
@inline
export function awaitChange32(address: usize, expected: u32, ns: f64): bool {
  seam(address, ACCESS_WAIT | ORDER_FULL);
  if (isDefined(TRACED)) {
    if (atomic.load<u32>(address) == expected) step(address, ACCESS_AWAIT_CHANGE);
    return atomic.load<u32>(address) != expected;
  }
  return nativeAwaitChange(address, expected, ns);
}

function nativeAwaitChange(address: usize, expected: u32, ns: f64): bool {
  const until = hostNow() + ns;
  while (atomic.load<u32>(address) == expected) {
    if (hostNow() >= until || atomic.load<u32>(CONTROL_KILL)) return false;
    atomic.wait<i32>(address, expected, POLL_SLICE_NS);
  }
  return true;
}

/** The clock, in ns; 58–71 ns a read. */
@inline
export function clockNs(): f64 {
  return hostNow();
}
