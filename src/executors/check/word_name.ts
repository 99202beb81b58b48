import {
  FILE_BYTES,
  FILE_INVALIDATE,
  FILE_LOCK,
  FILE_MMAP_FIRST,
  FILE_MMAP_LOCK,
  FILE_NR_PAGES,
  FILE_SIZE,
} from "../../../assembly/shared/file_layout.ts";
import {
  CPU_BARRIER,
  CPU_BYTES,
  CPU_IRQ_OFF,
  MM_BYTES,
  MM_FLAGS,
  MM_MMAP_LOCK,
  MM_PGD,
  MM_USERS,
  MM_WRITE_PROTECT_SEQ,
  PAGE_BYTES,
  PAGE_COMPOUND_HEAD,
  PAGE_EXACT_PINS,
  PAGE_FLAGS,
  PAGE_INDEX,
  PAGE_LRU_PREV,
  PAGE_MAPCOUNT,
  PAGE_MAPPING,
  PAGE_PRIVATE,
  PAGE_REFCOUNT,
  PAGE_STRUCT_BYTES,
  POOL_TABLES,
  POOL_VMAS,
  PTDESC_BYTES,
  RWLOCK_SEQUENCE,
  RWLOCK_WAITERS,
  VMA_BYTES,
  VMA_MM,
  VMA_NEXT_OF_FILE,
  ZONE_FREE_HEADS,
  ZONE_GUP_LOCK,
  ZONE_LOCK,
  ZONE_LRU_COUNT,
  ZONE_LRU_FIRST,
  ZONE_LRU_LAST,
  ZONE_LRU_LOCK,
  ZONE_NR_FREE,
} from "../../../assembly/shared/layout.ts";
import type { FilePlace } from "../../machine/files.ts";
import type { Machine } from "../../machine/machine.ts";

type Fields = Readonly<Record<number, string>>;

const PAGE_FIELDS: Fields = {
  [PAGE_FLAGS]: "flags",
  [PAGE_COMPOUND_HEAD]: "lru.next",
  [PAGE_LRU_PREV]: "lru.prev",
  [PAGE_MAPPING]: "mapping",
  [PAGE_INDEX]: "index",
  [PAGE_PRIVATE]: "private",
  [PAGE_MAPCOUNT]: "_mapcount",
  [PAGE_REFCOUNT]: "refcount",
  [PAGE_EXACT_PINS]: "pin count",
};

const FILE_FIELDS: Fields = {
  [FILE_SIZE]: "size",
  [FILE_LOCK]: "i_pages lock",
  [FILE_NR_PAGES]: "nrpages",
  [FILE_MMAP_LOCK]: "i_mmap lock",
  [FILE_MMAP_FIRST]: "i_mmap",
  [FILE_INVALIDATE]: "invalidate lock",
  [FILE_INVALIDATE + RWLOCK_SEQUENCE]: "invalidate lock's queue",
  [FILE_INVALIDATE + RWLOCK_WAITERS]: "invalidate lock's waiters",
};

const MM_FIELDS: Fields = {
  [MM_PGD]: "pgd",
  [MM_FLAGS]: "mm->flags",
  [MM_USERS]: "mm_users",
  [MM_MMAP_LOCK]: "mmap_lock",
  [MM_MMAP_LOCK + RWLOCK_SEQUENCE]: "mmap_lock's queue",
  [MM_MMAP_LOCK + RWLOCK_WAITERS]: "mmap_lock's waiters",
  [MM_WRITE_PROTECT_SEQ]: "write_protect_seq",
};

const VMA_FIELDS: Fields = {
  [VMA_MM]: "vm_mm",
  [VMA_NEXT_OF_FILE]: "next in i_mmap",
};

const CONTROL_FIELDS: Fields = {
  [ZONE_LOCK]: "zone->lock",
  [ZONE_NR_FREE]: "nr_free_pages",
  [ZONE_FREE_HEADS]: "free list",
  [ZONE_LRU_LOCK]: "lru_lock",
  [ZONE_LRU_FIRST]: "lru head",
  [ZONE_LRU_LAST]: "lru tail",
  [ZONE_LRU_COUNT]: "lru count",
  [ZONE_GUP_LOCK]: "zone_gup_lock",
  [POOL_TABLES]: "page tables' pool lock",
  [POOL_VMAS]: "VMAs' pool lock",
};

/** What a word of the machine is, as an mm developer would say it: `page 3 refcount`. */
export function wordName({ plan }: Machine, address: number): string {
  const within = (from: number, bytes: number): boolean =>
    address >= from && address < from + bytes;
  const field = (fields: Fields, offset: number): string => fields[offset] ?? `word +${offset}`;
  if (address < plan.cpusAt) return CONTROL_FIELDS[address] ?? `control word ${address}`;
  if (within(plan.cpusAt, plan.cpus * CPU_BYTES)) {
    const [cpu, offset] = split(address - plan.cpusAt, CPU_BYTES);
    const fields = { [CPU_IRQ_OFF]: "interrupts off", [CPU_BARRIER]: "barrier" };
    return `CPU${cpu} ${field(fields, offset)}`;
  }
  if (within(plan.mmsAt, plan.mms * MM_BYTES)) {
    return field(MM_FIELDS, split(address - plan.mmsAt, MM_BYTES)[1]);
  }
  if (within(plan.vmasAt, plan.vmas * VMA_BYTES)) {
    const [vma, offset] = split(address - plan.vmasAt, VMA_BYTES);
    return `VMA ${vma} ${field(VMA_FIELDS, offset)}`;
  }
  if (within(plan.ptdescsAt, plan.tables * PTDESC_BYTES)) {
    return `page-table lock ${split(address - plan.ptdescsAt, PTDESC_BYTES)[0]}`;
  }
  if (within(plan.tablesAt, plan.tables * PAGE_BYTES)) {
    const [table, offset] = split(address - plan.tablesAt, PAGE_BYTES);
    return `page table ${table} entry ${offset >> 3}`;
  }
  if (within(plan.memMapAt, plan.pages * PAGE_STRUCT_BYTES)) {
    const [pfn, offset] = split(address - plan.memMapAt, PAGE_STRUCT_BYTES);
    return `page ${pfn} ${field(PAGE_FIELDS, offset)}`;
  }
  if (within(plan.sideTableAt, plan.pages * 4)) {
    return `page ${(address - plan.sideTableAt) >> 2} pin count`;
  }
  if (within(plan.contentAt, plan.pages * 4)) {
    return `page ${(address - plan.contentAt) >> 2} content`;
  }
  if (within(plan.filesAt, plan.files.length * FILE_BYTES)) {
    return `file ${field(FILE_FIELDS, split(address - plan.filesAt, FILE_BYTES)[1])}`;
  }
  return `${tableName(plan.filePlaces[0], address)}`;
}

function tableName(place: FilePlace | undefined, address: number): string {
  if (place === undefined || address < place.indexAt) return `word ${address}`;
  if (address >= place.writebackAt) return "writeback tags";
  if (address >= place.dirtyAt) return "dirty tags";
  if (address >= place.diskAt) return `disk page ${(address - place.diskAt) >> 2}`;
  return `page cache slot ${(address - place.indexAt) >> 2}`;
}

function split(offset: number, bytes: number): [number, number] {
  return [Math.floor(offset / bytes), offset % bytes];
}
