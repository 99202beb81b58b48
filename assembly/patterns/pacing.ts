/**
 * When the next I/O is to start. Each direction with a rate has intended starts of its own: one gap
 * after the other (linear), or gaps drawn around that mean (Poisson). Nothing waits for a
 * completion: after a stall the starts that were missed are all due at once.
 */
import {
  ACTOR_FLAGS, ACTOR_READ_SHARE, ACTOR_REPLAY, ACTOR_REPLAY_PACED, REPLAY_DUE_NS, SLOT_IS_READ,
  SLOT_LENGTH,
} from "../shared/actor_layout.ts";
import {
  DIRECTION_NONE, DIRECTION_READ, DIRECTION_WRITE, PACING_DIRECTION, PACING_FROM_NS,
  PACING_INTENDED, PACING_LAST, PACING_POISSON, PACING_STARTED, PACING_START_NS, PACING_TARGET_NS,
  PACING_WINDOW_IOS, PACING_WINDOW_MISSES, SCHEDULE_DUE_NS, SCHEDULE_GAP_NS, SCHEDULE_LATE,
  SCHEDULE_MEAN_GAP_NS, SCHEDULE_NS_PER_BYTE, SCHEDULE_ON, SCHEDULE_PHASE_NS, SCHEDULE_READ,
  SCHEDULE_WRITE,
} from "../shared/pacing_layout.ts";
import { ACTOR_WRITES_ONLY, OP_READ_CORRECTED, OP_WRITE_CORRECTED } from "../shared/codes.ts";
import {
  quietAdd32, quietAdd64, quietLoad32, quietLoadF64, quietStore32, quietStoreF64,
} from "../memory/quiet";
import { recordLatency } from "../observe/latency";
import { exponential } from "./exponential";
import { drawIsRead, nextIo, nextIoOf, READS_ONLY } from "./generator";
import { ringEntry, ringFill } from "./replay";
import { slotIndex } from "./slots";

/** An I/O without a schedule has no intended start. */
const UNSCHEDULED: f64 = -1;

/** Starts the schedules anew, at the time that the host wrote or else now. */
export function beginSchedules(actor: usize, now: f64): void {
  quietStore32(actor + PACING_STARTED, 1);
  const given = quietLoadF64(actor + PACING_START_NS);
  const start = given > 0 ? given : now;
  quietStoreF64(actor + PACING_START_NS, start);
  const from = max(start, quietLoadF64(actor + PACING_FROM_NS));
  beginSchedule(actor, actor + SCHEDULE_READ, start, from);
  beginSchedule(actor, actor + SCHEDULE_WRITE, start, from);
}

/**
 * The first intended start that is not before `from`. Linear ones stay on the grid that counts from
 * `start`, so that submitters of one clone keep in turn; a Poisson process has no memory.
 */
function beginSchedule(actor: usize, schedule: usize, start: f64, from: f64): void {
  const gap = quietLoadF64(schedule + SCHEDULE_MEAN_GAP_NS);
  if (quietLoad32(actor + PACING_POISSON)) {
    quietStoreF64(schedule + SCHEDULE_DUE_NS, from + exponential(actor) * gap);
    return;
  }
  const first = start + quietLoadF64(schedule + SCHEDULE_PHASE_NS);
  const passed = from > first && gap > 0 ? Math.ceil((from - first) / gap) : 0;
  quietStoreF64(schedule + SCHEDULE_DUE_NS, first + passed * gap);
}

/** When the next I/O is to start; -Infinity: as soon as there is a place for it. */
export function nextStart(actor: usize, now: f64): f64 {
  if (quietLoad32(actor + ACTOR_REPLAY)) return replayDue(actor, 0);
  const schedule = scheduleOf(actor, nextDirection(actor, now));
  return quietLoad32(schedule + SCHEDULE_ON)
    ? quietLoadF64(schedule + SCHEDULE_DUE_NS)
    : -Infinity;
}

/**
 * Two schedules: what is due first. One or none: what the mix draws, until it was started; while
 * that is not due yet, the direction without a schedule does not wait for it, as in fio.
 */
@inline
function nextDirection(actor: usize, now: f64): u32 {
  const both = quietLoad32(actor + SCHEDULE_READ + SCHEDULE_ON) &
    quietLoad32(actor + SCHEDULE_WRITE + SCHEDULE_ON);
  if (both) {
    const read = quietLoadF64(actor + SCHEDULE_READ + SCHEDULE_DUE_NS);
    const write = quietLoadF64(actor + SCHEDULE_WRITE + SCHEDULE_DUE_NS);
    return read <= write ? DIRECTION_READ : DIRECTION_WRITE;
  }
  let direction = quietLoad32(actor + PACING_DIRECTION);
  if (direction == DIRECTION_NONE) {
    const isRead = drawIsRead(actor, quietLoad32(actor + ACTOR_FLAGS));
    direction = isRead ? DIRECTION_READ : DIRECTION_WRITE;
    quietStore32(actor + PACING_DIRECTION, direction);
  }
  const schedule = scheduleOf(actor, direction);
  if (!quietLoad32(schedule + SCHEDULE_ON) || !isMixed(actor)) return direction;
  if (quietLoadF64(schedule + SCHEDULE_DUE_NS) <= now) return direction;
  return direction == DIRECTION_READ ? DIRECTION_WRITE : DIRECTION_READ;
}

