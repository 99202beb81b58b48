import {
  PG_DIRTY,
  PG_LRU,
  PG_PRIVATE,
  PG_WRITEBACK,
  VM_SHARED,
  VMA_REGULAR_FILE,
} from "../../assembly/shared/codes.ts";
import { FILE_DIRTY, FILE_DISK, FILE_INDEX } from "../../assembly/shared/file_layout.ts";
import { readWork } from "../../src/machine/vmstat.ts";
import { readTag } from "./file_tags.ts";
import { Lab, type LabOptions, READ_WRITE } from "./lab.ts";

const FLAG_NAMES = { dirty: PG_DIRTY, lru: PG_LRU, private: PG_PRIVATE, writeback: PG_WRITEBACK };

/** A machine with its regular file, in the words of mm developers. */
export class FileLab extends Lab {
  readonly regular: number;

  constructor(options: LabOptions = {}) {
    super({ cpus: 1, filePages: 16, ...options });
    this.regular = this.file(VMA_REGULAR_FILE);
  }

  /** Maps the first pages of a file, shared, and writes to them unless told otherwise. */
  mapShared(count: number, { populate = true, file = VMA_REGULAR_FILE } = {}): number {
    return this.map(count, { flags: READ_WRITE | VM_SHARED, populate, file, offset: 0 });
  }

  /** The cached page of the file, or 0. */
  cached(index: number, file = this.regular): number {
    return this.word((this.word(file + FILE_INDEX) >>> 0) + index * 4) >>> 0;
  }

  disk(index: number, file = this.regular): number {
    return this.word((this.word(file + FILE_DISK) >>> 0) + index * 4);
  }

  setDisk(index: number, value: number): void {
    this.setWord((this.word(this.regular + FILE_DISK) >>> 0) + index * 4, value);
  }

  content(page: number): number {
    return this.word(this.machine.plan.contentAt + this.pfn(page) * 4);
  }

  get dirtyTags(): number[] {
    return readTag(this, this.regular, FILE_DIRTY);
  }

  /** dirty, lru, private, writeback: those that the page has. */
  states(page: number): string {
    const flags = this.flags(page);
    return Object.entries(FLAG_NAMES)
      .filter(([, bit]) => flags & bit)
      .map(([name]) => name)
      .join(" ");
  }

  /** What pins have cost, without the zeros. */
  get work(): Record<string, number> {
    return Object.fromEntries(
      Object.entries(readWork(this.machine)).filter(([, count]) => count !== 0),
    );
  }

  write(index: number, sync = false): number {
    return this.core.writeOnePage(this.cpu(), this.regular, index, Number(sync));
  }

  reclaim(): number {
    return this.core.shrinkOldest(this.cpu());
  }

  /** A device writes to the pages that the last gup left in the arena. */
  dma(count = 1): number {
    return this.core.deviceWrites(this.cpu(), this.regular, this.arena(), count);
  }

  unpin(count = 1): void {
    this.core.unpinUserPages(this.cpu(), this.arena(), count);
  }

  /** put_user_pages_dirty(): dirtied without the page lock. */
  unpinDirty(count = 1): void {
    this.core.putUserPagesDirty(this.cpu(), this.arena(), count);
  }
}
