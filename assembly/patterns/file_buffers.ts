/**
 * Buffers that are pages of a file (fio's mem=mmapshared:FILE): the device writes to them while the
 * I/O is in flight, at a time of its own, and completing a read makes them dirty.
 */
import {
  ACTOR_BUFFER_FILE, ACTOR_IODEPTH, SLOT_BUSY, SLOT_DMA_NS, SLOT_DUE_NS, SLOT_GENERATION,
  SLOT_IS_READ, SLOT_PAGES,
} from "../shared/actor_layout.ts";
import { PARAM_SERVICE } from "../shared/layout.ts";
import { clockNs } from "../memory/cell";
import { quietLoad32, quietLoadF64, quietStore32, quietStoreF64 } from "../memory/quiet";
import { dmaToFile } from "../device/dma";
import { markCompleted } from "../filemap/durability";
import { setPagesDirtyLock } from "../gup/unpin";
import { random32 } from "./random";
import { ioPages, slotAt } from "./slots";

export const DMA_AT_THE_END: f64 = Infinity;
const DMA_DONE: f64 = 0;
const U32_RANGE: f64 = 4294967296;

/** The file of the actor's buffers; 0: anonymous memory. */
@inline
export function bufferFile(actor: usize): usize {
  return quietLoad32(actor + ACTOR_BUFFER_FILE);
}

/** The device will write at any time before the I/O is due. */
export function scheduleDma(actor: usize, slot: usize, now: f64): void {
  const flight = quietLoadF64(slot + SLOT_DUE_NS) - now;
  quietStoreF64(slot + SLOT_DMA_NS, now + (flight * <f64>random32(actor)) / U32_RANGE);
}

/** The device's writes whose time has come, of I/Os that are still in flight. */
export function runDueDma(cpu: usize, actor: usize, file: usize): void {
  if (!quietLoad32(PARAM_SERVICE)) return;
  const depth = quietLoad32(actor + ACTOR_IODEPTH);
  const now = clockNs();
  for (let i: u32 = 0; i < depth; i++) {
    const slot = slotAt(actor, i);
    if (!quietLoad32(slot + SLOT_BUSY) || !quietLoad32(slot + SLOT_IS_READ)) continue;
    const at = quietLoadF64(slot + SLOT_DMA_NS);
    if (at != DMA_DONE && at <= now) writeOnce(cpu, actor, file, slot);
  }
}

function writeOnce(cpu: usize, actor: usize, file: usize, slot: usize): void {
  const before = dmaToFile(cpu, file, slot + SLOT_PAGES, ioPages(actor, slot));
  quietStore32(slot + SLOT_GENERATION, before);
  quietStoreF64(slot + SLOT_DMA_NS, DMA_DONE);
}

/**
 * The I/O is complete: what it has pinned becomes dirty (bio_set_pages_dirty()), what a
 * registration holds does not before it ends; from now on an fsync must bring the data to the disk.
 */
export function endFileRead(
  cpu: usize, actor: usize, file: usize, slot: usize, pinned: bool,
): void {
  if (quietLoadF64(slot + SLOT_DMA_NS) != DMA_DONE) writeOnce(cpu, actor, file, slot);
  const count = ioPages(actor, slot);
  const pages = slot + SLOT_PAGES;
  if (pinned) setPagesDirtyLock(cpu, pages, count);
  const before = quietLoad32(slot + SLOT_GENERATION);
  for (let i: u32 = 0; i < count; i++) {
    markCompleted(file, quietLoad32(pages + (<usize>i << 2)), before + 1 + i);
  }
}
