/*
 * The race pin-vs-mkclean (src/executors/check/races/pin_vs_mkclean.ts) of the scheme `bias`,
 * retold by hand: a step for each access to memory that both CPUs touch. The comments name the
 * functions of the core that are retold.
 *
 * Left out is what only one of the two touches (mmap_lock, i_mmap, the reverse map's VMAs, upper
 * page tables, counters), looks that always see the same (the page's file, its buffers), bits that
 * nobody looks at (PG_referenced), and how those who wait for a lock sleep and are woken: they go
 * on when it is free.
 *
 * -DTEST_AT=BEFORE_MKCLEAN | AFTER_MKCLEAN | AFTER_SET_WRITEBACK
 * -DRECHECK=NONE | BEFORE_LOCK
 * -DTLB=IPI | BROADCAST
 */

#define BEFORE_MKCLEAN 1
#define AFTER_MKCLEAN 2
#define AFTER_SET_WRITEBACK 3
#define NONE 1
#define BEFORE_LOCK 2
#define IPI 1
#define BROADCAST 2

/* GUP_PIN_COUNTING_BIAS */
#define BIAS 1024
/* Of the page cache, of the buffers, of the mapping. */
#define USUAL_REFERENCES 3

/* The page-table entry, shared and writable once it was written to; RW stands for RW and DIRTY. */
#define ABSENT 0
#define READ_ONLY 1
#define RW 2
byte pte = RW;
bool pte_lock;

/* struct page: _refcount, and of its flags each by itself. */
short refcount = USUAL_REFERENCES;
bool page_locked, page_dirty = true, page_writeback;

/* The file's i_pages lock, and what it guards: the dirty tag. */
bool file_lock;
bool tag_dirty = true;

bool irq_off; /* CPU_IRQ_OFF of the CPU that pins */

/* Generations: what the page holds, and what the disk has of it. */
bit content, disk;

/* The laboratory's own: the ledger, and the monitor of verdict-stable. */
bool held, asked, pinned_late, submitted;
byte ended; /* CPUs that have done all that they had to do */

#define LOCK(word) atomic { !word; word = true }
#define UNLOCK(word) word = false

/* try_get_folio(), get_page_unless_zero(): again and again until the compare-and-swap succeeds. */
inline get_unless_zero(references) {
  seen = refcount;
  do
  :: atomic { refcount == seen -> refcount = refcount + references; break }
  :: atomic { refcount != seen -> seen = refcount }
  od
}

/* setPageDirty(): was_clean says what it found. */
inline set_page_dirty() {
  atomic { was_clean = !page_dirty; page_dirty = true };
  if :: was_clean -> LOCK(file_lock); tag_dirty = true; UNLOCK(file_lock) :: else fi
}

/*
 * The monitor hears of a pin with gup's last access. verdict-stable: from the test to the end of
 * the writeback that it allowed nobody acquires one (WritebackMonitor.pinned()).
 */
inline acquired() {
  held = true;
  assert(!submitted);
  pinned_late = asked
}

/* walkPtes(), grabCarefully(): the whole bias at once, then the second look at the entry. */
inline grab_with_bias() {
  entry = pte;
  if
  :: entry == RW ->
    seen = refcount;
    if
    :: atomic { refcount == seen -> refcount = refcount + BIAS; got = true }
    :: atomic { refcount != seen -> skip }
    fi
  :: else
  fi;
  /* grabCarefully(): what the straight way did not get, once more. */
  if
  :: got
  :: else ->
    entry = pte;
    if :: entry == RW -> get_unless_zero(BIAS); got = true :: else fi
  fi;
  /* undo() */
  if :: got && pte != entry -> refcount = refcount - BIAS; got = false :: else fi
}

/* pinSynced() with --recheck none: a plain reference, the rest by raise(), no second look. */
inline grab_and_raise() {
  entry = pte;
  if :: entry == RW -> get_unless_zero(1); refcount = refcount + BIAS - 1; got = true :: else fi
}

/* gupFast(): interrupts are off around the walk (fastWith()). */
inline gup_fast() {
  irq_off = true;
#if RECHECK == NONE
  grab_and_raise();
#else
  grab_with_bias();
#endif
  if
  :: got -> atomic { irq_off = false; acquired() }
  :: else -> irq_off = false
  fi
}

/* followPage(): under the lock of the table nobody can clean the entry. */
inline follow_page() {
  LOCK(pte_lock);
  entry = pte;
  if
  :: entry == RW ->
#if RECHECK == NONE
    refcount = refcount + 1;
    refcount = refcount + BIAS - 1;
#else
    refcount = refcount + BIAS;
#endif
    atomic { UNLOCK(pte_lock); got = true; acquired() }
  :: else -> UNLOCK(pte_lock)
  fi
}

/*
 * handleMmFault(), faultWriteProtected(), faultWriteShared(): page_mkwrite() under the page lock,
 * then the entry. It is never absent here: it was seen read-only under its lock, and stays cleaned.
 */
