import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FILE_DIRTY, FILE_WRITEBACK } from "../../../assembly/shared/file_layout.ts";
import { tagLevels } from "../../../src/machine/files.ts";
import { readTag } from "../../support/file_tags.ts";
import { Lab } from "../../support/lab.ts";

const SIZES = [1, 2, 31, 32, 33, 1000, 1024, 1025, 32768, 32769, 2 ** 20];

interface Place {
  readonly fraction: number;
  readonly beside: number;
  readonly isAligned: boolean;
}

/** Indexes come in fractions of the file, many of them at the ends of its words. */
const place: fc.Arbitrary<Place> = fc.record({
  fraction: fc.oneof(fc.constantFrom(0, 1), fc.double({ min: 0, max: 1, noNaN: true })),
  beside: fc.integer({ min: -2, max: 2 }),
  isAligned: fc.boolean(),
});
const step = fc.record({ what: fc.constantFrom("set", "set", "clear", "clear one"), place });

function indexOf({ fraction, beside, isAligned }: Place, size: number) {
  const at = Math.floor(fraction * size);
  const near = (isAligned ? Math.floor(at / 32) * 32 : at) + beside;
  return Math.min(Math.max(near, 0), size - 1);
}

function nextOf(pages: ReadonlySet<number>, from: number): number {
  const above = [...pages].filter((index) => index >= from);
  return above.length ? Math.min(...above) : -1;
}

describe("the tag tree finds what a set holds", () => {
  test.each(SIZES)("a file of %i pages", (size) => {
    const lab = new Lab({ pages: 4, filePages: size });
    const [core, file] = [lab.core, lab.file()];
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), fc.array(place), (steps, looks) => {
        const tagged = new Set<number>();
        for (const { what, place } of steps) {
          const chosen = what === "clear one" ? [...tagged][0] : undefined;
          const index = chosen ?? indexOf(place, size);
          if (what === "set") core.setTag(file, FILE_DIRTY, index);
          else core.clearTag(file, FILE_DIRTY, index);
          if (what === "set") tagged.add(index);
          else tagged.delete(index);
          for (const from of [0, index, index + 1]) {
            expect(core.nextTagged(file, FILE_DIRTY, from)).toBe(nextOf(tagged, from));
          }
        }
        for (const look of looks) {
          const from = indexOf(look, size);
          expect(core.nextTagged(file, FILE_DIRTY, from)).toBe(nextOf(tagged, from));
        }
        const sorted = [...tagged].sort((a, b) => a - b);
        if (size <= 32769) expect(readTag(lab, file, FILE_DIRTY)).toEqual(sorted);
        for (const index of tagged) core.clearTag(file, FILE_DIRTY, index);
        expect(core.nextTagged(file, FILE_DIRTY, 0)).toBe(-1);
      }),
      { numRuns: 60 },
    );
    expect(readTag(lab, file, FILE_DIRTY)).toEqual([]);
    expect(readTag(lab, file, FILE_WRITEBACK)).toEqual([]);
  });

  test("has as many levels as 32 to a word need", () => {
    expect([1, 32, 33, 1025, 2 ** 20].map((pages) => tagLevels(pages).length)).toEqual([
      1, 1, 2, 3, 4,
    ]);
  });

  test("the two tags of a file are two trees", () => {
    const lab = new Lab({ pages: 4, filePages: 100 });
    const [core, file] = [lab.core, lab.file()];
    core.setTag(file, FILE_DIRTY, 3);
    core.setTag(file, FILE_WRITEBACK, 70);
    expect(readTag(lab, file, FILE_DIRTY)).toEqual([3]);
    expect(readTag(lab, file, FILE_WRITEBACK)).toEqual([70]);
  });
});
