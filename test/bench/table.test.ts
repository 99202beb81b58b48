import { expect, test } from "vitest";
import { renderTable, share } from "../../bench/table.ts";

test("a table is Markdown with its columns in line", () => {
  const head = ["case", "share"];
  const rows = [["hot", share({ median: 0.5, low: 0.451, high: 0.549 })], ["random"]];
  expect(renderTable({ title: "Cases", note: "a note", head, rows })).toBe(
    [
      "### Cases",
      "",
      "a note.",
      "",
      "| case   | share             |",
      "|--------|-------------------|",
      "| hot    | 0.50 [0.45, 0.55] |",
      "| random |                   |",
    ].join("\n"),
  );
});
