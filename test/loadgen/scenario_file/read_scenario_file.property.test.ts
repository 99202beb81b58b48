import fs from "node:fs";
import path from "node:path";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { makeScenario } from "../../../src/scenario/make_scenario.ts";
import { ConfigurationError } from "../../../src/scenario/problem.ts";
import { ROOT } from "../../tidy/project_files.ts";
import { read } from "./reading.ts";

const folder = path.join(ROOT, "examples");
const EXAMPLES = fs
  .readdirSync(folder)
  .filter((name) => name.endsWith(".yaml"))
  .map((name) => fs.readFileSync(path.join(folder, name), "utf8"));
const PIECES = [
  ...["{", "}", "[", "]", ":", "- ", "|", ">", "&a ", "*a", "!t ", "'", '"', "#", "\n", "  ", "\t"],
  ...["null", "~", "5", "-1", "1e99", ".nan", "2us", "4k", "yes", "fio: |\n", "pattern: mapper\n"],
  ...[
    "__proto__",
    "toString",
    "\u0000",
    "\ud800",
    "\u0085",
    "...",
    "---\n",
    "? ",
    "<<: ",
    "$ncpus",
  ],
];

/** One cut and one piece put in. */
interface Slip {
  readonly at: number;
  readonly cut: number;
  readonly piece: string;
}

const slip: fc.Arbitrary<Slip> = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  cut: fc.nat(12),
  piece: fc.oneof(fc.constantFrom("", ...PIECES), fc.string({ maxLength: 4 })),
});

function withSlips(text: string, slips: readonly Slip[]): string {
  return slips.reduce((now, { at, cut, piece }) => {
    const from = Math.floor(at * now.length);
    return now.slice(0, from) + piece + now.slice(from + cut);
  }, text);
}

test("a file with slips is read or refused in words, whatever they are", () => {
  const texts = fc
    .tuple(fc.constantFrom(...EXAMPLES), fc.array(slip, { minLength: 1, maxLength: 4 }))
    .map(([text, slips]) => withSlips(text, slips));
  fc.assert(
    fc.property(texts, (text) => {
      try {
        const { places, matrix, ...input } = read(text);
        makeScenario(input);
      } catch (error) {
        if (!(error instanceof ConfigurationError)) throw error;
        expect(error.problems).not.toHaveLength(0);
        for (const { where, found, accepted } of error.problems) {
          expect(where).not.toBe("");
          expect(`${found}${accepted}`).not.toMatch(/undefined|\[object|NaN,/);
        }
      }
    }),
    { numRuns: 400 },
  );
});
