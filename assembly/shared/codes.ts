/** Numbers with names: flag bits, errnos, schemes, patterns, counters. asc and tsc compile it. */

// errno, as the kernel returns it (negative).
export const EIO = 5;
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
export const PG_HEAD = 64;
export const PG_WAITERS = 128;
export const PG_ANON_EXCLUSIVE = 2048;
export const PG_RESERVED = 8192;
export const PG_SWAPBACKED = 131072;

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
export const VMSTAT_COUNT = 12;

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
export const FALLBACK_COUNT = 9;

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
export const OP_COUNT = 16;

// Patterns, and what an actor is told and answers.
export const PATTERN_DIRECT_IO = 0;
export const PATTERN_BUFFERED_IO = 1;
export const PATTERN_FIXED_BUFFERS = 2;
export const PATTERN_RDMA_MR = 3;
export const PATTERN_MAPPER = 4;
export const PATTERN_GUP_TEST = 5;
export const PATTERN_XSK_UMEM = 6;
export const COMMAND_SETUP = 0;
export const COMMAND_RUN = 1;
export const COMMAND_DRAIN = 2;
export const COMMAND_EXIT = 3;
export const STATUS_RUNNING = 0;
export const STATUS_DONE = 1;
export const STATUS_FAILED = 2;
export const ACTOR_RANDOM = 1;
export const ACTOR_PERMUTE = 2;
export const ACTOR_UNLIMITED = 4;
export const ACTOR_WRITES_ONLY = 8;
/** I/Os come from the ring at ACTOR_REPLAY. */
export const ACTOR_REPLAYS = 128;
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

// Faults of the emulated kernel, then impossible states of ours (recorded, then a trap).
export const BUG_SLEEP_IN_ATOMIC = 1;
export const BUG_REFCOUNT_UNDERFLOW = 2;
export const BUG_FREE_OF_PINNED = 3;
export const BUG_USE_AFTER_FREE = 4;
export const WARN_GUP_FLAGS = 5;
export const WARN_REFCOUNT_NOT_POSITIVE = 6;
export const BUG_FALSE_NEGATIVE = 7;
export const BUG_PINCOUNT_LEFT = 8;
export const MUST_LOCK_HOLDER_ALIVE = 100;
export const MUST_BUDDY_FREE = 101;
export const MUST_POOL_OBJECT = 102;
export const MUST_VMA_IN_TREE = 104;
export const MUST_LOCK_HELD = 105;
export const MUST_PATTERN = 106;
export const MUST_REFCOUNT = 107;
