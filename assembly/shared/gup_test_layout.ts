/**
 * `gup_test` in whole passes, as the kernel selftest's ioctls make them: one table an actor, then
 * one dumped page for each index asked for and one for a page that is not pinned, then the results.
 */

/** Where the region lies, the same for all actors of an address space: at 1 GiB. */
export const GUP_TEST_VPN = 262144;

// What a pass calls; the selftest's commands.
export const GUP_CALL_GUP_FAST = 0;
export const GUP_CALL_PIN_FAST = 1;
export const GUP_CALL_PIN_LONGTERM = 2;
export const GUP_CALL_GUP_BASIC = 3;
export const GUP_CALL_PIN_BASIC = 4;
export const GUP_CALL_DUMP_GET = 5;
export const GUP_CALL_DUMP_PIN = 6;

// f64, ns: so far in this pass.
export const PASS_GET_NS = 0;
export const PASS_PUT_NS = PASS_GET_NS + 8;
export const PASS_CALL = PASS_PUT_NS + 8;
export const PASS_FLAGS = PASS_CALL + 4;
/** Pages of the region: the buffer may be larger, by what is missing to a huge page. */
export const PASS_PAGES = PASS_FLAGS + 4;
export const PASS_REPEATS = PASS_PAGES + 4;
/** 1: the buffer is faulted in before. */
export const PASS_TOUCH = PASS_REPEATS + 4;
/** Passes that are over; their results stand at PASS_RESULTS (an address). */
export const PASS_DONE = PASS_TOUCH + 4;
export const PASS_RESULTS = PASS_DONE + 4;
/** Of this pass: 1 once it gives back; pages walked over, gathered, given back. */
export const PASS_GIVES_BACK = PASS_RESULTS + 4;
export const PASS_WALKED = PASS_GIVES_BACK + 4;
export const PASS_GOT = PASS_WALKED + 4;
export const PASS_PUT = PASS_GOT + 4;
/** Index + 1 of the first page that the scheme calls not pinned; 0: none. */
export const PASS_UNPINNED = PASS_PUT + 4;
/** Indexes + 1 of the pages to dump; 0: none. */
export const PASS_WHICH = PASS_UNPINNED + 4;
export const PASS_WHICH_COUNT = 8;
export const PASS_DUMPS = PASS_WHICH + PASS_WHICH_COUNT * 4;

// A dumped page: its frame, its folio's frame, then both as they were: the page's struct, and the
// first two of the folio.
export const DUMP_PFN = 0;
export const DUMP_HEAD_PFN = DUMP_PFN + 4;
export const DUMP_PAGE = DUMP_HEAD_PFN + 4;
export const DUMP_FOLIO = DUMP_PAGE + 64;
export const DUMP_BYTES = DUMP_FOLIO + 128;
export const PASS_BYTES = PASS_DUMPS + (PASS_WHICH_COUNT + 1) * DUMP_BYTES;

// The result of a pass.
export const RESULT_GET_NS = 0;
export const RESULT_PUT_NS = RESULT_GET_NS + 8;
export const RESULT_WALKED = RESULT_PUT_NS + 8;
export const RESULT_UNPINNED = RESULT_WALKED + 4;
export const RESULT_BYTES = RESULT_UNPINNED + 4;
