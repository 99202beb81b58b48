/* The loop: assembly/patterns/gup_test.ts and the shadow ledger in C. */
#ifndef GUP_TEST_H
#define GUP_TEST_H

#include "gup.h"

static void ledger_count(ARENA, addr cpu, addr pages, u32 count, u32 flags, u32 delta) {
  const addr column =
      quiet_load32(arena, cpu + CPU_LEDGER) + (flags & FOLL_WRITE ? LEDGER_WRITE : LEDGER_READ);
  const addr end = pages + ((addr)count << 2);
  for (addr at = pages; at < end; at += 4) {
    const addr page = quiet_load32(arena, at);
    quiet_add32(arena, column + (page >> (PAGE_STRUCT_SHIFT - LEDGER_SHIFT)), delta);
  }
}

INLINE u32 random32(ARENA, addr actor) {
  const u64 state = quiet_load64(arena, actor + ACTOR_PRNG) + 0x9e3779b97f4a7c15;
  quiet_store64(arena, actor + ACTOR_PRNG, state);
  u64 z = (state ^ (state >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return (u32)((z ^ (z >> 31)) >> 32);
}

INLINE u32 next_vpn(ARENA, addr actor, u32 run) {
  const u32 base = quiet_load32(arena, actor + ACTOR_BUFFER_VPN);
  const u32 walk = quiet_load32(arena, actor + ACTOR_WALK);
  if (walk == WALK_HOT) return base;
  const u32 runs = quiet_load32(arena, actor + ACTOR_BUFFER_PAGES) / run;
  if (walk == WALK_RANDOM) {
    return base + (u32)(((u64)random32(arena, actor) * runs) >> 32) * run;
  }
  const u32 at = quiet_load32(arena, actor + ACTOR_CURSOR);
  quiet_store32(arena, actor + ACTOR_CURSOR, at + 1 == runs ? 0 : at + 1);
  return base + at * run;
}

INLINE addr array_of(ARENA, addr actor, u32 call, u32 run) {
  return quiet_load32(arena, actor + ACTOR_PAGES) + ((addr)(call * run) << 2);
}

INLINE void count_ops(ARENA, addr cpu, u32 op, u32 count) {
  quiet_add64(arena, cpu + CPU_OPSTATS + op * OPSTAT_BYTES + OPSTAT_COUNT, count);
}

static void pin_round(ARENA, addr cpu, addr actor, u32 run) {
  const addr mm = quiet_load32(arena, actor + ACTOR_MM);
  for (u32 call = 0; call < GUP_TEST_CALLS; call++) {
    const u32 vpn = next_vpn(arena, actor, run);
    const addr into = array_of(arena, actor, call, run);
    store_relaxed32(arena, cpu + CPU_BUSY, 1);
    const i32 got = pin_user_pages_fast(arena, cpu, mm, vpn, run, FOLL_WRITE, into);
    if (got > 0) ledger_count(arena, cpu, into, (u32)got, FOLL_WRITE, 1);
    store_relaxed32(arena, cpu + CPU_BUSY, 0);
    if ((u32)got != run) not_twinned("a call got fewer pages than it asked for");
  }
  count_ops(arena, cpu, OP_PIN_FAST, GUP_TEST_CALLS);
}

static void unpin_round(ARENA, addr cpu, addr actor, u32 run) {
  for (u32 call = 0; call < GUP_TEST_CALLS; call++) {
    const addr pages = array_of(arena, actor, call, run);
    store_relaxed32(arena, cpu + CPU_BUSY, 1);
    ledger_count(arena, cpu, pages, run, FOLL_WRITE, -1u);
    unpin_user_pages(arena, cpu, pages, run);
    store_relaxed32(arena, cpu + CPU_BUSY, 0);
  }
  count_ops(arena, cpu, OP_UNPIN, GUP_TEST_CALLS);
}

/* Runs for about `budget` calls, as runGupTest() does; nothing is timed from inside. */
static void run_gup_test(ARENA, addr cpu, u32 budget) {
  const addr actor = cpu + CPU_ACTOR;
  const u32 run = quiet_load32(arena, actor + ACTOR_PAGES_PER_CALL);
  for (u32 made = 0; made < budget; made += GUP_TEST_CALLS) {
    if (load_acquire32(arena, CONTROL_STOP)) break;
    if (quiet_load32(arena, actor + ACTOR_SAMPLE)) not_twinned("the actor samples latencies");
    pin_round(arena, cpu, actor, run);
    unpin_round(arena, cpu, actor, run);
    quiet_add32(arena, actor + ACTOR_COUNTDOWN, -GUP_TEST_CALLS);
    quiet_add64(arena, cpu + CPU_OPS, GUP_TEST_CALLS);
  }
}

#endif
