import { PAGE_MAPPING_ANON, PG_PIN, PTE_PRESENT } from "../../../assembly/shared/codes.ts";
import { FILE_DISK } from "../../../assembly/shared/file_layout.ts";
import {
  LEDGER_BYTES,
  LEDGER_READ,
  LEDGER_WRITE,
  MM_PGD,
  PAGE_BYTES,
  PAGE_EXACT_PINS,
  PAGE_FLAGS,
  PAGE_INDEX,
  PAGE_LRU_PREV,
  PAGE_MAPCOUNT,
  PAGE_MAPPING,
  PAGE_REFCOUNT,
  PAGE_SHIFT,
  PTE_BYTES,
  PTRS_PER_TABLE,
} from "../../../assembly/shared/layout.ts";
import type { World } from "./world.ts";

/** An entry of the lowest page table. */
export interface Entry {
  readonly index: number;
  /** PTE_* bits, and the frame above them. */
  readonly value: number;
}

/** What the machine's words say of a page frame at one moment. */
export interface PageState {
  readonly pfn: number;
  readonly flags: number;
  readonly refcount: number;
  readonly mapcount: number;
  /** Whose page it is; `index`: where in the file. */
  readonly owner: "file" | "anonymous" | "none";
  readonly index: number;
  /** Entries that map it. */
  readonly entries: readonly Entry[];
  /** Pins in a count of the scheme's own; undefined: it keeps none beside what stands above. */
  readonly counted: number | undefined;
  /** Pins in the ledger of each CPU. */
  readonly held: readonly number[];
  /** The write that it holds, and, of a page of the file, that which the disk holds: 0 is none. */
  readonly content: number;
  readonly onDisk: number | undefined;
}

/** Every page frame, in order. */
export function pageStates(world: World): PageState[] {
  const entries = lowestTables(world).flatMap((table) => presentEntries(world, table));
  const { pages } = world.machine.plan;
  return Array.from({ length: pages }, (_, pfn) => {
    const own = entries.filter(({ value }) => value >>> PAGE_SHIFT === pfn);
    return pageState(world, pfn, own);
  });
}

/** Addresses of the tables whose entries map pages: two levels below the PGD. */
export function lowestTables(world: World): number[] {
  const below = (table: number): number[] =>
    presentEntries(world, table).map(({ value }) => (value & ~(PAGE_BYTES - 1)) >>> 0);
  return below(world.word(world.mm + MM_PGD) >>> 0).flatMap(below);
}

function presentEntries(world: World, table: number): Entry[] {
  const all = Array.from({ length: PTRS_PER_TABLE }, (_, index) => {
    return { index, value: world.word(table + index * PTE_BYTES) };
  });
  return all.filter(({ value }) => (value & PTE_PRESENT) !== 0);
}

function pageState(world: World, pfn: number, entries: readonly Entry[]): PageState {
  const page = world.page(pfn);
  const of = (offset: number): number => world.word(page + offset);
  const [mapping, index] = [of(PAGE_MAPPING), of(PAGE_INDEX)];
  const isOfFile = mapping >>> 0 === world.file;
  const isAnon = (mapping & PAGE_MAPPING_ANON) !== 0;
  const disk = world.word(world.file + FILE_DISK) >>> 0;
  return {
    pfn,
    flags: of(PAGE_FLAGS),
    refcount: of(PAGE_REFCOUNT),
    mapcount: of(PAGE_MAPCOUNT),
    owner: isOfFile ? "file" : isAnon ? "anonymous" : "none",
    index,
    entries,
    counted: countedPins(world, pfn),
    held: heldPins(world, pfn),
    content: world.word(world.content(page)),
    onDisk: isOfFile ? world.word(disk + index * 4) : undefined,
  };
}

function countedPins(world: World, pfn: number): number | undefined {
  const page = world.page(pfn);
  switch (world.spec.scheme) {
    case "exact":
      return world.word(page + PAGE_EXACT_PINS);
    case "exact-side":
      return world.word(world.machine.plan.sideTableAt + pfn * 4);
    case "lru-count":
      return world.word(page + PAGE_FLAGS) & PG_PIN ? world.word(page + PAGE_LRU_PREV) : 0;
    default:
      return undefined;
  }
}

function heldPins(world: World, pfn: number): number[] {
  const { ledgerAt, ledgerStride, cpus } = world.machine.plan;
  return Array.from({ length: cpus }, (_, cpu) => {
    const entry = ledgerAt + cpu * ledgerStride + pfn * LEDGER_BYTES;
    return world.word(entry + LEDGER_READ) + world.word(entry + LEDGER_WRITE);
  });
}
