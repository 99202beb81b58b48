import {
  FILE_BYTES,
  FILE_DIRTY,
  FILE_DISK,
  FILE_INDEX,
  FILE_KIND,
  FILE_SIZE,
  FILE_SIZE_MAX,
  FILE_TAG_LEVEL,
  FILE_TAG_LEVELS,
  FILE_WRITEBACK,
  TAG_BITS,
} from "../../assembly/shared/file_layout.ts";
import type { Machine } from "./machine.ts";

/** A file of the emulated machine. */
export interface FileSpec {
  readonly name: string;
  /** What stands behind it: VMA_SHMEM, VMA_REGULAR_FILE, VMA_FSDAX. */
  readonly kind: number;
  readonly pages: number;
}

/** Where a file's tables lie. */
export interface FilePlace {
  readonly indexAt: number;
  readonly diskAt: number;
  readonly dirtyAt: number;
  readonly writebackAt: number;
}

/**
 * Words of each level of a tag over so many pages, from the bits of single pages up to one word.
 */
export function tagLevels(pages: number): number[] {
  const words: number[] = [];
  let bits = pages;
  do {
    bits = Math.ceil(bits / 2 ** TAG_BITS);
    words.push(bits);
  } while (bits > 1);
  return words;
}

export function tagBytes(pages: number): number {
  return tagLevels(pages).reduce((total, words) => total + words * 4, 0);
}

/** Address of file number `index`. */
export function fileAddress({ plan }: Machine, index: number): number {
  return plan.filesAt + index * FILE_BYTES;
}

/** Address of the file of a name; 0: the machine has none. */
export function fileNamed(machine: Machine, name: string | undefined): number {
  const index = machine.plan.files.findIndex((file) => file.name === name);
  return index < 0 ? 0 : fileAddress(machine, index);
}

/** Writes what does not change of each file; its disk is all zeros, nothing of it is cached. */
export function writeFiles(machine: Machine): void {
  const { plan, words } = machine;
  plan.files.forEach(({ kind, pages }, i) => {
    const place = plan.filePlaces[i];
    if (place === undefined) return;
    const word = (offset: number, value: number): void => {
      words[(fileAddress(machine, i) + offset) >>> 2] = value;
    };
    word(FILE_KIND, kind);
    word(FILE_SIZE, pages);
    word(FILE_SIZE_MAX, pages);
    word(FILE_INDEX, place.indexAt);
    word(FILE_DISK, place.diskAt);
    word(FILE_DIRTY, place.dirtyAt);
    word(FILE_WRITEBACK, place.writebackAt);
    const levels = tagLevels(pages);
    word(FILE_TAG_LEVELS, levels.length);
    let at = 0;
    levels.forEach((count, level) => {
      word(FILE_TAG_LEVEL + level * 4, at);
      at += count * 4;
    });
  });
}
