/**
 * Call sites that the put_user_page() series was for: references got where pins are due, or pins
 * given back by put_page(). The machine does to the counts what a kernel would; who did it is told
 * from the actor's own counters in the end.
 */
import { ACTOR_FLAGS } from "../shared/actor_layout.ts";
import { ACTOR_GETS, ACTOR_PUTS, FOLL_WRITE } from "../shared/codes.ts";
import { quietLoad32 } from "../memory/quiet";
import { getUserPagesFast } from "../gup/api";
import { putPages, setPagesDirtyLock, unpinUserPages } from "../gup/unpin";
import { ledgerCount } from "../observe/ledger";
import { pin } from "./pinning";

@inline
export function isUnconverted(actor: usize): bool {
  return (quietLoad32(actor + ACTOR_FLAGS) & (ACTOR_GETS | ACTOR_PUTS)) != 0;
}

export function acquireUnconverted(
  cpu: usize, actor: usize, mm: usize, vpn: u32, count: u32, flags: u32, pages: usize,
): i32 {
  if (!(quietLoad32(actor + ACTOR_FLAGS) & ACTOR_GETS)) {
    return pin(cpu, mm, vpn, count, flags, pages);
  }
  return getUserPagesFast(cpu, mm, vpn, count, flags & FOLL_WRITE, pages);
}

/** The ledger knows pins alone: what was got is not in it. */
export function giveBackUnconverted(
  cpu: usize, actor: usize, pages: usize, count: u32, flags: u32, dirty: bool,
): void {
  if (!count) return;
  const actorFlags = quietLoad32(actor + ACTOR_FLAGS);
  if (!(actorFlags & ACTOR_GETS)) ledgerCount(cpu, pages, count, flags, <u32>-1);
  if (dirty) setPagesDirtyLock(cpu, pages, count);
  if (actorFlags & ACTOR_PUTS) putPages(cpu, pages, count);
  else unpinUserPages(cpu, pages, count);
}
