/**
 * An actor's life: SETUP maps its memory (and registers it), RUN works for a budget and returns,
 * DRAIN gives every pin back, RESUME registers again what was registered, EXIT leaves the address
 * space. The host sends the commands; the same entry serves every executor.
 */
import {
  ACTOR_COMMAND, ACTOR_ERROR, ACTOR_PASSES, ACTOR_PATTERN, ACTOR_SLOTS,
} from "../shared/actor_layout.ts";
import { CPU_ACTOR } from "../shared/layout.ts";
import {
  COMMAND_DRAIN, COMMAND_EXIT, COMMAND_RESUME, COMMAND_RUN, COMMAND_SETUP, MUST_PATTERN,
  PATTERN_BUFFERED_IO, PATTERN_DIRECT_IO, PATTERN_FIXED_BUFFERS, PATTERN_GUP_TEST, PATTERN_MAPPER,
  PATTERN_RDMA_MR, PATTERN_RECLAIM, PATTERN_TRUNCATE, PATTERN_WRITEBACK, PATTERN_XSK_UMEM,
  STATUS_DONE, STATUS_FAILED,
} from "../shared/codes.ts";
import { quietLoad32, quietStore32 } from "../memory/quiet";
import { must } from "../observe/faults";
import { freeBuffers, makeBuffers } from "./buffers";
import { drainPasses, runPasses } from "./gup_passes";
import { runGupTest } from "./gup_test";
import { drainIo, fail, runIo } from "./io_loop";
import { drainMapper, runMapper } from "./mapper";
import { runReclaim } from "./reclaim";
import { deregisterAll, registerAll, runRegistered } from "./regions";
import { resetSlots } from "./slots";
import { runTruncate } from "./truncating";
import { runWriteback } from "./writeback";
import { drainWrites } from "./writes";
import { deregisterUmem, registerUmem, runUmem } from "./xsk_umem";

/** STATUS_RUNNING: call again; STATUS_DONE; STATUS_FAILED: its errno is in ACTOR_ERROR. */
export function runActor(cpu: usize, budget: u32): u32 {
  const actor = cpu + CPU_ACTOR;
  const pattern = quietLoad32(actor + ACTOR_PATTERN);
  switch (quietLoad32(actor + ACTOR_COMMAND)) {
    case COMMAND_SETUP: return setUp(cpu, actor, pattern);
    case COMMAND_RUN: return runPattern(cpu, actor, pattern, budget);
    case COMMAND_DRAIN: return drain(cpu, actor, pattern, budget);
    case COMMAND_RESUME: return makeReady(cpu, actor, pattern);
    default: {
      must(cpu, quietLoad32(actor + ACTOR_COMMAND) == COMMAND_EXIT, MUST_PATTERN);
      freeBuffers(cpu, actor);
      return STATUS_DONE;
    }
  }
}

function setUp(cpu: usize, actor: usize, pattern: u32): u32 {
  quietStore32(actor + ACTOR_ERROR, 0);
  const error = makeBuffers(cpu, actor);
  return error ? fail(actor, error) : makeReady(cpu, actor, pattern);
}

/** All slots free, and registered what stays so: at the start, and after a drain. */
function makeReady(cpu: usize, actor: usize, pattern: u32): u32 {
  let error = 0;
  if (quietLoad32(actor + ACTOR_SLOTS)) resetSlots(actor);
  if (pattern == PATTERN_FIXED_BUFFERS || pattern == PATTERN_RDMA_MR) {
    error = registerAll(cpu, actor);
  } else if (pattern == PATTERN_XSK_UMEM) error = registerUmem(cpu, actor);
  return error ? fail(actor, error) : STATUS_DONE;
}

function runPattern(cpu: usize, actor: usize, pattern: u32, budget: u32): u32 {
  switch (pattern) {
    case PATTERN_DIRECT_IO:
    case PATTERN_BUFFERED_IO: return runIo(cpu, actor, budget);
    case PATTERN_FIXED_BUFFERS:
    case PATTERN_RDMA_MR: return runRegistered(cpu, actor, budget);
    case PATTERN_XSK_UMEM: return runUmem(cpu, actor, budget);
    case PATTERN_GUP_TEST: {
      if (quietLoad32(actor + ACTOR_PASSES)) return runPasses(cpu, actor, budget);
      return runGupTest(cpu, actor, budget);
    }
    case PATTERN_MAPPER: return runMapper(cpu, actor, budget);
    case PATTERN_WRITEBACK: return runWriteback(cpu, actor, budget);
    case PATTERN_RECLAIM: return runReclaim(cpu, actor, budget);
    case PATTERN_TRUNCATE: return runTruncate(cpu, actor, budget);
    default: {
      must(cpu, false, MUST_PATTERN);
      return STATUS_FAILED;
    }
  }
}

/** STATUS_RUNNING while there is more to give back. */
function drain(cpu: usize, actor: usize, pattern: u32, budget: u32): u32 {
  if (pattern == PATTERN_MAPPER) return drainMapper(cpu, actor, budget);
  if (pattern == PATTERN_WRITEBACK || pattern == PATTERN_RECLAIM) return drainWrites(cpu, actor);
  if (quietLoad32(actor + ACTOR_PASSES)) return drainPasses(cpu, actor, budget);
  if (quietLoad32(actor + ACTOR_SLOTS)) drainIo(cpu, actor);
  if (pattern == PATTERN_XSK_UMEM) deregisterUmem(cpu, actor);
  else deregisterAll(cpu, actor);
  return STATUS_DONE;
}
