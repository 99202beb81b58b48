/**
 * The kernel's spinlocks (zone->lock, page-table locks), as words that sleep when contended: on
 * two cores and under the checker a spinning waiter only burns the holder's time.
 *
 *   0 free ─▶ 1 held ─▶ 2 held, somebody waits
 */
import { MUST_LOCK_HOLDER_ALIVE } from "../shared/codes.ts";
import { compareExchange32, exchange32, notify, wait32 } from "./cell";
import { must } from "../observe/faults";

const FREE: u32 = 0;
const HELD: u32 = 1;
const CONTENDED: u32 = 2;

@inline
export function lock(cpu: usize, word: usize): void {
  if (compareExchange32(word, FREE, HELD) != FREE) lockContended(cpu, word);
}

function lockContended(cpu: usize, word: usize): void {
  while (exchange32(word, CONTENDED) != FREE) {
    must(cpu, wait32(word, CONTENDED), MUST_LOCK_HOLDER_ALIVE);
  }
}

@inline
export function unlock(word: usize): void {
  if (exchange32(word, FREE) == CONTENDED) notify(word, false);
}
