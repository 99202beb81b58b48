import { expect, test } from "vitest";
import { spannedTable } from "../../src/results/spanned_table.ts";

test("a cell reaches over those that are undefined, and widens the last if it needs room", () => {
  const rows = [
    ["when", "before everything", undefined, "after"],
    ["where", "here", "there", "any"],
    ["x", "1", "2", "3"],
  ];
  expect(spannedTable(rows)).toEqual([
    "when   before everything  after",
    "where  here  there        any",
    "x      1     2            3",
  ]);
});

test("short cells over many columns take no room", () => {
  expect(
    spannedTable([
      ["", "a", undefined],
      ["row", "one", "two"],
    ]),
  ).toEqual(["     a", "row  one  two"]);
});
