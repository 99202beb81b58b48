import { expect, test } from "vitest";
import { maskSource } from "./mask.ts";

// A dollar before a brace is written §.
test.each([
  ["a // b\nc", "a     \nc"],
  ["a /* b\nc */ d", "a     \n     d"],
  [`f("a\\"b", 'c')`, `f("    ", ' ')`],
  ["`a§{b + `c§{d}`}e`", "` §{b + ` §{d}`} `"],
  ['a = /[/"]+/g; b', "a =        g; b"],
  ["a / b / c", "a / b / c"],
  ["`a§{{ b: 1 }}`", "` §{{ b: 1 }}`"],
])("%j", (text, code) => {
  const [given, expected] = [text, code].map((sample) => sample.replaceAll("§", "$"));
  expect(maskSource(given ?? "").code).toBe(expected);
});

test("strings keep their places and values", () => {
  const { strings } = maskSource(`import "a"; // "b"\nf('c', \`d\`)`);
  expect(strings.map(({ offset, value, quote }) => [offset, value, quote])).toEqual([
    [7, "a", '"'],
    [21, "c", "'"],
    [26, "d", "`"],
  ]);
});
