import { expect } from "vitest";
import { bench, SECTIONS, SMALL } from "../../bench/bench.ts";
import { SCHEMES } from "../../bench/cases.ts";
import { testNeeding } from "../support/needs.ts";

const NEEDING_SPIN = "spin";
/** A dozen sections, one behind the other. */
const MS = 120_000;
const NEEDING_GCC = SECTIONS.filter((section) => section !== NEEDING_SPIN);

testNeeding("gcc", "every section runs and says a figure for each of its rows", everySection, MS);

async function everySection(): Promise<void> {
  const said: string[] = [];
  await bench(NEEDING_GCC, SMALL, (text) => said.push(text));
  const [machine, ...tables] = said;
  expect(machine).toContain(process.version);
  expect(tables).toHaveLength(NEEDING_GCC.length);
  for (const table of tables) {
    expect(table).toMatch(/^### /);
    expect(table).not.toMatch(/NaN|undefined|Infinity/);
  }
  for (const scheme of SCHEMES) expect(tables[1]).toContain(scheme);
  for (const scheme of ["bias+lock-post", "mapcount+barrier", "lru-count"]) {
    expect(tables[NEEDING_GCC.indexOf("sync")]).toContain(scheme);
  }
}

testNeeding("spin", "the section beside SPIN runs", async () => {
  const said: string[] = [];
  await bench([NEEDING_SPIN], SMALL, (text) => said.push(text));
  expect(said).toHaveLength(2);
  expect(said[1]).toMatch(/^### Beside SPIN/);
  expect(said[1]).not.toMatch(/NaN|undefined|Infinity/);
});
