/** Numbers with names: flag bits, errnos, schemes, patterns, counters. asc and tsc compile it. */

// errno, as the kernel returns it (negative).
export const EIO = 5;
export const EAGAIN = 11;
export const ENOMEM = 12;
export const EFAULT = 14;
export const EEXIST = 17;
export const EINVAL = 22;
export const EMLINK = 31;
export const EOPNOTSUPP = 95;

// FOLL_* (include/linux/mm_types.h and mm/internal.h, 6.13).
export const FOLL_WRITE = 1;
export const FOLL_GET = 2;
export const FOLL_FORCE = 8;
export const FOLL_NOFAULT = 32;
export const FOLL_LONGTERM = 256;
/** Internal, until 6.1: a write fault has broken COW where the VMA is not writable. */
export const FOLL_COW = 16384;
export const FOLL_TOUCH = 65536;
export const FOLL_PIN = 524288;
export const FOLL_FAST_ONLY = 1048576;

// Page flags (enum pageflags, 6.13).
export const PG_LOCKED = 1;
export const PG_REFERENCED = 4;
export const PG_UPTODATE = 8;
export const PG_DIRTY = 16;
export const PG_LRU = 32;
export const PG_HEAD = 64;
export const PG_WAITERS = 128;
export const PG_ANON_EXCLUSIVE = 2048;
export const PG_ACTIVE = 256;
export const PG_RESERVED = 8192;
export const PG_PRIVATE = 16384;
export const PG_WRITEBACK = 65536;
export const PG_SWAPBACKED = 131072;
/** `mapcount` and `lru-count` (2018–2019): PagePin, PageDmaPinned; and that it left the LRU so. */
export const PG_PIN = 16777216;
export const PG_PIN_WAS_LRU = 33554432;

// Page-table entries: x86-64's bits below bit 12, the frame above them.
export const PTE_PRESENT = 1;
export const PTE_RW = 2;
export const PTE_USER = 4;
export const PTE_ACCESSED = 32;
export const PTE_DIRTY = 64;
export const PTE_PSE = 128;
export const PTE_PROTNONE = 256;
export const PTE_SPECIAL = 512;

// VMA flags (include/linux/mm.h) and what stands behind a mapping.
export const VM_READ = 1;
export const VM_WRITE = 2;
export const VM_SHARED = 8;
export const VM_MAYREAD = 16;
export const VM_MAYWRITE = 32;
export const VM_PFNMAP = 1024;
export const VM_IO = 16384;
export const VM_HUGETLB = 4194304;
export const VMA_ANON = 0;
export const VMA_SHMEM = 1;
export const VMA_REGULAR_FILE = 2;
export const VMA_FSDAX = 3;

export const MMF_HAS_PINNED = 268435456;
export const PAGE_MAPPING_ANON = 1;

// Counts (pins/), rules, verdicts of the pinned test.
export const SCHEME_REFCOUNT = 0;
export const SCHEME_BIAS = 1;
export const SCHEME_HYBRID = 2;
export const SCHEME_EXACT = 3;
export const SCHEME_EXACT_SIDE = 4;
export const SCHEME_MAPCOUNT = 5;
export const SCHEME_LRU_COUNT = 6;
/** PARAM_FAST_PATH beside the schemes with a loop of their own: page by page; by a post pass. */
export const FAST_PATH_SYNCED = 16;
export const FAST_PATH_POST = 17;
/** PARAM_RELEASE of the variant put-page. */
export const RELEASE_BY_PUT = 18;
export const SYNC_NONE = 0;
export const SYNC_LOCK = 1;
export const SYNC_LOCK_POST = 2;
export const SYNC_BARRIER = 3;
/** Policies: what writeback does with a page that it is told is pinned. */
export const POLICY_SKIP = 0;
export const POLICY_BOUNCE = 1;
export const POLICY_WAIT = 2;
export const POLICY_IGNORE = 3;
/** When writeback asks. */
export const TEST_BEFORE_MKCLEAN = 0;
export const TEST_AFTER_MKCLEAN = 1;
export const TEST_AFTER_SET_WRITEBACK = 2;
/** When gup looks at the entry once more. */
export const RECHECK_NONE = 0;
export const RECHECK_BEFORE_LOCK = 1;
export const RECHECK_UNDER_LOCK = 2;
/** Variants: bits of PARAM_VARIANT. The first ones leave out a step of `mapcount+barrier`. */
export const DROP_G1 = 1;
export const DROP_G2 = 2;
export const DROP_G3 = 4;
export const DROP_G4 = 8;
export const DROP_G5 = 16;
export const DROP_G6 = 32;
export const DROP_P1 = 64;
export const DROP_C1 = 128;
export const DROP_C2 = 256;
export const DROP_C5 = 512;
export const DROP_T1 = 1024;
export const DROP_T2 = 2048;
export const DROP_T3 = 4096;
export const VARIANT_NO_BARRIER = 8192;
export const VARIANT_TEST_ABOVE = 16384;
export const VARIANT_TEST_LESS_MAPCOUNT = 32768;
export const VARIANT_LOCK_IN_FAST = 65536;
export const VARIANT_COUNT_FIRST = 131072;
export const RULES_5_0 = 0;
export const RULES_5_7 = 1;
export const RULES_6_13 = 2;
export const BIAS_MIN = 2;
export const BIAS_MAX = 1048576;
export const NOT_PINNED = 0;
export const MAYBE_PINNED = 1;
export const PIN_UNKNOWN = 2;

