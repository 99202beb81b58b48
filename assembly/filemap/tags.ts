/**
 * Tags of an address_space (dirty, under writeback): a tree of bits over the pages, changed under
 * i_pages, searched without it: what is found is a hint that the page's own flags confirm.
 */
import {
  FILE_SIZE_MAX, FILE_TAG_LEVEL, FILE_TAG_LEVELS, TAG_BITS, TAG_MASK,
} from "../shared/file_layout.ts";
import { loadRelaxed32, storeRelaxed32 } from "../memory/cell";
import { quietLoad32 } from "../memory/quiet";

/** No tagged page. */
export const NO_INDEX: u32 = u32.MAX_VALUE;

/** The word of `level` that holds bit `index >> (level × 5)`. */
@inline
function tagWord(file: usize, tag: usize, level: u32, index: u32): usize {
  const first = quietLoad32(file + FILE_TAG_LEVEL + (<usize>level << 2));
  return quietLoad32(file + tag) + first + (<usize>(index >> ((level + 1) * TAG_BITS)) << 2);
}

@inline
function tagBit(level: u32, index: u32): u32 {
  return <u32>1 << ((index >> (level * TAG_BITS)) & TAG_MASK);
}

/** `tag` is FILE_DIRTY or FILE_WRITEBACK. */
export function setTag(file: usize, tag: usize, index: u32): void {
  const levels = quietLoad32(file + FILE_TAG_LEVELS);
  for (let level: u32 = 0; level < levels; level++) {
    const word = tagWord(file, tag, level, index);
    const bits = loadRelaxed32(word);
    storeRelaxed32(word, bits | tagBit(level, index));
    if (bits) return;
  }
}

export function clearTag(file: usize, tag: usize, index: u32): void {
  const levels = quietLoad32(file + FILE_TAG_LEVELS);
  for (let level: u32 = 0; level < levels; level++) {
    const word = tagWord(file, tag, level, index);
    const bits = loadRelaxed32(word) & ~tagBit(level, index);
    storeRelaxed32(word, bits);
    if (bits) return;
  }
}

/**
 * The first tagged page at `from` or above, or NO_INDEX: up to a set bit, then down to its page.
 */
export function nextTagged(file: usize, tag: usize, from: u32): u32 {
  const levels = quietLoad32(file + FILE_TAG_LEVELS);
  const size = quietLoad32(file + FILE_SIZE_MAX);
  let index = from;
  let level: u32 = 0;
  while (index < size) {
    const place = index >> (level * TAG_BITS);
    const behind = u32.MAX_VALUE << (place & TAG_MASK);
    const bits = loadRelaxed32(tagWord(file, tag, level, index)) & behind;
    if (bits) {
      index = ((place & ~(<u32>TAG_MASK)) + ctz(bits)) << (level * TAG_BITS);
      if (!level) return index;
      level--;
    } else {
      level++;
      if (level == levels) break;
      index = ((place >> TAG_BITS) + 1) << (level * TAG_BITS);
    }
  }
  return NO_INDEX;
}
