import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { readJobFile } from "../loadgen/fio/read_job_file.ts";
import { testNeeding } from "./support/needs.ts";
import { ROOT } from "./tidy/project_files.ts";

const folder = path.join(ROOT, "examples");
const SURROUNDINGS = { env: {}, cpus: 2, memoryMb: 1024 };
const jobFiles = fs.readdirSync(folder).filter((name) => name.endsWith(".fio"));

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
