import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { readJobFile } from "../loadgen/fio/read_job_file.ts";
import { readRunFile } from "../loadgen/run_file.ts";
import { placeActors, planFor } from "../src/executors/threads/placement.ts";
import { makeScenario } from "../src/scenario/make_scenario.ts";
import type { Scenario } from "../src/scenario/scenario.ts";
import { testNeeding } from "./support/needs.ts";
import { ROOT } from "./tidy/project_files.ts";

const folder = path.join(ROOT, "examples");
const SURROUNDINGS = { env: {}, cpus: 2, memoryMb: 1024 };
const jobFiles = fs.readdirSync(folder).filter((name) => name.endsWith(".fio"));
const scenarios = fs.readdirSync(folder).filter((name) => name.endsWith(".yaml"));

test("there are examples", () => {
  expect(jobFiles).toContain("randread-4k.fio");
  expect(jobFiles).toContain("rdma-write.fio");
});

test.each([
  ["buffered.fio", "buffered_io"],
  ["fixed-buffers.fio", "fixed_buffers"],
  ["hugepages.fio", "direct_io"],
  ["latency-target.fio", "direct_io"],
  ["randread-4k.fio", "direct_io"],
  ["rate-poisson.fio", "direct_io"],
  ["randrw-bssplit.fio", "direct_io"],
  ["rdma-write.fio", "rdma_mr"],
  ["seqwrite-1m.fio", "direct_io"],
  ["steady-state.fio", "direct_io"],
  ["think-mixed.fio", "direct_io"],
])("%s is read as %s", (name, pattern) => {
  const { groups } = readJobFile({ source: path.join(folder, name), ...SURROUNDINGS });
  const patterns = groups.flatMap(({ jobs }) => jobs.map((job) => job.pattern));
  expect(new Set(patterns)).toEqual(new Set([pattern]));
});

test("none asks for what is not honoured yet", () => {
  for (const name of jobFiles) {
    const { notes } = readJobFile({ source: path.join(folder, name), ...SURROUNDINGS });
    expect(notes.filter((note) => note.includes("not honoured"))).toEqual([]);
  }
});

describe("scenarios", () => {
  test.each([
    ["bias-skip.yaml", ["direct_io", "writeback", "reclaim"]],
    ["buffered-and-direct.yaml", ["buffered_io", "direct_io", "writeback"]],
    ["dirty-without-buffers.yaml", ["direct_io", "writeback", "reclaim"]],
    ["lock-vs-barrier.yaml", ["direct_io", "writeback"]],
    ["mapcount-barrier.yaml", ["direct_io", "writeback"]],
    ["rdma-into-file.yaml", ["rdma_mr", "writeback"]],
    ["truncate-under-dma.yaml", ["direct_io", "truncate", "writeback"]],
    ["turning-knobs.yaml", ["direct_io", "writeback", "reclaim"]],
    ["unconverted-call-site.yaml", ["direct_io", "writeback"]],
  ])("%s is read and planned", async (name, patterns) => {
    const scenario = await scenarioOf(name);
    const jobs = scenario.groups.flatMap((group) => group.jobs);
    expect(new Set(jobs.map((job) => job.pattern))).toEqual(new Set(patterns));
    expect(planFor(scenario, scenario.groups.map(placeActors)).bytes).toBeGreaterThan(0);
  });

  test("none is left out above", () => {
    expect(scenarios).toHaveLength(9);
  });

  test("bias-skip.yaml is dirty-without-buffers.yaml with another answer", async () => {
    const [broken, mended] = await Promise.all(
      ["dirty-without-buffers.yaml", "bias-skip.yaml"].map(scenarioOf),
    );
    expect(mended?.groups).toEqual(broken?.groups);
    expect(mended?.serviceNs).toEqual(broken?.serviceNs);
    expect(broken?.machine.scheme).toBe("refcount");
    expect(mended?.machine.scheme).toBe("bias");
  });

  test.each(scenarios)("%s tells first what it shows and what to look at", (name) => {
    const lines = fs.readFileSync(path.join(folder, name), "utf8").split("\n");
    const comment = lines.slice(
      0,
      lines.findIndex((line) => !line.startsWith("#")),
    );
    expect(comment.at(-1)).toBe("# yaml-language-server: $schema=../docs/scenario.schema.json");
    expect(comment.filter((line) => line.startsWith("# Look at "))).toHaveLength(1);
    expect(comment.length).toBeGreaterThan(3);
  });
});

async function scenarioOf(name: string): Promise<Scenario> {
  const read = await readRunFile({ source: path.join(folder, name), ...SURROUNDINGS });
  const { places, matrix, ...input } = read;
  return makeScenario(input);
}

for (const name of jobFiles) {
  test(`${name} tells first what it shows`, () => {
    const [first] = fs.readFileSync(path.join(folder, name), "utf8").split("\n");
    expect(first).toMatch(/^[#;] \S/);
  });

  testNeeding("fio", `${name} is a job file to fio`, () => {
    const args = ["--parse-only", path.join(folder, name)];
    const { status, stdout, stderr } = spawnSync("fio", args, { encoding: "utf8" });
    expect([stdout, stderr, status]).toEqual(["", "", 0]);
  });
}
