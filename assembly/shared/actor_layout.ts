/**
 * The block that tells an actor what to do and keeps its state. TypeScript writes the first two
 * parts before the actor starts; the third is the actor's own. 64-bit words come first.
 */

// What to do: 64-bit words.
/** Extent of the file in units of the block alignment; limits in bytes and operations. */
export const ACTOR_EXTENT_BLOCKS = 0;
export const ACTOR_LIMIT_BYTES = ACTOR_EXTENT_BLOCKS + 8;
export const ACTOR_LIMIT_IOS = ACTOR_LIMIT_BYTES + 8;
/** f64, ns: how long an RDMA region stays registered; 0: the whole run. */
export const ACTOR_LIFETIME_NS = ACTOR_LIMIT_IOS + 8;
export const ACTOR_PRNG = ACTOR_LIFETIME_NS + 8;
/** f64, ns: from the start of one background pass to that of the next. */
export const ACTOR_EVERY_NS = ACTOR_PRNG + 8;

// What to do: 32-bit words.
export const ACTOR_PATTERN = ACTOR_EVERY_NS + 8;
export const ACTOR_COMMAND = ACTOR_PATTERN + 4;
/** Not 0: the host asks this actor to end; its worker looks between calls, the core never. */
export const ACTOR_STOP_ASKED = ACTOR_COMMAND + 4;
export const ACTOR_MM = ACTOR_STOP_ASKED + 4;
export const ACTOR_FLAGS = ACTOR_MM + 4;
/** One operation in so many is timed; 0: none. */
export const ACTOR_SAMPLE = ACTOR_FLAGS + 4;
/** A draw of 32 bits at or below this is a read; only writes: ACTOR_WRITES_ONLY is set. */
export const ACTOR_READ_SHARE = ACTOR_SAMPLE + 4;
export const ACTOR_IODEPTH = ACTOR_READ_SHARE + 4;
/** Distance of the first buffer from its page boundary, and size of each buffer. */
export const ACTOR_MEM_ALIGN = ACTOR_IODEPTH + 4;
export const ACTOR_BUFFER_BYTES = ACTOR_MEM_ALIGN + 4;
export const ACTOR_BUFFER_PAGES = ACTOR_BUFFER_BYTES + 4;
export const ACTOR_FOLIO_ORDER = ACTOR_BUFFER_PAGES + 4;
export const ACTOR_PAGES_PER_CALL = ACTOR_FOLIO_ORDER + 4;
export const ACTOR_WALK = ACTOR_PAGES_PER_CALL + 4;
export const ACTOR_REFERENCES = ACTOR_WALK + 4;
export const ACTOR_BLOCK_ALIGN = ACTOR_REFERENCES + 4;
/** Addresses of the actor's tables; 0: none. */
export const ACTOR_QUANTILES = ACTOR_BLOCK_ALIGN + 4;
export const ACTOR_READ_SIZES = ACTOR_QUANTILES + 4;
export const ACTOR_WRITE_SIZES = ACTOR_READ_SIZES + 4;
export const ACTOR_SLOTS = ACTOR_WRITE_SIZES + 4;
export const ACTOR_SLOT_STRIDE = ACTOR_SLOTS + 4;
export const ACTOR_FREE_SLOTS = ACTOR_SLOT_STRIDE + 4;
export const ACTOR_PAGES = ACTOR_FREE_SLOTS + 4;
/** Random order without repetition: a full-period generator modulo a power of two. */
export const ACTOR_PERMUTATION_MASK = ACTOR_PAGES + 4;
export const ACTOR_PERMUTATION_STEP = ACTOR_PERMUTATION_MASK + 4;
/** The file whose pages the buffers are (0: none), and the VM_* bits beyond read and write. */
export const ACTOR_BUFFER_FILE = ACTOR_PERMUTATION_STEP + 4;
export const ACTOR_BUFFER_VM = ACTOR_BUFFER_FILE + 4;
/** `gup_test` in whole passes: address of its table (gup_test_layout.ts); 0: the endless loop. */
export const ACTOR_PASSES = ACTOR_BUFFER_VM + 4;
/** The file that is read, written, written back or truncated; 0: none. */
export const ACTOR_FILE = ACTOR_PASSES + 4;
/** Pages that a background pass takes at the most. */
export const ACTOR_BATCH = ACTOR_FILE + 4;
export const ACTOR_TASK_END = ACTOR_BATCH + 4;

// The actor's own state; the first group starts a line of its own.
export const ACTOR_BYTES_ISSUED = 192;
export const ACTOR_IOS_ISSUED = ACTOR_BYTES_ISSUED + 8;
export const ACTOR_READ_IOS = ACTOR_IOS_ISSUED + 8;
export const ACTOR_READ_BYTES = ACTOR_READ_IOS + 8;
export const ACTOR_WRITE_IOS = ACTOR_READ_BYTES + 8;
export const ACTOR_WRITE_BYTES = ACTOR_WRITE_IOS + 8;
export const ACTOR_CURSOR = ACTOR_WRITE_BYTES + 8;
/** f64, ns on the actor's own clock. */
export const ACTOR_REGION_UNTIL = ACTOR_CURSOR + 8;
/**
 * f64, ns, the worker's: when the figures began, on the clock of all threads, and how long they
 * were measured in the end. 0: not yet.
 */
