import { wrapped } from "../src/results/words.ts";
import type { VariantName } from "../src/scenario/scenario.ts";

const WIDTH = 78;

/** What each variant leaves out or does otherwise. */
const VARIANTS: Readonly<Record<VariantName, string>> = {
  "drop-G1": "gup: no barrier before the page is counted",
  "drop-G2": "gup: _mapcount is not raised",
  "drop-G3": "gup: no barrier between the count and the flag",
  "drop-G4": "gup: the page is not flagged as pinned",
  "drop-G5": "gup: no barrier between the flag and the second look at writeback",
  "drop-G6": "gup: no second look at writeback",
  "drop-P1": "unpin: _mapcount is not lowered",
  "drop-C1": "page_mkclean: the flag is not taken off before counting",
  "drop-C2": "page_mkclean: no barrier between the flag and the count",
  "drop-C5": "page_mkclean: the flag is not set again on a page that is still pinned",
  "drop-T1": "writeback: the page is not marked as under writeback before the test",
  "drop-T2": "writeback: no barrier between that mark and the test",
  "drop-T3": "writeback: the flag is not asked for",
  "no-recheck": "gup takes the page without a second look at the page-table entry",
  "no-barrier": "a scheme with +barrier, without the barrier",
  "count-first": "mapcount+lock: page_mkclean reads _mapcount before its walk, as a repair",
  "lock-in-fast": "a scheme with +lock sleeps for the page lock with interrupts off",
  "put-page": "pins are given back by put_page(), as by a call site that was not converted",
  "test-above": "bias: pinned is above the bias, not from it on (RFC v2)",
  "test-less-mapcount": "bias: mappings are taken off the count before the test (Kara's first)",
};

const INTRODUCTION =
  "--variant NAME does one thing wrong, or as it was first done, to show what the right way is " +
  "good for. What is promised stays promised: a breach is a violation. The labels of drop-… are " +
  "those of the mapcount algorithm of 11 January 2019 (--scheme mapcount+barrier).";

/** What `--variant help` prints: every variant with a line. */
export function variantHelp(): string {
  const names = Object.keys(VARIANTS);
  const column = Math.max(...names.map((name) => name.length)) + 2;
  const rows = Object.entries(VARIANTS).flatMap(([name, about]) =>
    wrapped(about, WIDTH - 2 - column).map(
      (line, i) => `  ${(i === 0 ? name : "").padEnd(column)}${line}`,
    ),
  );
  return `${[...wrapped(INTRODUCTION, WIDTH), "", ...rows].join("\n")}\n`;
}
