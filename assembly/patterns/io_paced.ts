/**
 * The loop of actors whose I/Os have a schedule, pauses or a latency goal; io_loop.ts is the loop
 * of all others. Each round looks at the clock, starts what is due as far as the queue has places,
 * completes what the device has done, and sleeps when there is nothing to do.
 */
import {
  ACTOR_IN_FLIGHT, ACTOR_IODEPTH, ACTOR_PATTERN, ACTOR_SAMPLE, SLOT_BUSY, SLOT_DUE_NS, SLOT_IS_READ,
  SLOT_TIMED,
} from "../shared/actor_layout.ts";
import { CONTROL_STOP, PARAM_SERVICE } from "../shared/layout.ts";
import {
  PACING_COMPLETED, PACING_CROWDED, PACING_DEPTH, PACING_ISSUED, PACING_MARGIN_NS,
  PACING_PAUSE_BLOCKS, PACING_STARTED, PACING_UNTIL_NS, SCHEDULE_COUNTDOWN, SCHEDULE_READ,
  SCHEDULE_WRITE,
} from "../shared/pacing_layout.ts";
import { PATTERN_DIRECT_IO, STATUS_DONE, STATUS_RUNNING } from "../shared/codes.ts";
import { clockNs } from "../memory/cell";
import {
  quietAdd32, quietLoad32, quietLoadF64, quietPoll32, quietSleep, quietStore32, quietStoreF64,
} from "../memory/quiet";
import { isFinished } from "./generator";
import { complete } from "./io_complete";
import { stamp, start, TIMED_NONE } from "./io_submit";
import { beginSchedules, nextStart, takeNext } from "./pacing";
import { awaitsRefill } from "./replay";
import { freeSlotAt, freeSlots, slotAt } from "./slots";
import { isPausing, isSpinning, issuesUntilPause, pauseEnd } from "./thinktime";

/** After so much work the caller looks at phase, deadline and watchdog. */
const SLICE_NS: f64 = 4000000;
/** Rounds that rely on one look at the clock, at most. */
const ROUNDS_A_LOOK: u32 = 16;
const LONGEST_SLEEP_NS: f64 = 100000000;
/** Bounds of what a sleep is expected to take too long, and of the shortest sleep. */
const LEAST_MARGIN_NS: f64 = 20000;
const MOST_MARGIN_NS: f64 = 400000;
/** Who shares a CPU sleeps for whatever is longer than this, and starts a little late. */
const CROWDED_SPIN_NS: f64 = 4000;

/** Runs for a slice, or about `budget` rounds: STATUS_RUNNING, STATUS_DONE or an errno. */
export function runPaced(cpu: usize, actor: usize, budget: u32): i32 {
  const entered = clockNs();
  let now = entered;
  if (!quietLoad32(actor + PACING_STARTED)) beginSchedules(actor, now);
  // A pause is timed from a clock just read.
  const looks: u32 = quietLoad32(actor + PACING_PAUSE_BLOCKS) ? 1 : ROUNDS_A_LOOK;
  let left = <i32>budget;
  let unseen: u32 = 0;
  const sliceEnd = min(entered + SLICE_NS, endOf(actor));
  while (left > 0 && now < sliceEnd && !quietPoll32(CONTROL_STOP)) {
    const started = isPausing(actor, now) ? 0 : startDue(cpu, actor, now);
    if (started < 0) return started;
    const completed = complete(cpu, actor, TIMED_NONE, false);
    quietAdd32(actor + PACING_ISSUED, started);
    quietAdd32(actor + PACING_COMPLETED, completed);
    if (!started && !completed) {
      if (isExhausted(actor)) {
        if (!quietLoad32(actor + ACTOR_IN_FLIGHT)) return STATUS_DONE;
      } else if (awaitsRefill(actor)) return STATUS_RUNNING;
      idle(actor, now);
    }
    left -= max(started, 1);
    // Who is behind has more to start that was due then: the clock costs as much as half an I/O.
    unseen = started ? unseen + 1 : looks;
    if (unseen < looks && nextStart(actor, now) <= now) continue;
    now = clockNs();
    unseen = 0;
  }
  return STATUS_RUNNING;
}

