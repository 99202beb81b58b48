import { expect, test } from "vitest";
import { WritebackPasses } from "../../bench/writeback_curve.ts";

/** Pages, and the words above each other in which a tag of so many is kept. */
const SIZES = [
  { pages: 2 ** 10, levels: 2 },
  { pages: 2 ** 12, levels: 3 },
  { pages: 2 ** 14, levels: 3 },
  { pages: 2 ** 16, levels: 4 },
];

test("a pass costs by the dirty page, not by the page of the file", () => {
  const found = SIZES.map(({ pages, levels }) => {
    const passes = new WritebackPasses(pages, "accesses");
    const { all, tags } = passes.passTags("scattered");
    return { levels, others: all - tags, tags };
  });
  const smallest = Math.min(...found.map(({ others }) => others));
  for (const { others } of found) expect(others / smallest).toBeLessThan(1.02);
  // The tags are trees: a page costs a few accesses more for each level, none for other pages.
  for (const { levels, tags } of found) expect(tags).toBeLessThan(8 + 5 * levels);
});

test("a pass writes what was made dirty, again and again", () => {
  const passes = new WritebackPasses(1024, "ns");
  expect(passes.dirty).toBe(10);
  for (let i = 0; i < 3; i++) expect(passes.pass("scattered")).toBeGreaterThan(0);
  expect(passes.pass("in a row")).toBeGreaterThan(0);
});
