/** What a run measures has names; thresholds, executors and outputs use the same ones. */

/** The operations, in the order in which every output names them. */
export const OP_NAMES = [
  "pin_fast",
  "pin_slow",
  "unpin",
  "mr_reg",
  "mr_dereg",
  "io",
  "io_corrected",
  "fault",
  "lock_wait",
  "mmap_lock_wait",
  "writeback_page",
  "page_mkclean",
  "truncate",
] as const;

/** Counter names in the order of their numbers (NR_* in assembly/shared/codes.ts). */
export const VMSTAT_NAMES = [
  "nr_foll_pin_acquired",
  "nr_foll_pin_released",
  "nr_gup_slow_pages_requested",
  "nr_gup_fast_pages_requested",
  "nr_gup_fast_page_backoffs",
  "nr_gup_page_count_overflows",
  "nr_gup_pages_returned",
  "pgfault",
  "pgalloc",
  "pgfree",
  "thp_fault_alloc",
  "thp_fault_fallback",
  "nr_dirtied",
  "nr_written",
  "pgscan",
  "pgsteal",
] as const;

/** What pins cost the file side (WORK_* in assembly/shared/codes.ts), in their order; in pages. */
export const WORK_NAMES = [
  "pins_uncovered",
  "pins_refused",
  "gup_waited",
  "skipped",
  "bounced",
  "waited",
  "stuck",
  "mkclean",
  "ptes_cleaned",
  "kept_mapped",
  "kept_pinned",
  "freeze_failed",
  "buffers_dropped",
  "truncated",
] as const;

/** Causes of a hand-over to the slow path, in the order of FALLBACK_*. */
export const FALLBACK_NAMES = [
  "not_present",
  "not_permitted",
  "protnone",
  "special",
  "grab_refused",
  "entry_changed",
  "not_allowed",
  "fork_running",
  "fork_passed",
  "page_locked",
  "writeback",
] as const;
