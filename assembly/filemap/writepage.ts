/**
 * One page on its way to the disk, from the page lock to PG_writeback, and what becomes of it if
 * the scheme says that it is pinned:
 *
 *   lock ─ [test] ─ page_mkclean ─ [test] ─ TestClearPageDirty ─ set PG_writeback ─ [test] ─ unlock
 *
 * `--test-at` says which of the three it is. The device then has the bytes; they are held against
 * the page once more when it is done.
 */
import {
  CPU_SUBMITTED, PAGE_FLAGS, PAGE_REFCOUNT, PARAM_POLICY_BACKGROUND, PARAM_POLICY_FSYNC,
  PARAM_STABLE_PAGES, PARAM_TEST_AT, PARAM_VARIANT,
} from "../shared/layout.ts";
import {
  BUG_CHANGED_UNDER_WRITEBACK, DROP_T1, DROP_T2, DROP_T3, MAYBE_PINNED, NR_WRITTEN, PG_DIRTY,
  POLICY_BOUNCE, POLICY_IGNORE, POLICY_SKIP, TEST_AFTER_MKCLEAN, TEST_AFTER_SET_WRITEBACK,
  TEST_BEFORE_MKCLEAN, WARN_STUCK, WARN_WRITE_WITHOUT_BUFFERS, WORK_BOUNCED, WORK_SKIPPED,
  WORK_STUCK, WORK_WAITED,
} from "../shared/codes.ts";
import { awaitChange32, loadAcquire32, smpWmb } from "../memory/cell";
import { pageToPfn } from "../memory/page";
import { quietLoad32, quietPoll32, quietStore32 } from "../memory/quiet";
import { unlockPage } from "../mm/page_lock";
import { recordFault } from "../observe/faults";
import { testPinned } from "../observe/verdict";
import { pageMaybeDmaPinned } from "../pins/scheme";
import { countVmstat, countWork } from "../observe/vmstat";
import { contentWord, diskWord, pageIndex } from "./address_space";
import { hasBuffers, setPageDirty } from "./dirty";
import { pageMkclean, testClearPageDirty } from "./mkclean";
import { endPageWriteback, setPageWriteback } from "./page_writeback";

/** What became of the page; it is unlocked. */
export const WRITE_SUBMITTED: u32 = 0;
/** A copy is on its way; the page stays dirty. */
export const WRITE_BOUNCED: u32 = 1;
/** Left dirty. */
export const WRITE_SKIPPED: u32 = 2;
/** Clean, or no longer the file's: nothing to do. */
export const WRITE_NOT_NEEDED: u32 = 3;
/** To be waited for, then tried again from the lock on. */
export const WRITE_PINNED: u32 = 4;

/** A pin that outlives this is held for long: waiting for it is the verdict "stuck". */
const STUCK_NS: f64 = 100000000;

const GOES_ON: u32 = 255;

/** What is done with a pinned page: in the background, or (`sync`, WB_SYNC_ALL) by an fsync. */
export function policyOf(sync: bool): u32 {
  return quietLoad32(sync ? PARAM_POLICY_FSYNC : PARAM_POLICY_BACKGROUND);
}

/**
 * Takes the locked page of the file through all of it. With WRITE_SUBMITTED and WRITE_BOUNCED the
 * caller owns the writeback and ends it by completeWrite().
 */
