import fs from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { makeScenario } from "../../../src/scenario/make_scenario.ts";
import { ROOT } from "../../tidy/project_files.ts";
import { complaints, read, withJob } from "./reading.ts";

const DESIGN = `name: dio-into-shared-mapping
pages: 65536
hugepages: none            # none | thp | 2M
scheme: bias+barrier
bias: 1024
rules: "5.0"
on-pinned: skip/bounce     # background / fsync
device: { service: { dist: lognormal, p50: 12us, p99: 60us } }
jobs:
  - fio: |
      [db]
      ioengine=libaio
      direct=1
      rw=randread
      bs=4k
      iodepth=16
      numjobs=2
      size=64m
      mem=mmapshared:/data
  - pattern: rdma_mr
    region: 16m
    lifetime: 2s
background:
  - pattern: writeback
    every: 50ms
    file: /data
  - pattern: reclaim
    every: 200ms
thresholds: ["pin_fast.p99<20us", "violations==0"]
matrix: { scheme: [refcount, bias, bias+barrier] }   # for sweep and compare
`;

describe("the scenario of the design", () => {
  const file = read(DESIGN);

  test("its machine", () => {
    expect(file.machine).toMatchObject({
      pages: 65536,
      scheme: "bias",
      sync: "barrier",
      bias: 1024,
      rules: "5.0",
      onPinned: { background: "skip", fsync: "bounce" },
    });
    expect(file.serviceNs).toHaveLength(1024);
  });

  test("its jobs, and beside them those of the background", () => {
    expect(file.groups).toHaveLength(1);
    expect(file.groups[0]?.jobs).toMatchObject([
      { name: "db", pattern: "direct_io", iodepth: 16, clones: 2, bufferFile: "/data" },
      { name: "rdma_mr", pattern: "rdma_mr", bufferBytes: 16 << 20, lifetimeMs: 2000 },
      { name: "writeback", pattern: "writeback", everyMs: 50, file: "/data", fsync: false },
      { name: "reclaim", pattern: "reclaim", everyMs: 200 },
    ]);
  });

  test("its thresholds and its matrix", () => {
    expect(file.thresholds).toMatchObject([
      { metric: "pin_fast.p99", limit: 20_000 },
      { metric: "violations", sign: "==" },
    ]);
    expect(file.matrix).toEqual({
      scheme: [
        { scheme: "refcount", sync: "none" },
        { scheme: "bias", sync: "none" },
        { scheme: "bias", sync: "barrier" },
      ],
    });
  });

  test("makes a scenario", () => {
    const { name, machine, run, groups, thresholds, serviceNs } = file;
    const scenario = makeScenario({ name, machine, run, groups, thresholds, serviceNs });
    expect(scenario.machine).toMatchObject({ testAt: "after-set-writeback", stablePages: true });
  });
});

test("the scenario of docs/SCENARIOS.md is one", () => {
  const page = fs.readFileSync(path.join(ROOT, "docs/SCENARIOS.md"), "utf8");
  const [, example = ""] = /```yaml\n(.*?)```/s.exec(page) ?? [];
  expect(read(example).groups[0]?.jobs).toHaveLength(4);
});