@inline
function isMixed(actor: usize): bool {
  if (quietLoad32(actor + ACTOR_FLAGS) & ACTOR_WRITES_ONLY) return false;
  return quietLoad32(actor + ACTOR_READ_SHARE) != READS_ONLY;
}

@inline
function scheduleOf(actor: usize, direction: u32): usize {
  return actor + (direction == DIRECTION_READ ? SCHEDULE_READ : SCHEDULE_WRITE);
}

/** When the ring's entry `ahead` of the next one is due; Infinity: it is not there. */
function replayDue(actor: usize, ahead: u32): f64 {
  if (ringFill(actor) <= ahead) return Infinity;
  if (!quietLoad32(actor + ACTOR_REPLAY_PACED)) return -Infinity;
  const due = quietLoadF64(ringEntry(actor, ahead) + REPLAY_DUE_NS);
  return quietLoadF64(actor + PACING_START_NS) + due;
}

/** Fills the slot with the I/O that nextStart() spoke of, and moves its schedule on. */
export function takeNext(actor: usize, slot: usize, now: f64): void {
  const intended = quietLoad32(actor + ACTOR_REPLAY)
    ? takeReplayed(actor, slot, now)
    : takeScheduled(actor, slot, now);
  quietStoreF64(intendedAt(actor, slot), intended);
}

@inline
function takeScheduled(actor: usize, slot: usize, now: f64): f64 {
  const direction = nextDirection(actor, now);
  quietStore32(actor + PACING_DIRECTION, DIRECTION_NONE);
  quietStore32(actor + PACING_LAST, direction);
  nextIoOf(actor, slot, direction == DIRECTION_READ);
  const schedule = scheduleOf(actor, direction);
  if (!quietLoad32(schedule + SCHEDULE_ON)) return UNSCHEDULED;
  const intended = quietLoadF64(schedule + SCHEDULE_DUE_NS);
  let gap = quietLoadF64(schedule + SCHEDULE_GAP_NS);
  if (!gap) {
    gap = quietLoadF64(schedule + SCHEDULE_NS_PER_BYTE) * <f64>quietLoad32(slot + SLOT_LENGTH);
  }
  if (quietLoad32(actor + PACING_POISSON)) gap *= exponential(actor);
  quietStoreF64(schedule + SCHEDULE_DUE_NS, intended + gap);
  if (intended + gap <= now) quietAdd64(schedule + SCHEDULE_LATE, 1);
  return intended;
}

/**
 * Puts off, by the pause that is over, the schedule of the direction that issued last (fio's
 * rate_ignore_thinktime). A gap of a linear one has passed meanwhile: its I/O follows at once.
 */
export function holdSchedule(actor: usize, pause: f64): void {
  const direction = quietLoad32(actor + PACING_LAST);
  const schedule = scheduleOf(actor, direction);
  if (direction == DIRECTION_NONE || !quietLoad32(schedule + SCHEDULE_ON)) return;
  const gap = quietLoadF64(schedule + SCHEDULE_MEAN_GAP_NS);
  const passed = !quietLoad32(actor + PACING_POISSON) && gap <= pause ? gap : 0;
  const due = quietLoadF64(schedule + SCHEDULE_DUE_NS);
  quietStoreF64(schedule + SCHEDULE_DUE_NS, due + pause - passed);
}

/** A log is one schedule: late is what starts when the entry behind it is due. */
function takeReplayed(actor: usize, slot: usize, now: f64): f64 {
  const intended = replayDue(actor, 0);
  const following = replayDue(actor, 1);
  nextIo(actor, slot);
  if (!quietLoad32(actor + ACTOR_REPLAY_PACED)) return UNSCHEDULED;
  if (following > now) return intended;
  const isRead = quietLoad32(slot + SLOT_IS_READ) != 0;
  quietAdd64(actor + (isRead ? SCHEDULE_READ : SCHEDULE_WRITE) + SCHEDULE_LATE, 1);
  return intended;
}

@inline
function intendedAt(actor: usize, slot: usize): usize {
  return quietLoad32(actor + PACING_INTENDED) + (<usize>slotIndex(actor, slot) << 3);
}

/** What a timed I/O means to schedule and goal: the time since its intended start, a miss. */
export function accountPaced(
  cpu: usize, actor: usize, slot: usize, isRead: bool, created: f64, end: f64,
): void {
  const intended = quietLoadF64(intendedAt(actor, slot));
  if (intended != UNSCHEDULED) {
    recordLatency(cpu, isRead ? OP_READ_CORRECTED : OP_WRITE_CORRECTED, end - intended);
  }
  const target = quietLoadF64(actor + PACING_TARGET_NS);
  if (!target) return;
  quietAdd32(actor + PACING_WINDOW_IOS, 1);
  if (end - created > target) quietAdd32(actor + PACING_WINDOW_MISSES, 1);
}
