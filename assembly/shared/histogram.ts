// HdrHistogram geometry: lowest 1 ns, 3 significant digits, highest 1 h.
//
//   slot of v = (bucket << 10) + (v >> bucket),   bucket = 53 - clz64(v | 2047)
//
//   bucket 0   v in [0, 2048)       slots 0..2047     1 ns wide
//   bucket 1   v in [2048, 4096)    slots 2048..3071  2 ns wide
//   bucket k   v in [1024 << k, 2048 << k)  1024 slots, 2^k ns wide

export const HISTOGRAM_LOWEST_NS = 1;
export const HISTOGRAM_HIGHEST_NS = 3600000000000;
export const HISTOGRAM_DIGITS = 3;

/** The smallest power of two that holds 2 * 10^digits steps. */
export const HISTOGRAM_SUB_BUCKET_BITS = 11;
export const HISTOGRAM_SUB_BUCKETS = 1 << HISTOGRAM_SUB_BUCKET_BITS;
export const HISTOGRAM_SUB_BUCKET_MASK = HISTOGRAM_SUB_BUCKETS - 1;
export const HISTOGRAM_HALF_BITS = HISTOGRAM_SUB_BUCKET_BITS - 1;
export const HISTOGRAM_HALF = 1 << HISTOGRAM_HALF_BITS;
export const HISTOGRAM_CLZ_BASE = 64 - HISTOGRAM_SUB_BUCKET_BITS;

/** The fewest buckets that cover the highest value: 2048 << 31 is 73 minutes. */
export const HISTOGRAM_BUCKETS = 32;
export const HISTOGRAM_SLOTS = (HISTOGRAM_BUCKETS + 1) * HISTOGRAM_HALF;

// In memory: exact minimum (its successor, 0: none yet) and maximum, 64 bits each, then the counts
// of 32 bits from the next cache line on.
export const HISTOGRAM_MIN = 0;
export const HISTOGRAM_MAX = HISTOGRAM_MIN + 8;
export const HISTOGRAM_COUNTS = HISTOGRAM_MAX + 56;
export const HISTOGRAM_BYTES = HISTOGRAM_COUNTS + HISTOGRAM_SLOTS * 4;
