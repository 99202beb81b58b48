import {
  FILE_SIZE_MAX,
  FILE_TAG_LEVEL,
  FILE_TAG_LEVELS,
  TAG_BITS,
} from "../../assembly/shared/file_layout.ts";
import type { Lab } from "./lab.ts";

/** Bits of one level that are set, of so many. */
function bitsSet(lab: Lab, first: number, count: number): number[] {
  const found: number[] = [];
  for (let word = 0; word * 32 < count; word++) {
    const bits = lab.word(first + word * 4) >>> 0;
    if (bits === 0) continue;
    for (let bit = 0; bit < 32; bit++) {
      if ((bits >>> bit) & 1) found.push(word * 32 + bit);
    }
  }
  return found;
}

/** The tagged pages of a file in order; throws where a level disagrees with the one below. */
export function readTag(lab: Lab, file: number, tag: number): number[] {
  const at = lab.word(file + tag) >>> 0;
  let count = lab.word(file + FILE_SIZE_MAX);
  const levels = lab.word(file + FILE_TAG_LEVELS);
  let below: number[] | undefined;
  let pages: number[] = [];
  for (let level = 0; level < levels; level++) {
    const found = bitsSet(lab, at + lab.word(file + FILE_TAG_LEVEL + level * 4), count);
    if (below === undefined) pages = found;
    else {
      const expected = [...new Set(below.map((bit) => bit >>> TAG_BITS))];
      if (expected.join() !== found.join()) {
        throw new Error(`level ${level} of a tag says ${found}, below it stand ${expected}`);
      }
    }
    below = found;
    count = Math.ceil(count / 2 ** TAG_BITS);
  }
  return pages;
}