inline handle_mm_fault() {
  entry = pte;
  assert(entry != ABSENT);
  entry = pte;
  get_unless_zero(1);
  LOCK(page_locked);
  /* prepareWrite(): wait_for_stable_page() */
  !page_writeback;
  set_page_dirty();
  /* upgradeEntry(): if it still is what was seen. */
  LOCK(pte_lock);
  if :: pte == entry -> pte = RW :: else fi;
  UNLOCK(pte_lock);
  UNLOCK(page_locked);
  refcount = refcount - 1
}

/* unpin_user_pages_dirty_lock(): dirtyFolio(), then the pin's references. */
inline unpin_dirty_lock() {
  held = false;
  if
  :: page_dirty
  :: else ->
    LOCK(page_locked);
    set_page_dirty();
    /* setPageDirtyUnasked(): no-dirty-without-mkwrite */
    assert(!was_clean);
    UNLOCK(page_locked)
  fi;
  atomic { refcount = refcount - BIAS; ended++ }
}

/* writeByDma() (operations.ts): pins the page, lets the device write, gives it back dirty. */
active proctype direct_io() {
  byte entry;
  short seen;
  bool got, was_clean;

  gup_fast();
  /* gupSlow(): follows the page, and faults it in until it can. */
  do
  :: got -> break
  :: else ->
    follow_page();
    if :: got :: else -> handle_mm_fault() fi
  od;
  /* dmaToFile() */
  content = 1;
  unpin_dirty_lock()
}

/* testPinned(): the scheme is asked between two looks at the ledger. no-false-negative */
inline ask() {
  was_held = held;
  atomic { is_pinned = refcount >= BIAS; asked = true; assert(is_pinned || !(was_held && held)) }
}

inline ask_or_leave() {
  ask();
  if :: is_pinned -> goto leave :: else fi
}

/* mkclean(), visit(): the entry is cleared, flushed and set again without its right to write. */
inline page_mkclean() {
  LOCK(pte_lock);
  if
  :: pte == RW ->
    pte = ABSENT;
#if TLB == IPI
    !irq_off; /* awaitWalkers() */
#endif
    pte = READ_ONLY;
    UNLOCK(pte_lock);
    set_page_dirty()
  :: else -> UNLOCK(pte_lock)
  fi
}

/* setPageWriteback() */
inline set_page_writeback() {
  LOCK(file_lock);
  atomic { was_clean = !page_dirty; page_writeback = true };
  if :: was_clean -> tag_dirty = false :: else fi;
  UNLOCK(file_lock)
}

/* endPageWriteback() */
inline end_page_writeback() {
  LOCK(file_lock);
  atomic { page_writeback = false; submitted = false };
  UNLOCK(file_lock)
}

/* writePage() with the policy `skip`: a page that is pinned stays dirty. */
inline write_page() {
  if :: !page_dirty -> goto leave :: else fi;
#if TEST_AT == BEFORE_MKCLEAN
  ask_or_leave();
#endif
  page_mkclean();
#if TEST_AT == AFTER_MKCLEAN
  ask_or_leave();
#endif
  /* testClearPageDirty() */
  page_dirty = false;
  set_page_writeback();
#if TEST_AT == AFTER_SET_WRITEBACK
  ask();
  if :: is_pinned -> set_page_dirty(); end_page_writeback(); goto leave :: else fi
#endif
}

/* completeWrite(): stable-under-writeback, then the disk has what was submitted. */
inline complete_write() {
  atomic { assert(content == fetched); disk = fetched };
  end_page_writeback()
}

/* writeBack() (write_page.ts): submitOnePage(), completeOnePage(). */
active proctype writeback() {
  short seen;
  bool was_clean, was_held, is_pinned;
  bit fetched;

  /* findGetPage() */
  get_unless_zero(1);
  LOCK(page_locked);
  write_page();
  /* With its last access the device has the bytes, and the monitor hears of it. */
  atomic {
    UNLOCK(page_locked); fetched = content;
    assert(!pinned_late); asked = false; submitted = true
  };
  complete_write();
  goto put;
leave:
  UNLOCK(page_locked);
put:
  atomic { refcount = refcount - 1; ended++ }
}

/* RaceJudge.atEnd(): when both have ended the machine is taken down, and every count looked at. */
active proctype judge() {
  atomic {
    ended == 2;
    /* conserved-refcount */
    assert(refcount == USUAL_REFERENCES);
    /* try_to_unmap(): a dirty entry makes the page dirty. */
    if :: pte == RW && !page_dirty -> page_dirty = true; tag_dirty = true :: else fi;
    /* lastSync() finds the page by its tag. */
    if :: tag_dirty && page_dirty -> page_dirty = false; disk = content :: else fi;
    /* checkFiles(), checkNothingLost(): no-lost-dma-write */
    assert(!page_dirty);
    assert(disk == content)
  }
}
