import { expect, test } from "vitest";
import { helpTable } from "../../loadgen/fio/help_table.ts";
import { optionHelp } from "../../loadgen/option_help.ts";
import { problemsOf } from "./fio/reading.ts";

const all = optionHelp(true);

test("the list has every option, in lines that fit a terminal", () => {
  const words = new Set(all.split(/\s+/));
  for (const { name } of helpTable()) expect(words).toContain(name);
  for (const line of all.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
});

test("what modelled options accept stands in one column", () => {
  const [modelled = ""] = all.split("\n\n");
  const columns = modelled
    .split("\n")
    .slice(1)
    .map((line) => /^ {2}\S* +(?=\S)/.exec(line)?.[0].length);
  expect(new Set(columns).size).toBe(1);
});

test("an option that is none is refused with the nearest one", () => {
  expect(optionHelp("ss")).toContain("steadystate (modelled)");
  const [problem] = problemsOf(() => optionHelp("io_dpeth"));
  expect(problem).toMatchObject({ accepted: "did you mean iodepth?" });
});
