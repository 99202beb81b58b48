/** `buffered_io`: each I/O a page at a time through the page cache of the actor's file; no pins. */
import { ACTOR_FILE, SLOT_IS_READ, SLOT_LENGTH, SLOT_OFFSET } from "../shared/actor_layout.ts";
import { CPU_HEARTBEAT, PAGE_BYTES, PAGE_SHIFT } from "../shared/layout.ts";
import { FILE_INVALIDATE } from "../shared/file_layout.ts";
import { ENOMEM, OP_LOCK_WAIT } from "../shared/codes.ts";
import { quietAdd32, quietLoad32, quietLoad64 } from "../memory/quiet";
import { fileSize } from "../filemap/address_space";
import { readPage, writeToPage } from "../filemap/buffered";
import { readLock, readUnlock } from "../mm/rwlock";
import { freeSlotAt } from "./slots";

/** The I/Os of the `count` slots below `free`: 0, or -ENOMEM. */
export function doBuffered(cpu: usize, actor: usize, free: u32, count: u32): i32 {
  const file = <usize>quietLoad32(actor + ACTOR_FILE);
  if (!file) return 0;
  for (let i: u32 = 1; i <= count; i++) {
    const slot = <usize>quietLoad32(freeSlotAt(actor, free - i));
    if (!movePages(cpu, file, slot)) return -ENOMEM;
    quietAdd32(cpu + CPU_HEARTBEAT, 1);
  }
  return 0;
}

function movePages(cpu: usize, file: usize, slot: usize): bool {
  const isRead = quietLoad32(slot + SLOT_IS_READ) != 0;
  const first = quietLoad64(slot + SLOT_OFFSET);
  const behind = first + <u64>quietLoad32(slot + SLOT_LENGTH) + PAGE_BYTES - 1;
  for (let page = first >> PAGE_SHIFT; page < behind >> PAGE_SHIFT; page++) {
    // As faults do: truncation finds no I/O half way, and nobody meets the short file.
    readLock(cpu, file + FILE_INVALIDATE, OP_LOCK_WAIT);
    // What is modelled of a very large file may be less than the job's extent.
    const index = <u32>(page % <u64>fileSize(file));
    const done = isRead ? readPage(cpu, file, index) : writeToPage(cpu, file, index);
    readUnlock(cpu, file + FILE_INVALIDATE);
    if (!done) return false;
  }
  return true;
}
