/**
 * A file and its address_space. The index is an array of struct page addresses, a word a page of
 * the file; a tag is a tree of bits over it, 32 to a node:
 *
 *   level 1   ┌ 1 0 1 … ┐            a bit is set while any bit of the word below it is
 *   level 0   ┌ 0 1 1 0 … ┐ ┌ … ┐    a bit a page: dirty, under writeback
 *
 * so that the next tagged page is found in as many steps as there are levels.
 */
import { CACHE_LINE_BYTES } from "./layout.ts";

export const TAG_BITS = 5;
export const TAG_MASK = 31;
/** 32^5 pages: 128 GiB. */
export const TAG_LEVELS_MAX = 5;

// Read-mostly words.
/** What stands behind it (VMA_SHMEM, …), its size in pages now, and the most that it can have. */
export const FILE_KIND = 0;
export const FILE_SIZE = FILE_KIND + 4;
export const FILE_SIZE_MAX = FILE_SIZE + 4;
/** Addresses: the index, the disk's words (a generation a page), the tags' words. */
export const FILE_INDEX = FILE_SIZE_MAX + 4;
export const FILE_DISK = FILE_INDEX + 4;
export const FILE_DIRTY = FILE_DISK + 4;
export const FILE_WRITEBACK = FILE_DIRTY + 4;
/** How many levels a tag has, and where each begins, in bytes from the tag's first word. */
export const FILE_TAG_LEVELS = FILE_WRITEBACK + 4;
export const FILE_TAG_LEVEL = FILE_TAG_LEVELS + 4;
/** The i_pages lock, and what it protects beside index and tags. */
export const FILE_LOCK = CACHE_LINE_BYTES;
export const FILE_NR_PAGES = FILE_LOCK + 4;
/** i_mmap: its lock, and the first VMA that maps the file. */
export const FILE_MMAP_LOCK = FILE_LOCK + CACHE_LINE_BYTES;
export const FILE_MMAP_FIRST = FILE_MMAP_LOCK + 4;
/** Held for reading by faults, for writing by truncate (a reader-writer lock, layout.ts). */
export const FILE_INVALIDATE = FILE_MMAP_LOCK + CACHE_LINE_BYTES;
/** The laboratory's: the last generation that was written, and how many fsyncs have begun. */
export const FILE_GENERATION = FILE_INVALIDATE + CACHE_LINE_BYTES;
export const FILE_EPOCH = FILE_GENERATION + 4;
export const FILE_BYTES = FILE_GENERATION + CACHE_LINE_BYTES;

/**
 * PARAM_COMPLETED, 64 bits a frame: a generation, and above it the file's epoch at its I/O's end.
 */
export const COMPLETED_BYTES = 8;
export const COMPLETED_SHIFT = 3;
