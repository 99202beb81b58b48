/** The page lock: PG_locked, a bit lock whose waiters sleep on the flags word (PG_waiters). */
import { CPU_IRQ_OFF, PAGE_FLAGS } from "../shared/layout.ts";
import {
  BUG_SLEEP_IN_ATOMIC, MUST_LOCK_HELD, MUST_LOCK_HOLDER_ALIVE, OP_LOCK_WAIT, PG_LOCKED, PG_WAITERS,
} from "../shared/codes.ts";
import { clockNs, fetchAnd32, fetchOr32, loadRelaxed32, notify, wait32 } from "../memory/cell";
import { quietLoad32 } from "../memory/quiet";
import { must, recordFault } from "../observe/faults";
import { recordLatency } from "../observe/latency";
import { traceOp } from "../observe/trace";

/** Whoever may sleep must not have interrupts off; doing so is a recorded BUG. */
export function mightSleep(cpu: usize): void {
  if (quietLoad32(cpu + CPU_IRQ_OFF)) recordFault(cpu, BUG_SLEEP_IN_ATOMIC, 0, 0, 0);
}

/** trylock_page(). */
@inline
export function tryLockPage(folio: usize): bool {
  return (fetchOr32(folio + PAGE_FLAGS, PG_LOCKED) & PG_LOCKED) == 0;
}

/** lock_page(): sleeps until it is ours. */
export function lockPage(cpu: usize, folio: usize): void {
  mightSleep(cpu);
  if (tryLockPage(folio)) return;
  const start = clockNs();
  const flags = folio + PAGE_FLAGS;
  while (fetchOr32(flags, PG_LOCKED | PG_WAITERS) & PG_LOCKED) {
    const seen = loadRelaxed32(flags);
    if ((seen & (PG_LOCKED | PG_WAITERS)) != (PG_LOCKED | PG_WAITERS)) continue;
    must(cpu, wait32(flags, seen), MUST_LOCK_HOLDER_ALIVE);
  }
  recordLatency(cpu, OP_LOCK_WAIT, clockNs() - start);
  if (isDefined(RECORDED)) traceOp(cpu, OP_LOCK_WAIT, start, 0, 0, 0, 0);
}

/** unlock_page(): wakes everybody; whoever comes too late sets PG_waiters again. */
export function unlockPage(cpu: usize, folio: usize): void {
  const before = fetchAnd32(folio + PAGE_FLAGS, ~(PG_LOCKED | PG_WAITERS));
  must(cpu, (before & PG_LOCKED) != 0, MUST_LOCK_HELD);
  if (before & PG_WAITERS) notify(folio + PAGE_FLAGS, true);
}
