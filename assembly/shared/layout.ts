/**
 * Where everything lies in the shared memory. Each offset is written once, as a link in a chain;
 * asc and tsc both compile this file. Units: bytes, unless a name says otherwise.
 *
 *   0        4096      8192                                                        end
 *   ├─ unused ─┼─ control ─┼─ CPUs ─┼─ mms ─┼─ VMAs ─┼─ page tables ─┼─ mem_map ─┼─ … ─┤
 *
 * Only the control block has a fixed address. The host places the other regions one behind the
 * other (src/machine/plan.ts) and writes their addresses into the control block.
 */
export const CACHE_LINE_BYTES = 64;
export const PAGE_SHIFT = 12;
export const PAGE_BYTES = 4096;

// struct page: 64 bytes, the fields at the kernel's own offsets (x86-64, 6.13).
//
//    0       8          16        24       32     40       48        52        56       64
//    ├ flags ┼ lru.next ┼ lru.prev ┼ mapping ┼ index ┼ private ┼ mapcount ┼ refcount ┼ memcg ┤
//            └ compound_head: address of the head | 1, on tail pages
//
// flags, lru and mapping are 64 bits wide in the kernel; we use their low 32 bits.
// memcg_data is where the `exact` scheme keeps its count: free only without memcg.
export const PAGE_FLAGS = 0;
export const PAGE_LRU_NEXT = PAGE_FLAGS + 8;
export const PAGE_COMPOUND_HEAD = PAGE_LRU_NEXT;
export const PAGE_LRU_PREV = PAGE_LRU_NEXT + 8;
export const PAGE_MAPPING = PAGE_LRU_PREV + 8;
export const PAGE_INDEX = PAGE_MAPPING + 8;
export const PAGE_PRIVATE = PAGE_INDEX + 8;
export const PAGE_MAPCOUNT = PAGE_PRIVATE + 8;
export const PAGE_REFCOUNT = PAGE_MAPCOUNT + 4;
export const PAGE_EXACT_PINS = PAGE_REFCOUNT + 4;
export const PAGE_STRUCT_BYTES = PAGE_EXACT_PINS + 8;
export const PAGE_STRUCT_SHIFT = 6;

// A large folio uses its second struct page as well: a cache line of its own.
//
//   64         72      80              84             88                92           96
//    ├ _flags_1 ┼ _head_1 ┼ large_mapcount ┼ entire_mapcount ┼ nr_pages_mapped ┼ _pincount ┤
//      └ low byte: the order
export const FOLIO_ORDER = PAGE_STRUCT_BYTES;
export const FOLIO_LARGE_MAPCOUNT = PAGE_STRUCT_BYTES + 16;
export const FOLIO_ENTIRE_MAPCOUNT = FOLIO_LARGE_MAPCOUNT + 4;
export const FOLIO_NR_PAGES_MAPPED = FOLIO_ENTIRE_MAPCOUNT + 4;
export const FOLIO_PINCOUNT = FOLIO_NR_PAGES_MAPPED + 4;
export const MAX_PAGE_ORDER = 10;
export const PMD_ORDER = 9;

// Page tables: 512 entries of 8 bytes; PGD (1 GiB an entry) → PMD (2 MiB) → PTE (4 KiB).
export const PTE_BYTES = 8;
export const PTE_SHIFT = 3;
export const PTRS_PER_TABLE = 512;
export const TABLE_BITS = 9;
export const PMD_VPN_SHIFT = TABLE_BITS;
export const PGD_VPN_SHIFT = PMD_VPN_SHIFT + TABLE_BITS;
export const TASK_SIZE_VPN = 134217728;
/** What a page table needs besides its entries: its lock (split PTL), a line of its own. */
export const PTDESC_LOCK = 0;
export const PTDESC_BYTES = CACHE_LINE_BYTES;

