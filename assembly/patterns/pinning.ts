/**
 * How patterns pin and unpin: the gup call, the shadow ledger around it, and the clock around
 * both where the operation is to be timed. The ledger is raised after gup succeeded and lowered
 * before unpin begins; between the two, CPU_BUSY says that scheme and ledger may differ.
 */
import { FOLL_WRITE, OP_PIN_FAST, OP_UNPIN } from "../shared/codes.ts";
import { clockNs } from "../memory/cell";
import { quietStore32 } from "../memory/quiet";
import { CPU_BUSY } from "../shared/layout.ts";
import { pinFast, pinUserPages, pinUserPagesFast } from "../gup/api";
import { unpinInline, unpinUserPagesDirtyLock } from "../gup/unpin";
import { recordLatency } from "../observe/latency";
import { ledgerCount } from "../observe/ledger";

/** pin_user_pages_fast(): pages gathered, or a negative errno. */
@inline
export function pin(
  cpu: usize, mm: usize, vpn: u32, count: u32, flags: u32, pages: usize,
): i32 {
  quietStore32(cpu + CPU_BUSY, 1);
  return raised(cpu, pinFast(cpu, mm, vpn, count, flags, pages), flags, pages);
}

/** As pin(), by the call that looks at the rules for long-term pins. */
export function pinLongterm(
  cpu: usize, mm: usize, vpn: u32, count: u32, flags: u32, pages: usize,
): i32 {
  quietStore32(cpu + CPU_BUSY, 1);
  return raised(cpu, pinUserPagesFast(cpu, mm, vpn, count, flags, pages), flags, pages);
}

/** pin_user_pages(): the slow path alone. */
export function pinSlow(
  cpu: usize, mm: usize, vpn: u32, count: u32, flags: u32, pages: usize,
): i32 {
  quietStore32(cpu + CPU_BUSY, 1);
  return raised(cpu, pinUserPages(cpu, mm, vpn, count, flags, pages), flags, pages);
}

/** Raises the ledger by what gup has got, if anything. */
@inline
function raised(cpu: usize, got: i32, flags: u32, pages: usize): i32 {
  if (got > 0) ledgerCount(cpu, pages, <u32>got, flags, 1);
  quietStore32(cpu + CPU_BUSY, 0);
  return got;
}

/** As pin(), its latency recorded. */
export function pinTimed(
  cpu: usize, mm: usize, vpn: u32, count: u32, flags: u32, pages: usize,
): i32 {
  const begin = clockNs();
  const got = pin(cpu, mm, vpn, count, flags, pages);
  recordLatency(cpu, OP_PIN_FAST, clockNs() - begin);
  return got;
}

/** unpin_user_pages(), with the pages dirtied if the device wrote to them. */
@inline
export function unpin(cpu: usize, pages: usize, count: u32, flags: u32, dirty: bool): void {
  if (!count) return;
  quietStore32(cpu + CPU_BUSY, 1);
  ledgerCount(cpu, pages, count, flags, <u32>-1);
  if (dirty) unpinUserPagesDirtyLock(cpu, pages, count);
  else unpinInline(cpu, pages, count);
  quietStore32(cpu + CPU_BUSY, 0);
}

/** As unpin(), its latency recorded. */
export function unpinTimed(cpu: usize, pages: usize, count: u32, flags: u32, dirty: bool): void {
  const begin = clockNs();
  unpin(cpu, pages, count, flags, dirty);
  recordLatency(cpu, OP_UNPIN, clockNs() - begin);
}

/** A device that reads from a file writes to memory. */
@inline
export function pinFlags(isRead: bool): u32 {
  return isRead ? FOLL_WRITE : 0;
}