// vmstat counters: the kernel's, then those of the 2019 proposal, in its order.
export const NR_FOLL_PIN_ACQUIRED = 0;
export const NR_FOLL_PIN_RELEASED = 1;
export const NR_GUP_SLOW_PAGES_REQUESTED = 2;
export const NR_GUP_FAST_PAGES_REQUESTED = 3;
export const NR_GUP_FAST_PAGE_BACKOFFS = 4;
export const NR_GUP_PAGE_COUNT_OVERFLOWS = 5;
export const NR_GUP_PAGES_RETURNED = 6;
export const PGFAULT = 7;
export const PGALLOC = 8;
export const PGFREE = 9;
export const THP_FAULT_ALLOC = 10;
export const THP_FAULT_FALLBACK = 11;
export const NR_DIRTIED = 12;
export const NR_WRITTEN = 13;
export const PGSCAN = 14;
export const PGSTEAL = 15;
export const VMSTAT_COUNT = 16;

// What pins cost the file side, and what it could not do for them.
export const WORK_PINS_UNCOVERED = 0;
export const WORK_PINS_REFUSED = 1;
export const WORK_GUP_WAITED = 2;
export const WORK_SKIPPED = 3;
export const WORK_BOUNCED = 4;
export const WORK_WAITED = 5;
export const WORK_STUCK = 6;
export const WORK_MKCLEAN = 7;
export const WORK_CLEANED_PTES = 8;
export const WORK_KEPT_MAPPED = 9;
export const WORK_KEPT_PINNED = 10;
export const WORK_FREEZE_FAILED = 11;
export const WORK_BUFFERS_DROPPED = 12;
export const WORK_TRUNCATED = 13;
export const WORK_COUNT = 14;

// Why gup_fast handed over to the slow path.
export const FALLBACK_NOT_PRESENT = 0;
export const FALLBACK_NOT_PERMITTED = 1;
export const FALLBACK_PROTNONE = 2;
export const FALLBACK_SPECIAL = 3;
export const FALLBACK_GRAB_REFUSED = 4;
export const FALLBACK_ENTRY_CHANGED = 5;
export const FALLBACK_NOT_ALLOWED = 6;
export const FALLBACK_FORK_RUNNING = 7;
export const FALLBACK_FORK_PASSED = 8;
/** SYNC lock and barrier: the page lock was taken; the page is under writeback. */
export const FALLBACK_PAGE_LOCKED = 9;
export const FALLBACK_WRITEBACK = 10;
export const FALLBACK_COUNT = 11;

// Verdicts of the pinned test against the shadow ledger.
export const VERDICT_TRUE_POSITIVE = 0;
export const VERDICT_FALSE_POSITIVE = 1;
export const VERDICT_TRUE_NEGATIVE = 2;
export const VERDICT_FALSE_NEGATIVE = 3;
export const VERDICT_UNDECIDED = 4;
export const VERDICT_UNKNOWN = 5;
export const VERDICT_COUNT = 6;

// Operations with a latency; a histogram and a counter each, per CPU.
export const OP_PIN_FAST = 0;
export const OP_PIN_SLOW = 1;
export const OP_UNPIN = 2;
export const OP_MR_REG = 3;
export const OP_MR_DEREG = 4;
export const OP_FAULT = 5;
export const OP_LOCK_WAIT = 6;
export const OP_MMAP_LOCK_WAIT = 7;
export const OP_READ_SLAT = 8;
export const OP_READ_CLAT = 9;
export const OP_READ_LAT = 10;
export const OP_WRITE_SLAT = 11;
export const OP_WRITE_CLAT = 12;
export const OP_WRITE_LAT = 13;
/** From the intended start on, where I/Os have a schedule. */
export const OP_READ_CORRECTED = 14;
export const OP_WRITE_CORRECTED = 15;
export const OP_WRITEBACK_PAGE = 16;
export const OP_PAGE_MKCLEAN = 17;
export const OP_TRUNCATE = 18;
export const OP_COUNT = 19;