// Pool of equal objects: a free list and a mark below which all were handed out once.
export const POOL_LOCK = 0;
export const POOL_FREE = POOL_LOCK + 4;
export const POOL_NEXT = POOL_FREE + 4;
export const POOL_BASE = POOL_NEXT + 4;
export const POOL_COUNT = POOL_BASE + 4;
export const POOL_STRIDE = POOL_COUNT + 4;
export const POOL_USED = POOL_STRIDE + 4;
export const POOL_BYTES = CACHE_LINE_BYTES;

// Control block: one line for each word that changes, then the parameters, then the zone.
export const CONTROL = 4096;
export const CONTROL_STOP = CONTROL;
export const CONTROL_KILL = CONTROL_STOP + 4;
/** The pause epoch: odd while nobody is to hold a pin. Workers look at it between their calls. */
export const CONTROL_PAUSE = CONTROL_KILL + 4;
export const CONTROL_START = CONTROL_STOP + CACHE_LINE_BYTES;
export const CONTROL_READY = CONTROL_START + 4;
export const CONTROL_PHASE = CONTROL_READY + 4;
export const CONTROL_RUNNING_CPU = CONTROL_START + CACHE_LINE_BYTES;
/** The checker's journal (memory/journal.ts): 0, or its marks; the step. */
export const CONTROL_JOURNAL_MARKS = CONTROL_RUNNING_CPU + 4;
export const CONTROL_JOURNAL_STEP = CONTROL_JOURNAL_MARKS + 4;
/** Where its log ends, and up to where it was taken into the fingerprint. */
export const CONTROL_JOURNAL_END = CONTROL_JOURNAL_STEP + 4;
export const CONTROL_JOURNAL_SETTLED = CONTROL_JOURNAL_END + 4;
export const CONTROL_JOURNAL_SHADOW = CONTROL_JOURNAL_SETTLED + 4;
/** 64 bits each: of all words; of the frames that were settled last. */
export const CONTROL_JOURNAL_FINGERPRINT = CONTROL_JOURNAL_SHADOW + 4;
export const CONTROL_JOURNAL_DIGEST = CONTROL_JOURNAL_FINGERPRINT + 8;
/** asyncify's stacks begin with where their frames end, and where they end themselves. */
export const STACK_HEADER_BYTES = 8;
export const CONTROL_PARAMETERS = CONTROL_RUNNING_CPU + CACHE_LINE_BYTES;
export const PARAM_SCHEME = CONTROL_PARAMETERS;
export const PARAM_BIAS = PARAM_SCHEME + 4;
export const PARAM_RULES = PARAM_BIAS + 4;
export const PARAM_NR_PAGES = PARAM_RULES + 4;
export const PARAM_NR_CPUS = PARAM_NR_PAGES + 4;
export const PARAM_CPUS = PARAM_NR_CPUS + 4;
export const PARAM_MEM_MAP = PARAM_CPUS + 4;
export const PARAM_SIDE_TABLE = PARAM_MEM_MAP + 4;
export const PARAM_LEDGER = PARAM_SIDE_TABLE + 4;
export const PARAM_LEDGER_STRIDE = PARAM_LEDGER + 4;
export const PARAM_CONTENT = PARAM_LEDGER_STRIDE + 4;
export const PARAM_HISTOGRAMS = PARAM_CONTENT + 4;
export const PARAM_MMS = PARAM_HISTOGRAMS + 4;
export const PARAM_ZERO_PAGE = PARAM_MMS + 4;
export const PARAM_PTDESCS = PARAM_ZERO_PAGE + 4;
export const PARAM_SERVICE = PARAM_PTDESCS + 4;
export const PARAM_SERVICE_COUNT = PARAM_SERVICE + 4;
/** Scheme by which gup_fast pins, without and with SYNC: see gup/fast.ts. */
export const PARAM_FAST_PATH = PARAM_SERVICE_COUNT + 4;
export const PARAM_SYNC = PARAM_FAST_PATH + 4;
export const PARAM_VARIANT = PARAM_SYNC + 4;
export const PARAM_POLICY_BACKGROUND = PARAM_VARIANT + 4;
export const PARAM_POLICY_FSYNC = PARAM_POLICY_BACKGROUND + 4;
export const PARAM_TEST_AT = PARAM_POLICY_FSYNC + 4;
export const PARAM_RECHECK = PARAM_TEST_AT + 4;
/** Not 0: a TLB flush does not wait for CPUs that have interrupts off. */
export const PARAM_TLB_BROADCAST = PARAM_RECHECK + 4;
export const PARAM_STABLE_PAGES = PARAM_TLB_BROADCAST + 4;
/** Files (file_layout.ts) and how many; per frame the newest DMA write that an I/O completed. */
export const PARAM_FILES = PARAM_STABLE_PAGES + 4;
export const PARAM_FILE_COUNT = PARAM_FILES + 4;
export const PARAM_COMPLETED = PARAM_FILE_COUNT + 4;
/** The scheme by which pins are given back, or RELEASE_BY_PUT. */
export const PARAM_RELEASE = PARAM_COMPLETED + 4;
export const CONTROL_ZONE = CONTROL_PARAMETERS + 128;
export const ZONE_LOCK = CONTROL_ZONE;
export const ZONE_NR_FREE = ZONE_LOCK + 4;
export const ZONE_FREE_HEADS = ZONE_LOCK + CACHE_LINE_BYTES;
/** The LRU of pages, its own lock, and `lru-count`'s zone_gup_lock on a line of its own. */
export const ZONE_LRU_LOCK = ZONE_LOCK + CACHE_LINE_BYTES * 2;
export const ZONE_LRU_FIRST = ZONE_LRU_LOCK + 4;
export const ZONE_LRU_LAST = ZONE_LRU_FIRST + 4;
export const ZONE_LRU_COUNT = ZONE_LRU_LAST + 4;
export const ZONE_GUP_LOCK = ZONE_LRU_LOCK + CACHE_LINE_BYTES;
export const ZONE_BYTES = CACHE_LINE_BYTES * 4;
export const POOL_TABLES = CONTROL_ZONE + ZONE_BYTES;
export const POOL_VMAS = POOL_TABLES + POOL_BYTES;
export const CONTROL_END = POOL_VMAS + POOL_BYTES;

