/**
 * How far a scenario may go. makeScenario and the fio reader refuse beyond the same numbers, so
 * that whatever the reader gives is accepted.
 */

/** A stonewall group runs at most this many actors, one worker thread each. */
export const MOST_ACTORS = 128;
/** What a double and the core count exactly: bytes of a file, I/Os, a seed. */
export const LARGEST_COUNT = Number.MAX_SAFE_INTEGER;
/** fio's largest block size is what fits 32 bits. */
export const LARGEST_BLOCK_BYTES = 2 ** 32 - 1;
/** fio itself goes further, but 65,536 buffers are the most one actor is given. */
export const DEEPEST_QUEUE = 65536;
/** fio's longest lists. */
export const MOST_BLOCK_SIZES = 64;
export const MOST_ZONES = 256;
export const MOST_PERCENTILES = 20;
/** A day: how long a run's duration and its warm-up may last. */
export const LONGEST_RUN_MS = 86_400_000;
export const LARGEST_SAMPLE = 2 ** 30;
