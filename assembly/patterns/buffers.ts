/** An actor's memory: its address space joined, its buffers mapped and faulted in, and back. */
import {
  ACTOR_BUFFER_FILE, ACTOR_BUFFER_PAGES, ACTOR_BUFFER_VM, ACTOR_BUFFER_VPN, ACTOR_FOLIO_ORDER,
  ACTOR_JOINED, ACTOR_MM, ACTOR_PASSES, ACTOR_READ_SHARE,
} from "../shared/actor_layout.ts";
import { GUP_TEST_VPN, PASS_TOUCH } from "../shared/gup_test_layout.ts";
import { EEXIST, VM_MAYREAD, VM_MAYWRITE, VM_READ, VM_WRITE } from "../shared/codes.ts";
import { quietLoad32, quietStore32 } from "../memory/quiet";
import { joinMm, leaveMm, mmapRegion, munmapRegion, populate } from "../mm/mm";
import { READS_ONLY } from "./generator";

const READ_WRITE: u32 = VM_READ | VM_WRITE | VM_MAYREAD | VM_MAYWRITE;

/** 0 or a negative errno; what was done is undone by freeBuffers(). */
export function makeBuffers(cpu: usize, actor: usize): i32 {
  const mm = <usize>quietLoad32(actor + ACTOR_MM);
  let error = joinMm(cpu, mm);
  if (error) return error;
  quietStore32(actor + ACTOR_JOINED, 1);
  const pages = quietLoad32(actor + ACTOR_BUFFER_PAGES);
  if (!pages) return 0;
  const order = quietLoad32(actor + ACTOR_FOLIO_ORDER);
  const flags = READ_WRITE | quietLoad32(actor + ACTOR_BUFFER_VM);
  const file = <usize>quietLoad32(actor + ACTOR_BUFFER_FILE);
  const passes = <usize>quietLoad32(actor + ACTOR_PASSES);
  const vpn = mmapRegion(cpu, mm, passes ? GUP_TEST_VPN : 0, pages, flags, order, file, 0);
  if (passes && vpn == -EEXIST) {
    // Another actor has mapped it, and faults it in before anybody starts.
    quietStore32(actor + ACTOR_BUFFER_VPN, GUP_TEST_VPN);
    return 0;
  }
  if (vpn < 0) return vpn;
  quietStore32(actor + ACTOR_BUFFER_VPN, <u32>vpn);
  if (passes && !quietLoad32(passes + PASS_TOUCH)) return 0;
  // fio fills what it is to write. Pages of a file that it reads into are first touched by gup:
  // seen in the kernel's counters, where a refused registration pins one page or none.
  const readsOnly = quietLoad32(actor + ACTOR_READ_SHARE) == READS_ONLY;
  if (file && !passes && readsOnly) return 0;
  return populate(cpu, mm, <u32>vpn, pages);
}

export function freeBuffers(cpu: usize, actor: usize): void {
  if (!quietLoad32(actor + ACTOR_JOINED)) return;
  const mm = <usize>quietLoad32(actor + ACTOR_MM);
  const vpn = quietLoad32(actor + ACTOR_BUFFER_VPN);
  // A common buffer goes with its address space: others may still work on it.
  if (vpn && !quietLoad32(actor + ACTOR_PASSES)) {
    munmapRegion(cpu, mm, vpn, quietLoad32(actor + ACTOR_BUFFER_PAGES));
  }
  leaveMm(cpu, mm);
  quietStore32(actor + ACTOR_BUFFER_VPN, 0);
  quietStore32(actor + ACTOR_JOINED, 0);
}