// Address space. Read-mostly words, then one line each for what bounces between CPUs.
export const MM_PGD = 0;
export const MM_FLAGS = MM_PGD + 4;
export const MM_VMA_ROOT = MM_FLAGS + 4;
export const MM_MMAP_NEXT = MM_VMA_ROOT + 4;
export const MM_USERS = MM_MMAP_NEXT + 4;
export const MM_MMAP_LOCK = MM_PGD + CACHE_LINE_BYTES;
export const MM_WRITE_PROTECT_SEQ = MM_MMAP_LOCK + CACHE_LINE_BYTES;
export const MM_PINNED_VM = MM_WRITE_PROTECT_SEQ + CACHE_LINE_BYTES;
export const MM_LOCKED_VM = MM_PINNED_VM + 4;
export const MM_BYTES = MM_PINNED_VM + CACHE_LINE_BYTES;

// Sleeping reader-writer lock: writer bit | writer-waiting bit | readers, and a wake-up sequence.
export const RWLOCK_COUNT = 0;
export const RWLOCK_SEQUENCE = RWLOCK_COUNT + 4;
export const RWLOCK_WAITERS = RWLOCK_SEQUENCE + 4;

// VMA, a node of its address space's AVL tree. Addresses are virtual page numbers (vpn).
export const VMA_START = 0;
export const VMA_END = VMA_START + 4;
export const VMA_FLAGS = VMA_END + 4;
export const VMA_ORDER = VMA_FLAGS + 4;
export const VMA_LEFT = VMA_ORDER + 4;
export const VMA_RIGHT = VMA_LEFT + 4;
export const VMA_HEIGHT = VMA_RIGHT + 4;
export const VMA_FILE = VMA_HEIGHT + 4;
/** Where the file's first page would stand, and the file (file_layout.ts); 0: anonymous. */
export const VMA_ORIGIN = VMA_FILE + 4;
export const VMA_MAPPING = VMA_ORIGIN + 4;
/** Its address space, and the next VMA that maps the same file. */
export const VMA_MM = VMA_MAPPING + 4;
export const VMA_NEXT_OF_FILE = VMA_MM + 4;
export const VMA_BYTES = CACHE_LINE_BYTES;