describe("the keys of a run", () => {
  test("every one of them", () => {
    const { name, machine, run, files, serviceNs } = read(`
duration: 5s
warmup: 0
sample: 16
seed: 7
pages: auto
variant: drop-G6
scheme: mapcount+barrier
test-at: after-set-writeback
recheck: none
tlb: broadcast
stable-pages: no
rules: 5.0
files: { /data: 256m, /log: 4096 }
device: { service: { dist: constant, value: 8us } }
jobs: [{ pattern: mapper }]
`);
    expect(name).toBe("some");
    expect(run).toEqual({ seed: 7, durationMs: 5000, warmupMs: 0, sample: 16 });
    expect(machine).toMatchObject({ pages: "auto", variant: "drop-G6", rules: "5.0" });
    expect(machine).toMatchObject({ recheck: "none", tlb: "broadcast", stablePages: false });
    expect(files).toEqual([
      { name: "/data", sizeBytes: 256 << 20 },
      { name: "/log", sizeBytes: 4096 },
    ]);
    expect(serviceNs).toEqual([8000]);
  });

  test.each([
    ["2M", "1m", 9],
    ["thp", "1m", 0],
    ["thp", "2m", 9],
    ["none", "2m", 0],
  ])("hugepages: %s behind %s is an order of %i", (hugepages, region, folioOrder) => {
    const text = withJob("pattern: rdma_mr", `region: ${region}`);
    expect(read(`hugepages: ${hugepages}\n${text}`).groups[0]?.jobs[0]).toMatchObject({
      folioOrder,
    });
  });

  test("hugepages leaves alone what has pages of its own", () => {
    const file = withJob("pattern: rdma_mr", "region: 2m", "mem: mmapshared:/data");
    const small = withJob("pattern: rdma_mr", "region: 2m", "mem: shmhuge", "hugepage-size: 64k");
    const orders = [file, small].map(
      (text) => read(`hugepages: 2M\n${text}`).groups[0]?.jobs[0]?.folioOrder,
    );
    expect(orders).toEqual([0, 4]);
  });
});