export function writePage(
  cpu: usize, file: usize, page: usize, policy: u32, timed: bool,
): u32 {
  const testAt = quietLoad32(PARAM_TEST_AT);
  const variant = quietLoad32(PARAM_VARIANT);
  if (!(loadAcquire32(page + PAGE_FLAGS) & PG_DIRTY)) return leave(cpu, page, WRITE_NOT_NEEDED);
  let verdict = GOES_ON;
  if (testAt == TEST_BEFORE_MKCLEAN) verdict = ask(cpu, page, policy);
  if (verdict == GOES_ON || verdict == WRITE_BOUNCED) {
    pageMkclean(cpu, page, timed);
    if (testAt == TEST_AFTER_MKCLEAN) verdict = ask(cpu, page, policy);
  }
  if (verdict == WRITE_SKIPPED || verdict == WRITE_PINNED) return leave(cpu, page, verdict);
  if (!hasBuffers(page)) return refuseWithoutBuffers(cpu, file, page);
  // A page that is bounced never becomes clean.
  if (verdict == GOES_ON) testClearPageDirty(page);
  // T1 TestSetPageWriteback
  if (!(variant & DROP_T1)) setPageWriteback(cpu, file, page);
  if (testAt == TEST_AFTER_SET_WRITEBACK) {
    // T2 wmb
    if (!(variant & DROP_T2)) smpWmb(cpu);
    // T3 use_bounce = PagePin
    if (!(variant & DROP_T3)) verdict = ask(cpu, page, policy);
    if (variant & DROP_T1) setPageWriteback(cpu, file, page);
    if (verdict != GOES_ON) setPageDirty(cpu, page);
    if (verdict == WRITE_SKIPPED || verdict == WRITE_PINNED) {
      endPageWriteback(cpu, file, page);
      return leave(cpu, page, verdict);
    }
  }
  // What the device fetches, before anybody else can have the page.
  quietStore32(cpu + CPU_SUBMITTED, quietPoll32(contentWord(page)));
  return leave(cpu, page, verdict == WRITE_BOUNCED ? WRITE_BOUNCED : WRITE_SUBMITTED);
}

function leave(cpu: usize, page: usize, result: u32): u32 {
  unlockPage(cpu, page);
  return result;
}

/** Is the page pinned, as far as the scheme knows, and what then: a WRITE_*, or GOES_ON. */
function ask(cpu: usize, page: usize, policy: u32): u32 {
  if (policy == POLICY_IGNORE) return GOES_ON;
  if (testPinned(cpu, page) != MAYBE_PINNED) return GOES_ON;
  if (policy == POLICY_SKIP) {
    countWork(cpu, WORK_SKIPPED, 1);
    return WRITE_SKIPPED;
  }
  if (policy == POLICY_BOUNCE) {
    countWork(cpu, WORK_BOUNCED, 1);
    return WRITE_BOUNCED;
  }
  return WRITE_PINNED;
}

/**
 * Policy wait, the page lock dropped: until the page's references are no longer as many as they
 * were before it was asked for. False: the pin outlives all patience, the page is left dirty. A pin
 * that came after they were read and went before the wait leaves them as many: whoever has lost
 * patience asks once more.
 */
export function waitForUnpin(cpu: usize, page: usize, references: u32): bool {
  countWork(cpu, WORK_WAITED, 1);
  if (awaitChange32(page + PAGE_REFCOUNT, references, STUCK_NS)) return true;
  if (pageMaybeDmaPinned(page) != MAYBE_PINNED) return true;
  isStuck(cpu, page);
  return false;
}

/** The verdict "stuck": writeback has waited for all that it may. */
export function isStuck(cpu: usize, page: usize): void {
  countWork(cpu, WORK_STUCK, 1);
  recordFault(cpu, WARN_STUCK, pageToPfn(page), pageIndex(page), 0);
}

/**
 * A dirty page without buffers. In 2018 a BUG; as ext4 since 5.18 the page is made clean and never
 * written, so that the machine goes on and what was lost is found in the end.
 */
function refuseWithoutBuffers(cpu: usize, file: usize, page: usize): u32 {
  recordFault(cpu, WARN_WRITE_WITHOUT_BUFFERS, pageToPfn(page), pageIndex(page), 0);
  testClearPageDirty(page);
  // Takes the dirty tag along.
  setPageWriteback(cpu, file, page);
  endPageWriteback(cpu, file, page);
  return leave(cpu, page, WRITE_NOT_NEEDED);
}

/** What the device has fetched of the page that this CPU has submitted last. */
@inline
export function submittedContent(cpu: usize): u32 {
  return quietLoad32(cpu + CPU_SUBMITTED);
}

/** The device is done: the disk has `content`, and the page must not have become another. */
export function completeWrite(
  cpu: usize, file: usize, page: usize, content: u32, bounced: bool,
): void {
  const index = pageIndex(page);
  const now = quietPoll32(contentWord(page));
  if (now != content && !bounced && quietLoad32(PARAM_STABLE_PAGES)) {
    recordFault(cpu, BUG_CHANGED_UNDER_WRITEBACK, pageToPfn(page), index, now);
  }
  // Truncation waits for writeback: the page is still the file's.
  quietStore32(diskWord(file, index), content);
  countVmstat(cpu, NR_WRITTEN, 1);
  endPageWriteback(cpu, file, page);
}
