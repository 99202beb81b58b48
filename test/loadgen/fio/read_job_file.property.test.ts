import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { OPTION_TABLE } from "../../../loadgen/fio/option_table.ts";
import { problemsIn, read } from "./reading.ts";

const names = OPTION_TABLE.flatMap((option) => [option.name, ...option.aliases]);
const anyText = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: "grapheme" }),
  fc.stringMatching(/^[0-9kmgtpib%:,/()+*^.\-${}[\]= ]{0,24}$/),
  fc.constantFrom("1", "0", "4k", "-1", "x", "$ncpus", `\${BLOCK}`, `\${NOPE}`, "[a]", "zipf"),
);
const anyLine = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(fc.constantFrom(...names), anyText).map((kv) => kv.join("=")) },
  { weight: 2, arbitrary: fc.constantFrom("[global]", "[a]", "[]", "[b", "include x", ";", "#") },
  { weight: 1, arbitrary: anyText },
  { weight: 1, arbitrary: fc.constantFrom(...names) },
);
const anyFile = fc.array(anyLine, { maxLength: 40 }).map((lines) => lines.join("\n"));

describe("any file at all", () => {
  test("is read, or refused with problems that a terminal can show", () => {
    fc.assert(
      fc.property(anyFile, (text) => {
        for (const problem of problemsIn(text)) {
          expect(problem.where).not.toBe("");
          expect(problem.found).not.toBe("");
          expect(problem.accepted).not.toBe("");
          expect(`${problem.where}${problem.accepted}`).not.toMatch(/\p{Cc}/u);
          expect(problem.found).not.toMatch(/\p{Cc}/u);
        }
      }),
      { numRuns: 1500 },
    );
  });

  test("is read the same a second time", () => {
    fc.assert(
      fc.property(anyFile, (text) => {
        const problems = problemsIn(text);
        expect(problemsIn(text)).toEqual(problems);
        if (problems.length === 0) expect(read(text)).toEqual(read(text));
      }),
      { numRuns: 300 },
    );
  });
});

const job = fc.record({
  name: fc.stringMatching(/^[a-z][a-z0-9 _.-]{0,20}[a-z]$/).filter((s) => !s.startsWith("global")),
  engine: fc.constantFrom("psync", "libaio", "io_uring", "posixaio"),
  direct: fc.boolean(),
  rw: fc.constantFrom("read", "write", "randread", "randwrite", "rw", "randrw"),
  mix: fc.integer({ min: 0, max: 100 }),
  kib: fc.integer({ min: 1, max: 4096 }),
  depth: fc.integer({ min: 1, max: 65536 }),
  clones: fc.integer({ min: 1, max: 16 }),
  mib: fc.integer({ min: 4, max: 1 << 20 }),
  seconds: fc.integer({ min: 1, max: 100_000 }),
  align: fc.integer({ min: 0, max: 4095 }),
  stonewall: fc.boolean(),
  newGroup: fc.boolean(),
  thread: fc.boolean(),
});
type Made = typeof job extends fc.Arbitrary<infer T> ? T : never;

function linesOf(made: Made): string[] {
  return [
    `ioengine=${made.engine}`,
    `direct=${Number(made.direct)}`,
    `rw=${made.rw}`,
    `rwmixread=${made.mix}`,
    `bs=${made.kib}k`,
    `iodepth=${made.depth}`,
    `numjobs=${made.clones}`,
    `size=${made.mib}m`,
    `runtime=${made.seconds}`,
    `iomem_align=${made.align}`,
    ...(made.stonewall ? ["stonewall"] : []),
    ...(made.newGroup ? ["new_group=1"] : []),
    ...(made.thread ? ["thread"] : []),
  ];
}

/** The lines in any order, with comments and blanks, some of them moved into a [global]. */
const written = fc.tuple(job, fc.infiniteStream(fc.nat(1000))).map(([made, chance]) => {
  const roll = (below: number): number => (chance.next().value ?? 0) % below;
  const lines = linesOf(made)
    .map((line) => ({ line, at: roll(1000) }))
    .sort((a, b) => a.at - b.at)
    .map(({ line }) => `${["", " ", "\t"][roll(3)]}${line}${["", " ; c", "\r", "#"][roll(4)]}`);
  const cut = roll(lines.length);
  const global = lines.slice(0, cut);
  const own = lines.slice(cut);
  return { made, text: ["[global]", ...global, "", `[${made.name}]`, ...own, ""].join("\n") };
});

describe("a well-formed file", () => {
  test("gives back the values that it was made of", () => {
    fc.assert(
      fc.property(written, ({ made, text }) => {
        const [group, ...others] = read(text).groups;
        expect(others).toEqual([]);
        const bytes = made.kib * 1024;
        const size = { minBytes: bytes, maxBytes: bytes, percent: 100 };
        const mixed = made.rw.endsWith("rw");
        expect(group?.jobs).toEqual([
          expect.objectContaining({
            name: made.name,
            ioengine: made.engine,
            pattern: made.direct ? "direct_io" : "buffered_io",
            random: made.rw.startsWith("rand"),
            readPercent: mixed ? made.mix : made.rw.endsWith("read") ? 100 : 0,
            readSizes: [size],
            writeSizes: [size],
            iodepth: made.engine === "psync" ? 1 : made.depth,
            clones: made.clones,
            sizeBytes: made.mib * 2 ** 20,
            runtimeMs: made.seconds * 1000,
            memAlignBytes: made.align,
            thread: made.thread,
          }),
        ]);
      }),
      { numRuns: 300 },
    );
  });
});
