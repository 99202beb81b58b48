/**
 * fio's thinktime: after every so many I/Os what is in flight completes (io_u_quiesce), then the
 * job pauses. At least one I/O is issued between two pauses.
 */
import { ACTOR_IN_FLIGHT } from "../shared/actor_layout.ts";
import {
  PACING_COMPLETED, PACING_ISSUED, PACING_PAUSE_BLOCKS, PACING_PAUSE_COUNTED, PACING_PAUSE_HOLDS,
  PACING_PAUSE_ISSUED, PACING_PAUSE_NS, PACING_PAUSE_ON_ISSUE, PACING_PAUSE_SPIN_NS,
  PACING_PAUSE_UNTIL,
} from "../shared/pacing_layout.ts";
import { quietLoad32, quietLoadF64, quietStore32, quietStoreF64 } from "../memory/quiet";
import { holdSchedule } from "./pacing";

const NO_PAUSE: f64 = 0;
/** The pause was called for and waits for what is in flight. */
const QUIESCING: f64 = -1;

/** True while nothing may be issued. */
export function isPausing(actor: usize, now: f64): bool {
  const blocks = quietLoad32(actor + PACING_PAUSE_BLOCKS);
  if (!blocks) return false;
  let until = quietLoadF64(actor + PACING_PAUSE_UNTIL);
  if (until == NO_PAUSE) {
    if (!isPauseDue(actor, blocks)) return false;
    until = QUIESCING;
  }
  if (until == QUIESCING && !quietLoad32(actor + ACTOR_IN_FLIGHT)) {
    until = now + quietLoadF64(actor + PACING_PAUSE_NS);
  }
  const isOver = until != QUIESCING && now >= until;
  quietStoreF64(actor + PACING_PAUSE_UNTIL, isOver ? NO_PAUSE : until);
  if (!isOver) return true;
  quietStore32(actor + PACING_PAUSE_ISSUED, quietLoad32(actor + PACING_ISSUED));
  if (quietLoad32(actor + PACING_PAUSE_HOLDS)) {
    // Not by what came behind it: who has nothing due yet sleeps on.
    holdSchedule(actor, quietLoadF64(actor + PACING_PAUSE_NS));
  }
  return false;
}

@inline
function isPauseDue(actor: usize, blocks: u32): bool {
  const issued = quietLoad32(actor + PACING_ISSUED);
  if (issued == quietLoad32(actor + PACING_PAUSE_ISSUED)) return false;
  const count = quietLoad32(actor + PACING_PAUSE_ON_ISSUE)
    ? issued
    : quietLoad32(actor + PACING_COMPLETED);
  if (count - quietLoad32(actor + PACING_PAUSE_COUNTED) < blocks) return false;
  quietStore32(actor + PACING_PAUSE_COUNTED, count);
  return true;
}

/** How many I/Os may be issued before the next pause, where that is counted at issue. */
export function issuesUntilPause(actor: usize): u32 {
  const blocks = quietLoad32(actor + PACING_PAUSE_BLOCKS);
  if (!blocks || !quietLoad32(actor + PACING_PAUSE_ON_ISSUE)) return u32.MAX_VALUE;
  return blocks - (quietLoad32(actor + PACING_ISSUED) - quietLoad32(actor + PACING_PAUSE_COUNTED));
}

/** True in the first part of a pause, which keeps the CPU. */
export function isSpinning(actor: usize, now: f64): bool {
  const until = quietLoadF64(actor + PACING_PAUSE_UNTIL);
  if (until <= 0) return false;
  const began = until - quietLoadF64(actor + PACING_PAUSE_NS);
  return now < began + quietLoadF64(actor + PACING_PAUSE_SPIN_NS);
}

/** When the pause ends; -Infinity: there is none; Infinity: what is in flight comes first. */
export function pauseEnd(actor: usize): f64 {
  const until = quietLoadF64(actor + PACING_PAUSE_UNTIL);
  if (until == NO_PAUSE) return -Infinity;
  return until == QUIESCING ? Infinity : until;
}