// Per CPU: one line each for what others poll, then its counters, records and actor.
export const CPU_LINE = 0;
export const CPU_OPS = CPU_LINE;
export const CPU_HEARTBEAT = CPU_OPS + 8;
/** The CPU's ledger entries, displaced so that (page >> 3) added to it finds a page's own. */
export const CPU_LEDGER = CPU_HEARTBEAT + 4;
/** 1 while the CPU pins or unpins: scheme and ledger may differ. */
export const CPU_BUSY = CPU_LEDGER + 4;
/**
 * What the page that the CPU has just submitted for writeback held then (CPU_TRACE is before it).
 */
export const CPU_SUBMITTED = CPU_BUSY + 8;
export const CPU_IRQ_OFF = CPU_LINE + CACHE_LINE_BYTES;
export const CPU_BARRIER = CPU_IRQ_OFF + CACHE_LINE_BYTES;
export const CPU_VMSTAT = CPU_BARRIER + CACHE_LINE_BYTES;
export const CPU_VMSTAT_BYTES = 256;
export const CPU_FALLBACKS = CPU_VMSTAT + CPU_VMSTAT_BYTES;
export const CPU_FALLBACKS_BYTES = 128;
export const CPU_VERDICTS = CPU_FALLBACKS + CPU_FALLBACKS_BYTES;
export const CPU_VERDICTS_BYTES = CACHE_LINE_BYTES;
export const CPU_WORK = CPU_VERDICTS + CPU_VERDICTS_BYTES;
export const CPU_WORK_BYTES = 128;
export const CPU_OPSTATS = CPU_WORK + CPU_WORK_BYTES;
export const CPU_OPSTATS_BYTES = 640;
export const CPU_FAULTS = CPU_OPSTATS + CPU_OPSTATS_BYTES;
export const CPU_FAULTS_BYTES = 1088;
export const CPU_GATHER = CPU_FAULTS + CPU_FAULTS_BYTES;
export const CPU_GATHER_BYTES = 4096;
export const CPU_ACTOR = CPU_GATHER + CPU_GATHER_BYTES;
export const CPU_ACTOR_BYTES = 2048;
export const CPU_BYTES = CPU_ACTOR + CPU_ACTOR_BYTES;

// What an operation's counter holds: how often, and how long its timed batches took.
export const OPSTAT_COUNT = 0;
export const OPSTAT_BATCH_OPS = OPSTAT_COUNT + 8;
export const OPSTAT_BATCH_NS = OPSTAT_BATCH_OPS + 8;
export const OPSTAT_BATCHES = OPSTAT_BATCH_NS + 8;
export const OPSTAT_BYTES = OPSTAT_BATCHES + 8;

// Bounded record of emulated kernel faults: a total, how many are kept, a count a code, then the
// first of each code that fit.
export const FAULTS_TOTAL = 0;
export const FAULTS_KEPT = FAULTS_TOTAL + 4;
export const FAULTS_COUNTS = 16;
export const FAULT_CODES = 16;
export const FAULTS_FIRST = FAULTS_COUNTS + FAULT_CODES * 4;
export const FAULT_CODE = 0;
export const FAULT_PFN = FAULT_CODE + 4;
export const FAULT_VALUE = FAULT_PFN + 4;
export const FAULT_EXTRA = FAULT_VALUE + 4;
export const FAULT_BYTES = FAULT_EXTRA + 4;
export const FAULT_CAPACITY = 63;

// Shadow ledger: per CPU and page, how many read pins and write pins it holds.
export const LEDGER_READ = 0;
export const LEDGER_WRITE = LEDGER_READ + 4;
export const LEDGER_BYTES = LEDGER_WRITE + 4;
export const LEDGER_SHIFT = 3;
