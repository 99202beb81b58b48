import { FOLL_WRITE, VM_SHARED } from "../../../../assembly/shared/codes.ts";
import { LEDGER_BYTES, LEDGER_WRITE } from "../../../../assembly/shared/layout.ts";
import type { Call, Operation } from "../actor.ts";
import { READ_WRITE, type World } from "../world.ts";
import type { WritebackMonitor } from "./writeback_monitor.ts";

/** The operations that races are made of, each on a CPU of its own. */

const nothing = (): void => {};

/** `pinned` hears of the page. */
function pinCall(
  world: World,
  cpu: number,
  vpn: number,
  pinned: (page: number) => void = nothing,
): Call {
  const { core } = world;
  const [at, arena] = [world.cpu(cpu), world.arena(cpu)];
  return {
    words: "pin_user_pages_fast(FOLL_WRITE)",
    call: () => core.pinUserPagesFast(at, world.mm, vpn, 1, FOLL_WRITE, arena),
    after: (pages) => {
      if (pages <= 0) return "end";
      core.ledgerCount(at, arena, 1, FOLL_WRITE, 1);
      pinned(world.word(arena) >>> 0);
      return undefined;
    },
  };
}

/** The device stores a generation into the page's content. */
export function deviceCall(world: World, cpu: number): Call {
  return {
    words: "the device writes",
    before: nothing,
    call: () => world.core.deviceWrites(world.cpu(cpu), world.file, world.arena(cpu), 1),
  };
}

/** What gives the page back: the ledger first, then `release`. */
export function unpinCall(
  world: World,
  cpu: number,
  words: string,
  release: (cpu: number, pages: number, count: number) => void,
): Call {
  const [at, arena] = [world.cpu(cpu), world.arena(cpu)];
  return {
    words,
    before: () => world.core.ledgerCount(at, arena, 1, FOLL_WRITE, -1),
    call: () => {
      release(at, arena, 1);
      return 0;
    },
  };
}

const UNPIN_WORDS = "unpin_user_pages_dirty_lock()";

/** Pins one page for writing, lets the device write to it, and gives it back dirty. */
export function writeByDma(
  world: World,
  cpu: number,
  vpn: number,
  monitor?: WritebackMonitor,
): Operation {
  const unpin = unpinCall(world, cpu, UNPIN_WORDS, world.core.unpinUserPagesDirtyLock);
  return {
    words: "direct I/O reads into the page: pin, DMA, unpin dirty",
    calls: [
      pinCall(world, cpu, vpn, (page) => monitor?.pinned(page)),
      deviceCall(world, cpu),
      unpin,
    ],
  };
}

/** As above, of a page that was pinned before. */
export function writeAndUnpin(world: World, cpu: number): Operation {
  const unpin = unpinCall(world, cpu, UNPIN_WORDS, world.core.unpinUserPagesDirtyLock);
  return { words: "DMA into the pinned page, unpin dirty", calls: [deviceCall(world, cpu), unpin] };
}

/** Pins one page for writing and gives it back as it is. */
export function pinAndUnpin(
  world: World,
  cpu: number,
  vpn: number,
  pinned: (page: number) => void,
): Operation {
  const unpin = unpinCall(world, cpu, "unpin_user_pages()", world.core.unpinUserPages);
  return { words: "pin, unpin", calls: [pinCall(world, cpu, vpn, pinned), unpin] };
}

/** Takes a write pin of the page for the CPU, before the race begins. */
export function pinNow(world: World, cpu: number, vpn: number): void {
  const [at, arena] = [world.cpu(cpu), world.arena(cpu)];
  const pages = world.core.pinUserPagesFast(at, world.mm, vpn, 1, FOLL_WRITE, arena);
  if (pages !== 1) throw new Error(`the race's own pin was refused: ${pages}`);
  world.core.ledgerCount(at, arena, 1, FOLL_WRITE, 1);
}

/** Gives back what CPUs still have pinned at the end, as their ledgers say. */
export function unpinLeft(world: World): void {
  const { plan } = world.machine;
  for (let cpu = 0; cpu < world.cpus; cpu++) {
    const [at, arena] = [world.cpu(cpu), world.arena(cpu)];
    const page = world.word(arena) >>> 0;
    if (page === 0) continue;
    const entry = plan.ledgerAt + cpu * plan.ledgerStride + world.pfn(page) * LEDGER_BYTES;
    if (world.word(entry + LEDGER_WRITE) === 0) continue;
    world.core.ledgerCount(at, arena, 1, FOLL_WRITE, -1);
    world.core.unpinUserPages(at, arena, 1);
  }
}

/** munmap() of one page. */
export function unmap(world: World, cpu: number, vpn: number): Operation {
  const call = () => world.core.munmapRegion(world.cpu(cpu), world.mm, vpn, 1);
  return { words: "munmap() of the page", calls: [{ words: "munmap()", call }] };
}

/** A further mapping of the file's first page, and the fault that fills it. */
export function mapAndFault(world: World, cpu: number, vpn: number): Operation {
  const { core, mm, file } = world;
  const at = world.cpu(cpu);
  const map = () => core.mmapRegion(at, mm, vpn, 1, READ_WRITE | VM_SHARED, 0, file, 0);
  return {
    words: "mmap() of the page, and a write fault",
    calls: [
      { words: "mmap()", call: map },
      { words: "a write fault", call: () => core.populate(at, mm, vpn, 1) },
    ],
  };
}

/** The file is truncated to nothing, and grows again. */
export function truncate(world: World, cpu: number): Operation {
  const call = (): number => {
    world.core.truncateAndGrow(world.cpu(cpu), world.file, 0);
    return 0;
  };
  return { words: "truncate() of the file", calls: [{ words: "truncate()", call }] };
}

/** kswapd takes the oldest page of the LRU. */
export function reclaim(world: World, cpu: number): Operation {
  const call = () => world.core.shrinkOldest(world.cpu(cpu));
  return { words: "reclaim of the oldest page", calls: [{ words: "shrink_page_list()", call }] };
}