export const ACTOR_BEGAN_NS = ACTOR_REGION_UNTIL + 8;
export const ACTOR_MEASURED_NS = ACTOR_BEGAN_NS + 8;
/** f64, ns, the worker's: how long of that the actor held still for a pause. */
export const ACTOR_PAUSED_NS = ACTOR_MEASURED_NS + 8;
export const ACTOR_ERROR = ACTOR_PAUSED_NS + 8;
export const ACTOR_JOINED = ACTOR_ERROR + 4;
export const ACTOR_BUFFER_VPN = ACTOR_JOINED + 4;
export const ACTOR_REGISTERED = ACTOR_BUFFER_VPN + 4;
export const ACTOR_IN_FLIGHT = ACTOR_REGISTERED + 4;
export const ACTOR_COUNTDOWN = ACTOR_IN_FLIGHT + 4;
export const ACTOR_TIMED_ROUNDS = ACTOR_COUNTDOWN + 4;
export const ACTOR_PERMUTATION = ACTOR_TIMED_ROUNDS + 4;
export const ACTOR_GENERATION = ACTOR_PERMUTATION + 4;
/** Ring of I/Os to replay; 0: none. The worker fills it between calls. */
export const ACTOR_REPLAY = ACTOR_GENERATION + 4;
/** How many I/Os were ever taken from the ring, and put into it; both wrap at 2^32. */
export const ACTOR_REPLAY_TAKEN = ACTOR_REPLAY + 4;
export const ACTOR_REPLAY_PUT = ACTOR_REPLAY_TAKEN + 4;
/** 1: nothing will be put any more. */
export const ACTOR_REPLAY_OVER = ACTOR_REPLAY_PUT + 4;
/** 1: no I/O starts before its REPLAY_DUE_NS. */
export const ACTOR_REPLAY_PACED = ACTOR_REPLAY_OVER + 4;
/** Parts of REPLAY_WHOLE: how much of its log the worker has put into the ring. */
export const ACTOR_REPLAY_SHARE = ACTOR_REPLAY_PACED + 4;
/** A background pass: under way or not, the next page, an fsync's epoch, writes in flight. */
export const ACTOR_PASS = ACTOR_REPLAY_SHARE + 4;
export const ACTOR_PASS_INDEX = ACTOR_PASS + 4;
export const ACTOR_PASS_EPOCH = ACTOR_PASS_INDEX + 4;
export const ACTOR_WRITES = ACTOR_PASS_EPOCH + 4;
/** 1: the host has turned the actor off; the worker's answer to that, and to a pause: 1 or 0. */
export const ACTOR_OFF = ACTOR_WRITES + 4;
export const ACTOR_AT_REST = ACTOR_OFF + 4;
export const ACTOR_END = ACTOR_AT_REST + 4;

// A page's write in flight, in the array at ACTOR_PAGES: when it began and is due (f64, ns; 0: not
// timed), the page, what the device has got, and whether it is a copy.
export const WRITE_BEGAN_NS = 0;
export const WRITE_DUE_NS = WRITE_BEGAN_NS + 8;
export const WRITE_PAGE = WRITE_DUE_NS + 8;
export const WRITE_CONTENT = WRITE_PAGE + 4;
export const WRITE_IS_COPY = WRITE_CONTENT + 4;
export const WRITE_BYTES = 32;
/** So many at once at the most. */
export const WRITES_MAX = 64;

// One I/O in flight: when it was created, submitted and is due (f64, ns), what it is, its pages.
export const SLOT_CREATED_NS = 0;
export const SLOT_SUBMITTED_NS = SLOT_CREATED_NS + 8;
export const SLOT_DUE_NS = SLOT_SUBMITTED_NS + 8;
/**
 * f64, ns: when the device writes to memory, while the I/O is in flight; 0: it has, or at the end.
 */
export const SLOT_DMA_NS = SLOT_DUE_NS + 8;
export const SLOT_OFFSET = SLOT_DMA_NS + 8;
export const SLOT_LENGTH = SLOT_OFFSET + 8;
export const SLOT_IS_READ = SLOT_LENGTH + 4;
export const SLOT_BUSY = SLOT_IS_READ + 4;
export const SLOT_TIMED = SLOT_BUSY + 4;
export const SLOT_NR_PAGES = SLOT_TIMED + 4;
/** Pages that a registration holds for this slot's buffer; 0: none. */
export const SLOT_REGISTERED = SLOT_NR_PAGES + 4;
/** Pages of a file: the generation before that of the first page. */
export const SLOT_GENERATION = SLOT_REGISTERED + 4;
export const SLOT_PAGES = SLOT_GENERATION + 4;

// An I/O to replay: bytes from the start of the file, ns since the start of the replay (f64).
export const REPLAY_OFFSET = 0;
export const REPLAY_DUE_NS = REPLAY_OFFSET + 8;
export const REPLAY_LENGTH = REPLAY_DUE_NS + 8;
export const REPLAY_IS_READ = REPLAY_LENGTH + 4;
export const REPLAY_BYTES = 32;
export const REPLAY_ENTRIES = 4096;
export const REPLAY_WHOLE = 1000000;

// A block size drawn with a probability: a draw of 32 bits at or below `share` takes it.
export const SIZE_SHARE = 0;
export const SIZE_MIN = SIZE_SHARE + 4;
export const SIZE_MAX = SIZE_MIN + 4;
export const SIZE_BYTES = SIZE_MAX + 4;

/** Quantiles of an offset distribution: equally likely values, in blocks, 64 bits each. */
export const QUANTILE_BITS = 12;
export const QUANTILE_COUNT = 1 << QUANTILE_BITS;

/** Calls that `gup_test` makes before it gives their pages back. */
export const GUP_TEST_CALLS = 16;
