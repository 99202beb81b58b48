/*
 * The shared memory of the emulated machine as C sees it: one arena, every address an offset from
 * its start, as in the wasm core. Orders are cell.ts's: relaxed is a plain access that the compiler
 * may not cache, everything stronger is an atomic instruction.
 */
#ifndef ARENA_H
#define ARENA_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

typedef uint32_t u32;
typedef uint64_t u64;
typedef int32_t i32;
/* An address in the arena; 64 bits, so that gcc needs no widening. */
typedef u64 addr;

typedef u32 __attribute__((may_alias)) word;
typedef u64 __attribute__((may_alias)) longword;

#define WORD(address) ((word *)(arena + (address)))
#define LONG(address) ((longword *)(arena + (address)))

/* Where the twin's copy of the machine lies; set once, read-only afterwards. */
#define ARENA char *const arena

#define INLINE static inline __attribute__((always_inline))

/* ---- the machine ---------------------------------------------------------------------------- */

INLINE u32 load_relaxed32(ARENA, addr a) { return __atomic_load_n(WORD(a), __ATOMIC_RELAXED); }
INLINE u64 load_relaxed64(ARENA, addr a) { return __atomic_load_n(LONG(a), __ATOMIC_RELAXED); }
INLINE u32 load_acquire32(ARENA, addr a) { return __atomic_load_n(WORD(a), __ATOMIC_SEQ_CST); }
INLINE u64 load_acquire64(ARENA, addr a) { return __atomic_load_n(LONG(a), __ATOMIC_SEQ_CST); }

INLINE void store_relaxed32(ARENA, addr a, u32 value) {
  __atomic_store_n(WORD(a), value, __ATOMIC_RELAXED);
}
/* xchg: later loads may not overtake it. */
INLINE void store_full32(ARENA, addr a, u32 value) {
  __atomic_store_n(WORD(a), value, __ATOMIC_SEQ_CST);
}

INLINE u32 fetch_sub32(ARENA, addr a, u32 delta) {
  return __atomic_fetch_sub(WORD(a), delta, __ATOMIC_SEQ_CST);
}
INLINE void add_void32(ARENA, addr a, u32 delta) {
  (void)__atomic_fetch_add(WORD(a), delta, __ATOMIC_RELAXED);
}
INLINE void or_void32(ARENA, addr a, u32 bits) {
  (void)__atomic_fetch_or(WORD(a), bits, __ATOMIC_RELAXED);
}
INLINE int compare_exchange32(ARENA, addr a, u32 *expected, u32 value) {
  return __atomic_compare_exchange_n(WORD(a), expected, value, 0, __ATOMIC_SEQ_CST,
                                     __ATOMIC_SEQ_CST);
}

/* ---- bookkeeping: plain accesses ------------------------------------------------------------ */

INLINE u32 quiet_load32(ARENA, addr a) { return *WORD(a); }
INLINE u64 quiet_load64(ARENA, addr a) { return *LONG(a); }
INLINE void quiet_store32(ARENA, addr a, u32 value) { *WORD(a) = value; }
INLINE void quiet_store64(ARENA, addr a, u64 value) { *LONG(a) = value; }
INLINE void quiet_add32(ARENA, addr a, u32 delta) { *WORD(a) += delta; }
INLINE void quiet_add64(ARENA, addr a, u64 delta) { *LONG(a) += delta; }

INLINE void count_vmstat(ARENA, addr cpu, u32 counter, u64 pages) {
  quiet_add64(arena, cpu + CPU_VMSTAT + counter * 8, pages);
}

/* What the benchmark never does and the twin therefore leaves out: slow path, faults, freeing. */
static __attribute__((noinline, cold, noreturn)) void not_twinned(const char *what) {
  fprintf(stderr, "twin: the run has left the path that both sides do: %s\n", what);
  exit(1);
}

#endif