/** Starts what is due, as far as there are places: how many, or an errno. */
function startDue(cpu: usize, actor: usize, now: f64): i32 {
  const free = freeSlots(actor);
  const places = min(placesLeft(actor, free), issuesUntilPause(actor));
  let count: u32 = 0;
  while (count < places && !isExhausted(actor) && nextStart(actor, now) <= now) {
    count++;
    const slot = <usize>quietLoad32(freeSlotAt(actor, free - count));
    takeNext(actor, slot, now);
    chooseTimed(actor, slot);
  }
  return count ? start(cpu, actor, free, count, TIMED_NONE) : 0;
}

/** Places in the queue: a latency goal may want it shallower than it is. */
@inline
function placesLeft(actor: usize, free: u32): u32 {
  const inFlight = quietLoad32(actor + ACTOR_IN_FLIGHT);
  const depth = quietLoad32(actor + PACING_DEPTH);
  return depth > inFlight ? min(free, depth - inFlight) : 0;
}

/**
 * Every so manyth I/O of a direction is timed alone, whatever rounds they come in: in a burst after
 * a stall each one counts as much as any other, and of reads and writes that take turns both are
 * timed. Rounds are too short for batches.
 */
@inline
function chooseTimed(actor: usize, slot: usize): void {
  const sample = quietLoad32(actor + ACTOR_SAMPLE);
  if (!sample) return;
  const schedule: usize = quietLoad32(slot + SLOT_IS_READ) ? SCHEDULE_READ : SCHEDULE_WRITE;
  const countdown = <i32>quietLoad32(actor + schedule + SCHEDULE_COUNTDOWN) - 1;
  quietStore32(actor + schedule + SCHEDULE_COUNTDOWN, countdown > 0 ? countdown : sample);
  if (countdown > 0) return;
  quietStore32(slot + SLOT_TIMED, 1);
  if (quietLoad32(actor + ACTOR_PATTERN) != PATTERN_DIRECT_IO) stamp(slot);
}

/** True when the job has started all it has to. */
@inline
function isExhausted(actor: usize): bool {
  return isFinished(actor) && !awaitsRefill(actor);
}

/** Nothing to do at `now`: sleeps until shortly before there is, or returns to look again. */
function idle(actor: usize, now: f64): void {
  if (isSpinning(actor, now)) return;
  const free = placesLeft(actor, freeSlots(actor));
  let until = free && !isExhausted(actor) ? max(nextStart(actor, now), pauseEnd(actor)) : Infinity;
  until = min(min(until, deviceDue(actor)), endOf(actor));
  const crowded = quietLoad32(actor + PACING_CROWDED) != 0;
  const margin = quietLoadF64(actor + PACING_MARGIN_NS);
  const wake = until - (crowded ? CROWDED_SPIN_NS : margin);
  if (!(wake > now) || quietPoll32(CONTROL_STOP)) return;
  // Who waited for a slow device with all its places taken has slept since `now`.
  const begin = clockNs();
  const wait = min(wake - begin, LONGEST_SLEEP_NS);
  if (wait <= 0) return;
  quietSleep(CONTROL_STOP, 0, <i64>wait);
  learnMargin(actor, margin, clockNs() - begin - wait);
}

/** When the job's time is over: nothing starts then, and nobody sleeps beyond it. */
@inline
function endOf(actor: usize): f64 {
  const end = quietLoadF64(actor + PACING_UNTIL_NS);
  return end > 0 ? end : Infinity;
}

/** Follows what sleeps take too long: up at once, down slowly. */
@inline
function learnMargin(actor: usize, margin: f64, overshoot: f64): void {
  const learnt = overshoot > margin ? overshoot : margin + (overshoot - margin) / 16;
  quietStoreF64(actor + PACING_MARGIN_NS, min(max(learnt, LEAST_MARGIN_NS), MOST_MARGIN_NS));
}

/** When the device will have done the first of the I/Os that it has. */
function deviceDue(actor: usize): f64 {
  let earliest: f64 = Infinity;
  if (!quietLoad32(PARAM_SERVICE) || !quietLoad32(actor + ACTOR_IN_FLIGHT)) return earliest;
  const depth = quietLoad32(actor + ACTOR_IODEPTH);
  for (let i: u32 = 0; i < depth; i++) {
    const slot = slotAt(actor, i);
    if (!quietLoad32(slot + SLOT_BUSY)) continue;
    earliest = min(earliest, quietLoadF64(slot + SLOT_DUE_NS));
  }
  return earliest;
}
