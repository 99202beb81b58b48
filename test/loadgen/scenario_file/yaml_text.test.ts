import { describe, expect, test } from "vitest";
import { Problems } from "../../../loadgen/fio/problems.ts";
import { YamlText } from "../../../loadgen/scenario_file/yaml_text.ts";
import { complaints } from "./reading.ts";

const JOB = "jobs: [{pattern: mapper}]\n";

describe("what is no YAML gets one clear message at its line", () => {
  test.each([
    ["", /^1: an empty file; a mapping of keys: name, /],
    ["# nothing but this\n", /^1: an empty file/],
    ["scenario", /^1: found "scenario"; a mapping of keys/],
    ["- a\n- b\n", /^1: found a list; a mapping of keys/],
    [`name: a\npages: auto\nname: b\n${JOB}`, /^3: the key "name" once more; each key once/],
    ["name: 'a\n", /^2: no YAML: Missing closing 'quote/],
    ["name: a\n  pages: 5\n", /^1: no YAML: /],
    [`${JOB}files: {/caf\uFFFD: 1m}\n`, /^2: a byte that is no UTF-8; a file in UTF-8/],
    ["name: [a\njobs: 5\n", /no YAML: /],
    [`${JOB}---\n${JOB}`, /^2: a second document behind ---; one scenario a file/],
    ["name: a\njobs:\n\t- 5\n", /^3: a tab as indentation; blanks/],
    ["name: !secret a\n", /^1: the tag !secret; values without tags/],
    ["name: a\nbias: *b\n", /^2: \*b of no anchor; &b at a value above it/],
    ["? [a, b]\n: 5\n", /^1: a key that is a list or a mapping; a key of one word/],
  ])("%j", (text, says) => {
    const [first] = complaints(text);
    expect(first).toMatch(says);
  });
});

describe("what would cost too much is refused before it is built", () => {
  test("aliases of aliases", () => {
    const tens = Array.from({ length: 9 }, (_, i) => {
      const tenTimes = Array.from({ length: 10 }, () => (i === 0 ? "x" : `*a${i - 1}`));
      return `k${i}: &a${i} [${tenTimes.join(", ")}]`;
    });
    expect(complaints(tens.join("\n"))).toEqual([
      "some.yaml: aliases of aliases; at most 100 values that way",
    ]);
  });

  test("an alias of itself", () => {
    expect(complaints(`${JOB}name: &a [*a]\n`)).toEqual(["2: name: found a list; a name"]);
  });

  test.each([
    ["brackets", `a: ${"[".repeat(100_000)}`],
    ["braces", "{a: ".repeat(5000)],
    ["brackets on many lines", "[\n".repeat(100_000)],
    ["lists in a line", "- ".repeat(100_000)],
    ["keys in a line", "? ".repeat(100_000)],
    ["indentation", Array.from({ length: 600 }, (_, i) => `${" ".repeat(i)}a:`).join("\n")],
  ])("nested %s", (_, text) => {
    expect(complaints(text)).toMatchObject([expect.stringContaining("nested too deeply")]);
  });
});

describe("places", () => {
  const text = "a: &x\n  b:\n    - one\n    - two\n\nc: *x\nd: |\n\n  first\n  second\ne: 'x'\n";
  const yaml = YamlText.read("f.yaml", text, new Problems()) as YamlText;

  test.each([
    [[], "f.yaml:1"],
    [["a"], "f.yaml:1: a"],
    [["a", "b", 1], "f.yaml:4: a.b.1"],
    [["a", "missing"], "f.yaml:1: a.missing"],
    [["c", "b", 0], "f.yaml:3: c.b.0"],
    [["nothing", "of", "that"], "f.yaml:1: nothing.of.that"],
  ])("of %j", (path, place) => {
    expect(yaml.placeOf(path)).toBe(place);
  });

  test("a line of a block is a line of the file", () => {
    const placeOf = yaml.placeInText(["d"]);
    expect([1, 2, 3].map(placeOf)).toEqual(["f.yaml:8", "f.yaml:9", "f.yaml:10"]);
  });

  test("a line of another text is named within it", () => {
    expect(yaml.placeInText(["e"])(3)).toBe("f.yaml:11: e, line 3 of it");
  });
});
