/**
 * Background actors work in passes, one every so often; between them they sleep, and say they live.
 */
import {
  ACTOR_BATCH, ACTOR_COUNTDOWN, ACTOR_EVERY_NS, ACTOR_PASS, ACTOR_PASS_INDEX, ACTOR_REGION_UNTIL,
  ACTOR_SAMPLE,
} from "../shared/actor_layout.ts";
import { CONTROL_STOP } from "../shared/layout.ts";
import { clockNs } from "../memory/cell";
import {
  quietAdd32, quietLoad32, quietLoadF64, quietSleep, quietStore32, quietStoreF64,
} from "../memory/quiet";

/** As long as a worker's slice; others look for a sign of life behind it. */
const LONGEST_SLEEP_NS: f64 = 4000000;

@inline
export function isInPass(actor: usize): bool {
  return quietLoad32(actor + ACTOR_PASS) != 0;
}

/** Begins a pass if its time has come; else sleeps a while, until `earlier` at the most. */
export function beginPass(actor: usize, earlier: f64): bool {
  const now = clockNs();
  const next = quietLoadF64(actor + ACTOR_REGION_UNTIL);
  if (now < next) {
    const wait = min(min(next, earlier) - now, LONGEST_SLEEP_NS);
    if (wait > 0) quietSleep(CONTROL_STOP, 0, <i64>wait);
    return false;
  }
  // A pass that took longer than the interval puts off the next one: no crowd of them.
  quietStoreF64(actor + ACTOR_REGION_UNTIL, now + quietLoadF64(actor + ACTOR_EVERY_NS));
  quietStore32(actor + ACTOR_PASS, 1);
  quietStore32(actor + ACTOR_PASS_INDEX, 0);
  return true;
}

@inline
export function endPass(actor: usize): void {
  quietStore32(actor + ACTOR_PASS, 0);
}

@inline
export function batchOf(actor: usize): u32 {
  return quietLoad32(actor + ACTOR_BATCH);
}

/** One operation in `sample` is timed. */
export function isTimed(actor: usize): bool {
  const sample = quietLoad32(actor + ACTOR_SAMPLE);
  if (!sample) return false;
  if (<i32>quietLoad32(actor + ACTOR_COUNTDOWN) > 1) {
    quietAdd32(actor + ACTOR_COUNTDOWN, <u32>-1);
    return false;
  }
  quietStore32(actor + ACTOR_COUNTDOWN, sample);
  return true;
}
