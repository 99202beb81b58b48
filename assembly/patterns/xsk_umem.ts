/**
 * `xsk_umem`: AF_XDP. xdp_umem_reg() pins the whole umem in one pin_user_pages() call, slow path
 * and long-term, and charges it to locked_vm; then its frames go round without a pin: reads are
 * RX, which the device writes, writes are TX, which it reads.
 */
import {
  ACTOR_BUFFER_PAGES, ACTOR_BUFFER_VPN, ACTOR_LIFETIME_NS, ACTOR_MM, ACTOR_PAGES,
  ACTOR_REGION_UNTIL, ACTOR_REGISTERED,
} from "../shared/actor_layout.ts";
import { MM_LOCKED_VM } from "../shared/layout.ts";
import { ENOMEM, FOLL_LONGTERM, FOLL_WRITE, OP_MR_DEREG, OP_MR_REG } from "../shared/codes.ts";
import { addVoid32, clockNs, subVoid32 } from "../memory/cell";
import { quietLoad32, quietLoadF64, quietStore32, quietStoreF64 } from "../memory/quiet";
import { countOps, recordLatency } from "../observe/latency";
import { drainIo, fail, runIo } from "./io_loop";
import { pinSlow, unpin } from "./pinning";

const FLAGS: u32 = FOLL_WRITE | FOLL_LONGTERM;

/** 0 or a negative errno; a umem of which a part alone can be pinned is given back (-ENOMEM). */
export function registerUmem(cpu: usize, actor: usize): i32 {
  const mm = <usize>quietLoad32(actor + ACTOR_MM);
  const pages = quietLoad32(actor + ACTOR_BUFFER_PAGES);
  const array = <usize>quietLoad32(actor + ACTOR_PAGES);
  const begin = clockNs();
  const got = pinSlow(cpu, mm, quietLoad32(actor + ACTOR_BUFFER_VPN), pages, FLAGS, array);
  if (got != pages) {
    if (got > 0) unpin(cpu, array, <u32>got, FLAGS, true);
    return got < 0 ? got : -ENOMEM;
  }
  addVoid32(mm + MM_LOCKED_VM, pages);
  quietStore32(actor + ACTOR_REGISTERED, pages);
  const now = clockNs();
  recordLatency(cpu, OP_MR_REG, now - begin);
  countOps(cpu, OP_MR_REG, 1);
  quietStoreF64(actor + ACTOR_REGION_UNTIL, now + quietLoadF64(actor + ACTOR_LIFETIME_NS));
  return 0;
}

/** xdp_umem_unpin_pages(): every page dirtied, whoever wrote to it. */
export function deregisterUmem(cpu: usize, actor: usize): void {
  const pages = quietLoad32(actor + ACTOR_REGISTERED);
  if (!pages) return;
  quietStore32(actor + ACTOR_REGISTERED, 0);
  const begin = clockNs();
  unpin(cpu, quietLoad32(actor + ACTOR_PAGES), pages, FLAGS, true);
  recordLatency(cpu, OP_MR_DEREG, clockNs() - begin);
  countOps(cpu, OP_MR_DEREG, 1);
  subVoid32(<usize>quietLoad32(actor + ACTOR_MM) + MM_LOCKED_VM, pages);
}

/** Traffic; with a lifetime the socket is closed and opened anew whenever it has passed. */
export function runUmem(cpu: usize, actor: usize, budget: u32): u32 {
  const lifetime = quietLoadF64(actor + ACTOR_LIFETIME_NS);
  if (lifetime > 0 && clockNs() >= quietLoadF64(actor + ACTOR_REGION_UNTIL)) {
    drainIo(cpu, actor);
    deregisterUmem(cpu, actor);
    const error = registerUmem(cpu, actor);
    if (error) return fail(actor, error);
  }
  return runIo(cpu, actor, budget);
}
