/**
 * get_user_pages and its family, by virtual page number. All gather addresses of struct page into
 * `pages` and return how many (fewer than asked is legal) or a negative errno when there is none.
 * The slow ones take mmap_lock themselves.
 */
import { MM_FLAGS, PARAM_RULES, TASK_SIZE_VPN } from "../shared/layout.ts";
import {
  EFAULT, EINVAL, FOLL_FAST_ONLY, FOLL_FORCE, FOLL_GET, FOLL_LONGTERM, FOLL_NOFAULT, FOLL_PIN,
  FOLL_TOUCH, FOLL_WRITE, MMF_HAS_PINNED, NR_GUP_FAST_PAGES_REQUESTED, NR_GUP_SLOW_PAGES_REQUESTED,
  OP_PIN_FAST, OP_PIN_SLOW, RULES_5_7, WARN_GUP_FLAGS,
} from "../shared/codes.ts";
import { clockNs, loadRelaxed32, orVoid32 } from "../memory/cell";
import { quietLoad32 } from "../memory/quiet";
import { recordFault } from "../observe/faults";
import { countOps, recordLatency } from "../observe/latency";
import { traceBegin, traceOp } from "../observe/trace";
import { countVmstat } from "../observe/vmstat";
import { gupFast } from "./fast";
import { gupSlow } from "./slow";

/**
 * What callers may ask for; everything else the calls set themselves (INTERNAL_GUP_FLAGS). Plain
 * references may be asked for by name, and cannot be long-term.
 */
const PIN_FLAGS: u32 = FOLL_WRITE | FOLL_FORCE | FOLL_NOFAULT | FOLL_LONGTERM;
const GET_FLAGS: u32 = FOLL_WRITE | FOLL_FORCE | FOLL_NOFAULT | FOLL_GET;

/** Plain references, slow path. */
export function getUserPages(
  cpu: usize, mm: usize, start: u32, count: u32, flags: u32, pages: usize,
): i32 {
  if (flags & ~GET_FLAGS) return badFlags(cpu, flags);
  return slowOnly(cpu, mm, start, count, flags | FOLL_GET, pages);
}

/** Plain references, fast path first. */
export function getUserPagesFast(
  cpu: usize, mm: usize, start: u32, count: u32, flags: u32, pages: usize,
): i32 {
  if (flags & ~GET_FLAGS) return badFlags(cpu, flags);
  return fastFirst(cpu, mm, start, count, flags | FOLL_GET, pages);
}

/** Plain references, fast path alone: 0 is no error. */
export function getUserPagesFastOnly(
  cpu: usize, mm: usize, start: u32, count: u32, flags: u32, pages: usize,
): i32 {
  if (flags & ~GET_FLAGS) return badFlags(cpu, flags);
  return fastFirst(cpu, mm, start, count, flags | FOLL_GET | FOLL_FAST_ONLY, pages);
}

/** Pins, slow path. */
export function pinUserPages(
  cpu: usize, mm: usize, start: u32, count: u32, flags: u32, pages: usize,
): i32 {
  if (flags & ~PIN_FLAGS) return badFlags(cpu, flags);
  return slowOnly(cpu, mm, start, count, flags | FOLL_PIN, pages);
}

/**
 * Pins, fast path first; a long-term pin goes straight to the slow path where the rules are older
 * than FOLL_LONGTERM in the fast one (get_user_pages_longterm(), until 5.1).
 */
export function pinUserPagesFast(
  cpu: usize, mm: usize, start: u32, count: u32, flags: u32, pages: usize,
): i32 {
  if (flags & FOLL_LONGTERM && !isLongtermFast()) {
    return pinUserPages(cpu, mm, start, count, flags, pages);
  }
  return pinFast(cpu, mm, start, count, flags, pages);
}

/** Pins, fast path alone (5.9 to 6.1): 0 is no error. */
export function pinUserPagesFastOnly(
  cpu: usize, mm: usize, start: u32, count: u32, flags: u32, pages: usize,
): i32 {
  if (flags & ~PIN_FLAGS) return badFlags(cpu, flags);
  if (flags & FOLL_LONGTERM && !isLongtermFast()) return 0;
  return fastFirst(cpu, mm, start, count, flags | FOLL_PIN | FOLL_FAST_ONLY, pages);
}

