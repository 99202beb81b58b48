import { expect, test } from "vitest";
import { readResultFile } from "../../loadgen/result_file.ts";
import { runThreads } from "../../src/executors/threads/run_threads.ts";
import { fioJson } from "../../src/results/fio_json.ts";
import { makeScenario } from "../../src/scenario/make_scenario.ts";
import { ConfigurationError } from "../../src/scenario/problem.ts";

const CHANGES = [
  { atMs: 60, change: { knob: "bias", value: 64 } },
  { atMs: 90, change: { knob: "scheme", value: "exact+barrier" } },
  { atMs: 120, change: { knob: "pause", value: true }, forMs: 40 },
  { atMs: 150, change: { knob: "actor", actor: "a.1", value: false } },
  { atMs: 180, change: { knob: "iodepth", job: "a", value: 2 } },
  { atMs: 210, change: { knob: "rate", value: 300 } },
] as const;

const scenario = makeScenario({
  name: "changed",
  source: "changed.fio",
  machine: { scheme: "bias", bias: 512, tlb: "broadcast" },
  run: { warmupMs: 0, durationMs: 300, sample: 4 },
  jobs: [
    {
      ...{ name: "a", clones: 2, timeBased: true, iodepth: 4 },
      arrivals: { process: "linear", read: { per: "ios", aSecond: 3000 } },
    },
  ],
  changes: [...CHANGES],
  thresholds: ["violations==0"],
});

test("a run is repeated from its result, its changes included", async () => {
  const record = await runThreads(scenario);
  const file = readResultFile("result.json", fioJson(record, "json"));
  expect(file).toMatchObject({ name: "changed", run: scenario.run, groups: scenario.groups });
  expect(file.machine).toMatchObject({ scheme: "bias", bias: 512, tlb: "broadcast" });
  // What follows from the scheme is not chosen: another scheme may be asked for.
  expect(file.machine).not.toHaveProperty("recheck");
  const { name, machine, run, groups, changes, thresholds } = file;
  const again = await runThreads(makeScenario({ name, machine, run, groups, changes, thresholds }));
  const words = ({ changes: made }: typeof record) => made.map(({ knob, to }) => [knob, to]);
  expect(words(again)).toEqual(words(record));
  expect(words(record)).toEqual([
    ["bias", "64"],
    ["scheme", "exact+barrier"],
    ["pause", "paused"],
    ["pause", "running"],
    ["actor", "off"],
    ["iodepth", "2"],
    ["rate", "300%"],
  ]);
});

test.each([
  ["", /no JSON/],
  ["{", /no JSON/],
  ["null", /without pinlab\.config/],
  ['{"jobs": []}', /without pinlab\.config/],
  ['{"pinlab": {"config": {"groups": 3}}}', /./],
  ['{"pinlab": {"config": {"jobs": [{"clones": "two"}], "machine": {"bias": 1}}}}', /./],
])("%j is refused with its place and what is accepted", (text, words) => {
  try {
    readResultFile("result.json", text);
    expect.unreachable();
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigurationError);
    for (const { where, found, accepted } of (error as ConfigurationError).problems) {
      expect(where).toMatch(/^result\.json/);
      expect(accepted).not.toBe("");
      expect(found).toMatch(words);
    }
  }
});
