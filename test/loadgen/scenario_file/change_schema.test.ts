import { describe, expect, test } from "vitest";
import { changeEntry } from "../../../loadgen/scenario_file/change_schema.ts";

describe("a change of a scenario file", () => {
  test.each([
    [
      { at: "2s", bias: 4096 },
      { atMs: 2000, change: { knob: "bias", value: 4096 } },
    ],
    [
      { at: "1s", scheme: "exact" },
      { atMs: 1000, change: { knob: "scheme", value: "exact" } },
    ],
    [
      { at: "1s", "on-pinned": "skip/wait" },
      { atMs: 1000, change: { knob: "on-pinned", value: "skip/wait" } },
    ],
    [
      { at: "5ms", sample: 0 },
      { atMs: 5, change: { knob: "sample", value: 0 } },
    ],
    [
      { at: "5ms", rate: 250, group: 1 },
      { group: 1, change: { knob: "rate", value: 250 } },
    ],
    [
      { at: "3s", iodepth: 4, job: "reader" },
      { atMs: 3000, change: { knob: "iodepth", job: "reader", value: 4 } },
    ],
    [
      { at: "4s", actor: "reader.1", on: "no" },
      { atMs: 4000, change: { knob: "actor", actor: "reader.1", value: false } },
    ],
    [
      { at: "1s", pause: "500ms" },
      { change: { knob: "pause", value: true }, forMs: 500 },
    ],
  ])("%j", (given, read) => {
    expect(changeEntry.parse(given)).toMatchObject(read);
  });

  test.each([
    {},
    { at: "1s" },
    { bias: 4096 },
    { at: "1s", bias: 1 },
    { at: "1s", bias: 4096, scheme: "exact" },
    { at: "1s", scheme: "exac" },
    { at: "1s", iodepth: 4 },
    { at: "1s", actor: "reader.1" },
    { at: "soon", bias: 4096 },
    [],
    "bias",
  ])("%j is none", (given) => {
    expect(changeEntry.safeParse(given).success).toBe(false);
  });
});