describe("every problem of a file is told at once, in the order of its lines", () => {
  test("a key that stands twice hides nothing", () => {
    const found = complaints("name: x\nscheme: biass\nname: y\njobs:\n  - pattern: q\n");
    expect(found).toEqual([
      expect.stringMatching(/^2: scheme: found "biass"; did you mean bias\?/),
      '3: the key "name" once more; each key once',
      expect.stringMatching(/^5: jobs\.0\.pattern: found "q"/),
    ]);
  });

  test("what goes to terminals and into files may hold no control characters", () => {
    const path = '"/a\\e[31m"';
    const jobs = "jobs: [{pattern: mapper}]\n";
    const found = complaints(
      `name: "b\\n"\nfiles: {${path}: 1m}\n${jobs}` +
        `background:\n  - pattern: reclaim\n  - pattern: writeback\n    file: ${path}\n`,
    );
    expect(found).toEqual([
      '1: name: found "b\\x0a"; a name, without control characters',
      expect.stringMatching(/^2: files\..*; the name of a file, without control characters$/s),
      expect.stringMatching(
        /^7: background\.1\.file: found "\/a\\x1b\[31m"; the name of a file of/,
      ),
    ]);
  });

  test("whatever finds them", () => {
    const text = `nam: x
pages: 3
scheme: bais+barrier
device: { service: { dist: lognormal, p50: 12us, p99: 6us } }
jobs:
  - fio: |
      # a comment
      [db]
      size=1m
      iodpth=16
      bs=x
  - pattern: rdma_mr
    lifetime: 2
    evry: 5ms
    bs: 0
  - pattern: writebak
  - pattern: direct_io
    bs: 4x
thresholds: ["pin_fst.p99<20us", 7]
matrix: { scheme: [refcount, bis], jobs: [1] }
`;
    const found = complaints(text);
    const starts = [
      "1: nam: an unknown key; did you mean name?",
      "2: pages: found 3; a whole number from 64",
      '3: scheme: found "bais+barrier"; did you mean bias+barrier?',
      '4: device.service.p99: found "6us"; at least p50',
      '10: unknown option "iodpth"; an option of fio 3.33; did you mean iodepth?',
      '11: bs: "x" is not a whole number',
      "13: jobs.1.lifetime: found 2; a number with ns, us",
      "14: jobs.1.evry: an unknown key; pattern, name,",
      '15: jobs.1.bs: bs: "0" is less than 1 byte; bs takes',
      '16: jobs.2.pattern: found "writebak"; did you mean writeback?',
      '18: jobs.3.bs: bs: "4x": no unit x; bs takes',
      "19: thresholds.1: found 7; METRIC SIGN VALUE",
      '19: thresholds.0: "pin_fst.p99<20us", column 1: "pin_fst.p99" is no metric',
      '20: matrix.scheme.1: found "bis"; did you mean bias?',
      "20: matrix.jobs: an unknown key; scheme, variant,",
    ];
    expect(found.map((text, i) => text.slice(0, starts[i]?.length))).toEqual(starts);
  });

  test.each([
    ["jobs: []", "1: jobs: found an empty list; a list of jobs: - fio: |, or - pattern: NAME"],
    ["jobs:", "1: jobs: found nothing; a list of jobs"],
    ["name: x", "1: jobs: found nothing; a list of jobs"],
    ["jobs: { fio: x }", "1: jobs: found a mapping; a list of jobs"],
    ["jobs: [5]", "1: jobs.0: found 5; a job: fio: | with a job file below it"],
    ["jobs: [{}]", "1: jobs.0: found a mapping; a job: fio: | with a job file below it"],
    ["jobs: [{patern: mapper}]", "1: jobs.0: found a mapping; a job: fio: | with a job file"],
    ["jobs: [{pattern: maper, x: 1}]", '1: jobs.0.pattern: found "maper"; did you mean mapper?'],
    ['jobs: [{fio: "[a]\\nsize=1m", size: 1m}]', "1: jobs.0.size: an unknown key; fio"],
    ["jobs: [{ fio: 5 }]", "1: jobs.0.fio: found 5; a fio job file, as a block: fio: |"],
    ['jobs: [{ fio: "[a]\\nsize=1m", pattern: mapper }]', "1: jobs.0.pattern: an unknown key; fio"],
    ["jobs: [{ pattern: writeback }]", "1: jobs.0.file: found nothing; the name of a file"],
    [
      "jobs: [{ pattern: truncate, file: /a, kind: hole }]",
      '1: jobs.0.kind: found "hole"; truncate, punch',
    ],
    [
      "device: { service: { dist: gauss } }\njobs: [{ pattern: mapper }]",
      '1: device.service.dist: found "gauss"; constant, uniform, exponential, lognormal',
    ],
    [
      "device: { service: { dist: constant, value: 0 } }\njobs: [{ pattern: mapper }]",
      "1: device.service.value: found 0; a number with ns",
    ],
    [
      "device: { service: { dist: constant, value: 0us } }\njobs: [{ pattern: mapper }]",
      '1: device.service.value: found "0us"; a number with ns',
    ],
    ["rules: 5.1\njobs: [{ pattern: mapper }]", "1: rules: found 5.1; 5.0, 5.7, 6.13"],
    ["bias: 1e9\njobs: [{ pattern: mapper }]", "1: bias: found 1000000000; a whole number"],
    ["bias: .nan\njobs: [{ pattern: mapper }]", "1: bias: found NaN; a whole number"],
    ["files: { /a: 5x }\njobs: [{ pattern: mapper }]", '1: files./a: found "5x"; a whole number'],
    ["files: { /a: 0 }\njobs: [{ pattern: mapper }]", "1: files./a: found 0; a whole number"],
    ["duration: 0\njobs: [{ pattern: mapper }]", "1: duration: found 0; a number with ns"],
    ["duration: 25h\njobs: [{ pattern: mapper }]", '1: duration: found "25h"; a number with ns'],
    ["matrix: { bias: [] }\njobs: [{ pattern: mapper }]", "1: matrix.bias: found an empty list"],
  ])("%s", (text, start) => {
    const [first = "", ...others] = complaints(text);
    expect(first.slice(0, start.length)).toBe(start);
    expect(others).toEqual([]);
  });

  test("a key that belongs to an object's prototype is a key like others", () => {
    const text = "__proto__: 5\nconstructor: 6\njobs: [{ pattern: mapper }]\n";
    expect(complaints(text).map((one) => one.slice(0, 30))).toEqual([
      "1: __proto__: an unknown key; ",
      "2: constructor: an unknown key",
    ]);
  });
});