/** Does the fast path take long-term pins at all? */
@inline
export function isLongtermFast(): bool {
  return quietLoad32(PARAM_RULES) >= <u32>RULES_5_7;
}

/**
 * As pinUserPagesFast(), in its caller and not for long-term pins: flags that are constants there
 * are checked at no cost.
 */
@inline
export function pinFast(
  cpu: usize, mm: usize, start: u32, count: u32, flags: u32, pages: usize,
): i32 {
  if (flags & ~PIN_FLAGS) return badFlags(cpu, flags);
  return fastFirst(cpu, mm, start, count, flags | FOLL_PIN, pages);
}

/** WARN_ON_ONCE and -EINVAL for flags that are not the caller's to give. */
function badFlags(cpu: usize, flags: u32): i32 {
  recordFault(cpu, WARN_GUP_FLAGS, 0, flags, 0);
  return -EINVAL;
}

@inline
function isOutside(start: u32, count: u32): bool {
  return <u64>start + <u64>count > <u64>TASK_SIZE_VPN;
}

/** Test, then set: an unconditional store would bounce the line between all CPUs of the mm. */
@inline
function markHasPinned(mm: usize, flags: u32): void {
  if (!(flags & FOLL_PIN)) return;
  if (loadRelaxed32(mm + MM_FLAGS) & MMF_HAS_PINNED) return;
  orVoid32(mm + MM_FLAGS, MMF_HAS_PINNED);
}

function slowOnly(
  cpu: usize, mm: usize, start: u32, count: u32, flags: u32, pages: usize,
): i32 {
  if (isOutside(start, count)) return -EFAULT;
  if (!count) return 0;
  markHasPinned(mm, flags);
  return slowPart(cpu, mm, start, count, flags, pages);
}

function slowPart(
  cpu: usize, mm: usize, start: u32, count: u32, flags: u32, pages: usize,
): i32 {
  const begin = clockNs();
  const got = gupSlow(cpu, mm, start, count, flags | FOLL_TOUCH, pages);
  recordLatency(cpu, OP_PIN_SLOW, clockNs() - begin);
  countOps(cpu, OP_PIN_SLOW, 1);
  if (isDefined(RECORDED)) traceOp(cpu, OP_PIN_SLOW, begin, start, count, flags, got);
  if (got > 0) countVmstat(cpu, NR_GUP_SLOW_PAGES_REQUESTED, <u32>got);
  return got;
}

@inline
function fastFirst(
  cpu: usize, mm: usize, start: u32, count: u32, flags: u32, pages: usize,
): i32 {
  const begin = traceBegin();
  const got = gupFastFallback(cpu, mm, start, count, flags, pages);
  if (isDefined(RECORDED)) traceOp(cpu, OP_PIN_FAST, begin, start, count, flags, got);
  return got;
}

@inline
function gupFastFallback(
  cpu: usize, mm: usize, start: u32, count: u32, flags: u32, pages: usize,
): i32 {
  if (isOutside(start, count)) return -EFAULT;
  if (!count) return 0;
  markHasPinned(mm, flags);
  const got = gupFast(cpu, mm, start, count, flags, pages);
  countVmstat(cpu, NR_GUP_FAST_PAGES_REQUESTED, got);
  if (got == count) return <i32>got;
  if (flags & FOLL_FAST_ONLY) return <i32>got;
  return fallBack(cpu, mm, start, count, flags, pages, got);
}

function fallBack(
  cpu: usize, mm: usize, start: u32, count: u32, flags: u32, pages: usize, got: u32,
): i32 {
  const rest = slowPart(cpu, mm, start + got, count - got, flags, pages + (<usize>got << 2));
  // What the fast path has got wins over the slow path's error.
  return rest < 0 ? (got ? <i32>got : rest) : <i32>got + rest;
}
