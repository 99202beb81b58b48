import { expect, test } from "vitest";
import { variantHelp } from "../../loadgen/variant_help.ts";
import { VARIANT_NAMES } from "../../src/scenario/scenario.ts";

test("every variant has its line, within a terminal's width", () => {
  const lines = variantHelp().trimEnd().split("\n");
  expect(lines.flatMap((line) => /^ {2}([\w-]+) {2,}\S/.exec(line)?.[1] ?? [])).toEqual([
    ...VARIANT_NAMES,
  ]);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
});
