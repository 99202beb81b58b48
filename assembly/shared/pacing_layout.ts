/**
 * How an actor paces its I/Os: intended starts, pauses, a latency goal. The last part of the
 * actor's block; offsets count from the block. The host writes it before the actor starts.
 */

/** Behind everything that actor_layout.ts names. */
export const PACING = 1024;

// One direction's schedule of intended starts: f64 in ns, counts of 64 bits.
/** One I/O after the other; 0: the gap follows from the I/O's own length. */
export const SCHEDULE_GAP_NS = 0;
export const SCHEDULE_NS_PER_BYTE = SCHEDULE_GAP_NS + 8;
/** Expected gap, whichever of the two it follows from. */
export const SCHEDULE_MEAN_GAP_NS = SCHEDULE_NS_PER_BYTE + 8;
/** The first intended start, counted from the start of the schedule. */
export const SCHEDULE_PHASE_NS = SCHEDULE_MEAN_GAP_NS + 8;
/** The next intended start, on the actor's clock. */
export const SCHEDULE_DUE_NS = SCHEDULE_PHASE_NS + 8;
/** I/Os that started when the one after them was already due. */
export const SCHEDULE_LATE = SCHEDULE_DUE_NS + 8;
/** I/Os that were due before the end and never started; the worker's. */
export const SCHEDULE_DROPPED = SCHEDULE_LATE + 8;
/** 1: the direction has a schedule. */
export const SCHEDULE_ON = SCHEDULE_DROPPED + 8;
/** I/Os of the direction until the next one that is timed. */
export const SCHEDULE_COUNTDOWN = SCHEDULE_ON + 4;
export const SCHEDULE_BYTES = SCHEDULE_ON + 8;
export const SCHEDULE_READ = PACING;
export const SCHEDULE_WRITE = SCHEDULE_READ + SCHEDULE_BYTES;

// f64, ns.
/** When the schedules start, on the actor's clock; 0: with the next call. */
export const PACING_START_NS = SCHEDULE_WRITE + SCHEDULE_BYTES;
/** Intended starts before this are passed over: the measurement begins here. */
export const PACING_FROM_NS = PACING_START_NS + 8;
/** A pause, and how much of it is spent spinning. */
export const PACING_PAUSE_NS = PACING_FROM_NS + 8;
export const PACING_PAUSE_SPIN_NS = PACING_PAUSE_NS + 8;
/** End of the pause; 0: none, below 0: it begins when nothing is in flight any more. */
export const PACING_PAUSE_UNTIL = PACING_PAUSE_SPIN_NS + 8;
/** An I/O that takes longer misses the latency goal; 0: there is no goal. */
export const PACING_TARGET_NS = PACING_PAUSE_UNTIL + 8;
/** How far ahead of its time a sleep ends: what sleeps were seen to take too long. */
export const PACING_MARGIN_NS = PACING_TARGET_NS + 8;
/** When the job's time is over, on the actor's clock; 0: no such time is known. */
export const PACING_UNTIL_NS = PACING_MARGIN_NS + 8;

// 32 bits.
/** 1: gaps are drawn, with the schedule's gap as their mean. */
export const PACING_POISSON = PACING_UNTIL_NS + 8;
/** 0: the schedules are to be started anew. */
export const PACING_STARTED = PACING_POISSON + 4;
/** 1: more actors than CPUs, so that who spins takes another one's time. */
export const PACING_CROWDED = PACING_STARTED + 4;
/** What the mix has drawn for the next I/O: DIRECTION_*. */
export const PACING_DIRECTION = PACING_CROWDED + 4;
/** Address of the intended starts of the I/Os in flight: f64, one a slot. */
export const PACING_INTENDED = PACING_DIRECTION + 4;
/** A pause comes after so many I/Os; 0: none. */
export const PACING_PAUSE_BLOCKS = PACING_INTENDED + 4;
/** 1: they are counted as they are issued, 0: as they complete. */
export const PACING_PAUSE_ON_ISSUE = PACING_PAUSE_BLOCKS + 4;
/** The count when the last pause was called for; I/Os that were issued before it ended. */
export const PACING_PAUSE_COUNTED = PACING_PAUSE_ON_ISSUE + 4;
export const PACING_PAUSE_ISSUED = PACING_PAUSE_COUNTED + 4;
/** 1: the schedule of who issued last stands still during a pause, 0: the job catches up. */
export const PACING_PAUSE_HOLDS = PACING_PAUSE_ISSUED + 4;
/** DIRECTION_* of the last I/O that was issued. */
export const PACING_LAST = PACING_PAUSE_HOLDS + 4;
/** I/Os since the actor started; both wrap. */
export const PACING_ISSUED = PACING_LAST + 4;
export const PACING_COMPLETED = PACING_ISSUED + 4;
/** How many I/Os may be in flight: the queue's depth, or what the latency goal allows. */
export const PACING_DEPTH = PACING_COMPLETED + 4;
/** I/Os of the goal's window, and those of them that missed the target. */
export const PACING_WINDOW_IOS = PACING_DEPTH + 4;
export const PACING_WINDOW_MISSES = PACING_WINDOW_IOS + 4;
/** What the search for the goal's depth has found; the worker's. */
export const PACING_GOAL_DEPTH = PACING_WINDOW_MISSES + 4;
export const PACING_GOAL_SETTLED = PACING_GOAL_DEPTH + 4;
export const PACING_END = PACING_GOAL_SETTLED + 4;

export const DIRECTION_NONE = 0;
export const DIRECTION_READ = 1;
export const DIRECTION_WRITE = 2;
