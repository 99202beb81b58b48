/**
 * Long-term registrations: each slot's buffer pinned once and used by every I/O. io_uring pins an
 * iovec in one call; ib_umem_get() in batches of 512, because its list of pages is one page long.
 */
import {
  ACTOR_IODEPTH, ACTOR_LIFETIME_NS, ACTOR_MM, ACTOR_PATTERN, ACTOR_REGION_UNTIL, ACTOR_REGISTERED,
  ACTOR_BUFFER_BYTES, SLOT_PAGES, SLOT_REGISTERED,
} from "../shared/actor_layout.ts";
import { MM_LOCKED_VM, MM_PINNED_VM } from "../shared/layout.ts";
import {
  EFAULT, FOLL_LONGTERM, FOLL_WRITE, OP_MR_DEREG, OP_MR_REG, OP_PIN_FAST, OP_UNPIN, PATTERN_RDMA_MR,
} from "../shared/codes.ts";
import { addVoid32, clockNs, subVoid32 } from "../memory/cell";
import { quietLoad32, quietLoadF64, quietStore32, quietStoreF64 } from "../memory/quiet";
import { isLongtermFast } from "../gup/api";
import { countOps, recordLatency } from "../observe/latency";
import { traceOp } from "../observe/trace";
import { drainIo, fail, runIo } from "./io_loop";
import { pinLongterm, unpin } from "./pinning";
import { bufferVpn, pagesSpanned, slotAt } from "./slots";

const UMEM_BATCH: u32 = 512;
const FLAGS: u32 = FOLL_WRITE | FOLL_LONGTERM;

/** Registers every buffer; a negative errno if one fails (what was registered stays so). */
export function registerAll(cpu: usize, actor: usize): i32 {
  const depth = quietLoad32(actor + ACTOR_IODEPTH);
  const isMr = quietLoad32(actor + ACTOR_PATTERN) == PATTERN_RDMA_MR;
  quietStore32(actor + ACTOR_REGISTERED, 1);
  for (let i: u32 = 0; i < depth; i++) {
    const begin = clockNs();
    const error = registerSlot(cpu, actor, i, isMr);
    if (error) return error;
    if (isMr) {
      recordLatency(cpu, OP_MR_REG, clockNs() - begin);
      countOps(cpu, OP_MR_REG, 1);
      if (isDefined(RECORDED)) traceOp(cpu, OP_MR_REG, begin, 0, 0, FLAGS, 0);
    } else if (isLongtermFast()) recordLatency(cpu, OP_PIN_FAST, clockNs() - begin);
  }
  quietStoreF64(actor + ACTOR_REGION_UNTIL, clockNs() + quietLoadF64(actor + ACTOR_LIFETIME_NS));
  return 0;
}

function registerSlot(cpu: usize, actor: usize, index: u32, isMr: bool): i32 {
  const slot = slotAt(actor, index);
  const mm = <usize>quietLoad32(actor + ACTOR_MM);
  const total = pagesSpanned(actor, index, quietLoad32(actor + ACTOR_BUFFER_BYTES));
  const batch = isMr ? UMEM_BATCH : total;
  const vpn = bufferVpn(actor, index);
  let done: u32 = 0;
  while (done < total) {
    const want = min(total - done, batch);
    const into = slot + SLOT_PAGES + (<usize>done << 2);
    const got = pinLongterm(cpu, mm, vpn + done, want, FLAGS, into);
    if (isLongtermFast()) countOps(cpu, OP_PIN_FAST, 1);
    if (got <= 0) return got ? got : -EFAULT;
    done += <u32>got;
    quietStore32(slot + SLOT_REGISTERED, done);
    addVoid32(mm + (isMr ? MM_PINNED_VM : MM_LOCKED_VM), <u32>got);
  }
  return 0;
}

/** Gives every registration back; ib_umem_release() dirties what the device may have written. */
export function deregisterAll(cpu: usize, actor: usize): void {
  if (!quietLoad32(actor + ACTOR_REGISTERED)) return;
  quietStore32(actor + ACTOR_REGISTERED, 0);
  const depth = quietLoad32(actor + ACTOR_IODEPTH);
  const isMr = quietLoad32(actor + ACTOR_PATTERN) == PATTERN_RDMA_MR;
  const mm = <usize>quietLoad32(actor + ACTOR_MM);
  for (let i: u32 = 0; i < depth; i++) {
    const slot = slotAt(actor, i);
    const held = quietLoad32(slot + SLOT_REGISTERED);
    if (!held) continue;
    const begin = clockNs();
    unpin(cpu, slot + SLOT_PAGES, held, FLAGS, isMr);
    recordLatency(cpu, isMr ? OP_MR_DEREG : OP_UNPIN, clockNs() - begin);
    countOps(cpu, isMr ? OP_MR_DEREG : OP_UNPIN, 1);
    if (isDefined(RECORDED)) {
      if (isMr) traceOp(cpu, OP_MR_DEREG, begin, 0, held, FLAGS, <i32>held);
    }
    quietStore32(slot + SLOT_REGISTERED, 0);
    subVoid32(mm + (isMr ? MM_PINNED_VM : MM_LOCKED_VM), held);
  }
}

/** I/O on registered memory; with a lifetime the regions are made anew whenever it has passed. */
export function runRegistered(cpu: usize, actor: usize, budget: u32): u32 {
  const lifetime = quietLoadF64(actor + ACTOR_LIFETIME_NS);
  if (lifetime > 0 && clockNs() >= quietLoadF64(actor + ACTOR_REGION_UNTIL)) {
    drainIo(cpu, actor);
    deregisterAll(cpu, actor);
    const error = registerAll(cpu, actor);
    if (error) return fail(actor, error);
  }
  return runIo(cpu, actor, budget);
}