// Patterns, and what an actor is told and answers.
export const PATTERN_DIRECT_IO = 0;
export const PATTERN_BUFFERED_IO = 1;
export const PATTERN_FIXED_BUFFERS = 2;
export const PATTERN_RDMA_MR = 3;
export const PATTERN_MAPPER = 4;
export const PATTERN_GUP_TEST = 5;
export const PATTERN_XSK_UMEM = 6;
export const PATTERN_WRITEBACK = 7;
export const PATTERN_RECLAIM = 8;
export const PATTERN_TRUNCATE = 9;
export const COMMAND_SETUP = 0;
export const COMMAND_RUN = 1;
export const COMMAND_DRAIN = 2;
export const COMMAND_EXIT = 3;
export const COMMAND_RESUME = 4;
export const STATUS_RUNNING = 0;
export const STATUS_DONE = 1;
export const STATUS_FAILED = 2;
export const ACTOR_RANDOM = 1;
export const ACTOR_PERMUTE = 2;
export const ACTOR_UNLIMITED = 4;
export const ACTOR_WRITES_ONLY = 8;
/** I/Os come from the ring at ACTOR_REPLAY. */
export const ACTOR_REPLAYS = 128;
/** I/Os have a schedule, pauses or a latency goal. */
export const ACTOR_PACED = 16;
/** An unconverted call site: references for pins, put_page() for unpin. */
export const ACTOR_GETS = 32;
export const ACTOR_PUTS = 64;
/** `writeback`: a pass is an fsync; `truncate`: a pass punches a hole. */
export const ACTOR_FSYNC = 256;
export const ACTOR_PUNCH = 512;
export const WALK_SEQUENTIAL = 0;
export const WALK_RANDOM = 1;
export const WALK_HOT = 2;

// What an access of emulated shared state does, and in which order (traced build).
export const ACCESS_LOAD = 1;
export const ACCESS_STORE = 2;
export const ACCESS_RMW = 3;
export const ACCESS_FENCE = 4;
export const ACCESS_WAIT = 5;
export const ACCESS_BLOCK = 6;
export const ACCESS_NOTIFY_ALL = 7;
export const ACCESS_AWAIT_ZERO = 8;
export const ORDER_PLAIN = 0;
export const ORDER_RELAXED = 16;
export const ORDER_ACQUIRE = 32;
export const ORDER_RELEASE = 48;
export const ORDER_FULL = 64;
/** Read-modify-write whose result nobody uses: the kernel's atomic_inc, set_bit. */
export const ACCESS_RMW_VOID = 9;
export const ACCESS_NOTIFY_ONE = 10;
/** Waits until the word is no longer what it is now; nobody notifies. */
export const ACCESS_AWAIT_CHANGE = 11;

// Faults of the emulated kernel, then impossible states of ours (recorded, then a trap).
export const BUG_SLEEP_IN_ATOMIC = 1;
export const BUG_REFCOUNT_UNDERFLOW = 2;
export const BUG_FREE_OF_PINNED = 3;
export const BUG_USE_AFTER_FREE = 4;
export const WARN_GUP_FLAGS = 5;
export const WARN_REFCOUNT_NOT_POSITIVE = 6;
export const BUG_FALSE_NEGATIVE = 7;
export const BUG_PINCOUNT_LEFT = 8;
/** The crash of 2018: a page of a file became dirty without buffers; writeback met such a page. */
export const BUG_DIRTY_WITHOUT_BUFFERS = 9;
export const WARN_WRITE_WITHOUT_BUFFERS = 10;
/** unpin made a page dirty that its file system believed clean. */
export const BUG_DIRTY_WITHOUT_MKWRITE = 11;
export const BUG_LOST_DMA_WRITE = 12;
export const BUG_FSYNC_NOT_DURABLE = 13;
export const BUG_CHANGED_UNDER_WRITEBACK = 14;
/** Writeback waited for a pin until it gave up. */
export const WARN_STUCK = 15;
export const MUST_LOCK_HOLDER_ALIVE = 100;
export const MUST_BUDDY_FREE = 101;
export const MUST_POOL_OBJECT = 102;
export const MUST_VMA_IN_TREE = 104;
export const MUST_LOCK_HELD = 105;
export const MUST_PATTERN = 106;
export const MUST_REFCOUNT = 107;
