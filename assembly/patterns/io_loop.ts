/**
 * What the patterns that do I/O have in common: keep `iodepth` I/Os with the device, in rounds of
 * submit and complete. One round in `sample` operations is timed, in turn its first operation alone
 * and all its pins and unpins together.
 */
import {
  ACTOR_COUNTDOWN, ACTOR_ERROR, ACTOR_FLAGS, ACTOR_IN_FLIGHT, ACTOR_SAMPLE, ACTOR_TIMED_ROUNDS,
} from "../shared/actor_layout.ts";
import { CONTROL_STOP } from "../shared/layout.ts";
import { ACTOR_PACED, STATUS_DONE, STATUS_FAILED, STATUS_RUNNING } from "../shared/codes.ts";
import { quietAdd32, quietLoad32, quietPoll32, quietStore32 } from "../memory/quiet";
import { complete } from "./io_complete";
import { runPaced } from "./io_paced";
import { submit, TIMED_BATCH, TIMED_EACH, TIMED_NONE, TIMED_ONE } from "./io_submit";
import { isFinished } from "./generator";
import { awaitsRefill } from "./replay";
import { freeSlots } from "./slots";

/** Runs for about `budget` I/Os. STATUS_DONE: the job has issued and completed all it has to. */
export function runIo(cpu: usize, actor: usize, budget: u32): u32 {
  if (quietLoad32(actor + ACTOR_FLAGS) & ACTOR_PACED) {
    const status = runPaced(cpu, actor, budget);
    return status < 0 ? fail(actor, status) : <u32>status;
  }
  let left = <i32>budget;
  while (left > 0 && !quietPoll32(CONTROL_STOP)) {
    const takes = freeSlots(actor) && !isFinished(actor);
    const timing = takes ? timingOfRound(actor) : TIMED_NONE;
    const submitted = submit(cpu, actor, <u32>left, timing);
    if (submitted < 0) return fail(actor, submitted);
    const completed = complete(cpu, actor, timing, false);
    if (!submitted && awaitsRefill(actor)) return STATUS_RUNNING;
    if (!submitted && !completed && !quietLoad32(actor + ACTOR_IN_FLIGHT)) return STATUS_DONE;
    quietAdd32(actor + ACTOR_COUNTDOWN, -submitted);
    left -= max(submitted, 1);
  }
  return STATUS_RUNNING;
}

/** Completes everything in flight. */
export function drainIo(cpu: usize, actor: usize): void {
  while (complete(cpu, actor, TIMED_NONE, true)) {}
}

export function fail(actor: usize, error: i32): u32 {
  quietStore32(actor + ACTOR_ERROR, <u32>-error);
  return STATUS_FAILED;
}

/**
 * Counts a round down; which kind of timing it gets. Both kinds take turns, so that each comes
 * once in `sample` operations; where that is 1, each operation is timed alone.
 */
@inline
export function timingOfRound(actor: usize): u32 {
  const sample = quietLoad32(actor + ACTOR_SAMPLE);
  if (!sample || <i32>quietLoad32(actor + ACTOR_COUNTDOWN) > 0) return TIMED_NONE;
  if (sample == 1) return TIMED_EACH;
  quietStore32(actor + ACTOR_COUNTDOWN, sample >> 1);
  quietAdd32(actor + ACTOR_TIMED_ROUNDS, 1);
  return quietLoad32(actor + ACTOR_TIMED_ROUNDS) & 1 ? TIMED_ONE : TIMED_BATCH;
}
