import { expect } from "vitest";
import { bench, SECTIONS, SMALL } from "../../bench/bench.ts";
import { SCHEMES } from "../../bench/cases.ts";
import { testNeeding } from "../support/needs.ts";

testNeeding("gcc", "every section runs and says a figure for each of its rows", async () => {
  const said: string[] = [];
  await bench(SECTIONS, SMALL, (text) => said.push(text));
  const [machine, ...tables] = said;
  expect(machine).toContain(process.version);
  expect(tables).toHaveLength(SECTIONS.length);
  for (const table of tables) {
    expect(table).toMatch(/^### /);
    expect(table).not.toMatch(/NaN|undefined|Infinity/);
  }
  for (const scheme of SCHEMES) expect(tables[1]).toContain(scheme);
  for (const scheme of ["bias+lock-post", "mapcount+barrier", "lru-count"]) {
    expect(tables[SECTIONS.indexOf("sync")]).toContain(scheme);
  }
});
