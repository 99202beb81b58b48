import { expect, test } from "vitest";
import { fileSideLines } from "../../src/results/file_side_text.ts";
import type { RunRecord } from "../../src/results/record.ts";
import { WORK_NAMES } from "../../src/scenario/metric_names.ts";
import { fileRecord, runRecord } from "./fixture.ts";

const textOf = (overrides: Partial<RunRecord>): string =>
  fileSideLines(fileRecord({}, overrides))
    .map((line) => line.trim())
    .join(" ");

test("a run without files has no file side", () => {
  expect(fileSideLines(runRecord({ work: { gup_waited: 1 } }))).toEqual([]);
});

test("what was counted is told in the words of who did it, the rest is left out", () => {
  expect(fileSideLines(fileRecord())).toEqual([
    "  file side    : writeback: 12,345 pages written, 309 skipped as pinned, 12",
    "                 bounced",
    "                 page_mkclean: 12,345 pages",
    "                 reclaim: 5,000 pages scanned, 7 failed at the refcount freeze",
    "                 gup: waited for writeback 12 times",
  ]);
});

test("one is one", () => {
  const work = { stuck: 1, ptes_cleaned: 1, truncated: 1, gup_waited: 1, pins_refused: 1 };
  expect(textOf({ work, vmstat: { nr_written: 1 } })).toBe(
    "file side    : writeback: 1 page written, 1 given up as stuck behind a pin " +
      "page_mkclean: 1 PTE write-protected truncate: 1 page taken out " +
      "gup: waited for writeback once, 1 page refused by the scheme",
  );
});

test("every counter has its words", () => {
  for (const name of WORK_NAMES) {
    expect(textOf({ vmstat: {}, work: { [name]: 4711 } }), name).toContain("4,711");
  }
  expect(textOf({ vmstat: {}, work: {} })).toBe("file side    : nothing was done");
});
