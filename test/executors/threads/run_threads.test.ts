import { describe, expect, test } from "vitest";
import { fioJson } from "../../../src/results/fio_json.ts";
import { normalReport } from "../../../src/results/normal.ts";
import { COUNT_NAMES } from "../../../src/scenario/scenario.ts";
import { exactRun, timedRun, violated } from "../../support/runs.ts";

const bs = (bytes: number) => [{ minBytes: bytes, maxBytes: bytes, percent: 100 }];
const KIB = 1024;
const MIB = 1024 * KIB;

describe("pins an I/O, as O_DIRECT takes them on Linux", () => {
  const cases = [
    { what: "4k", bytes: 4 * KIB, ios: 1000, iodepth: 16, memAlignBytes: 0, pins: 1000 },
    { what: "128k", bytes: 128 * KIB, ios: 100, iodepth: 4, memAlignBytes: 0, pins: 3200 },
    { what: "1m", bytes: MIB, ios: 100, iodepth: 4, memAlignBytes: 0, pins: 25_600 },
    { what: "1m misaligned", bytes: MIB, ios: 100, iodepth: 4, memAlignBytes: 512, pins: 25_700 },
    { what: "4m", bytes: 4 * MIB, ios: 20, iodepth: 2, memAlignBytes: 0, pins: 20_480 },
    { what: "4k misaligned", bytes: 4 * KIB, ios: 500, iodepth: 1, memAlignBytes: 512, pins: 1000 },
    { what: "2k at depth 4", bytes: 2 * KIB, ios: 400, iodepth: 4, memAlignBytes: 512, pins: 600 },
  ];
  test.each(cases)(
    "$what: $pins pins for $ios I/Os",
    async ({ bytes, ios, pins, iodepth, memAlignBytes }) => {
      const job = { iodepth, memAlignBytes, sizeBytes: 2 ** 30, ioSizeBytes: 2 ** 30 };
      const record = await exactRun({ ...job, readSizes: bs(bytes), numberIos: ios });
      expect(record.vmstat.nr_foll_pin_acquired).toBe(pins);
      expect(record.vmstat.nr_foll_pin_released).toBe(pins);
      expect(record.jobs[0]?.read).toMatchObject({ ios, bytes: ios * bytes });
      expect(violated(record)).toEqual([]);
    },
  );

  test("buffered I/O pins nothing", async () => {
    const record = await exactRun({ pattern: "buffered_io", numberIos: 1000 });
    expect(record.vmstat.nr_foll_pin_acquired).toBe(0);
    expect(record.jobs[0]?.read.ios).toBe(1000);
    expect(record.pins.covered).toBeUndefined();
  });

  test.each([
    ["5.0", "pin_slow"],
    ["5.7", "pin_fast"],
  ] as const)("fixed buffers are pinned once, under %s by %s", async (rules, op) => {
    const job = { pattern: "fixed_buffers", iodepth: 16, numberIos: 5000 } as const;
    const record = await exactRun(job, { rules });
    expect(record.vmstat.nr_foll_pin_acquired).toBe(16);
    // Registering is all the pinning there is: it stays in the figures, warm-up or not.
    expect(record.ops[op]?.count).toBe(16);
    expect(Object.keys(record.ops).sort()).toEqual(["io", op, "unpin"]);
    expect(record.ops.unpin?.count).toBe(16);
  });

  test("a mapper of huge pages stays within its own table", async () => {
    const mapper = { name: "m", pattern: "mapper", bufferPages: 1, folioOrder: 9 } as const;
    const record = await timedRun({
      run: { durationMs: 60, warmupMs: 0 },
      jobs: [mapper, { name: "neighbour", iodepth: 4, readPercent: 50 }],
    });
    expect(record.jobs.map(({ error }) => error)).toEqual([0, 0]);
    expect(violated(record)).toEqual([]);
  });

  test("an RDMA job registers each buffer once and returns it", async () => {
    const job = { pattern: "rdma_mr", iodepth: 4, readSizes: bs(MIB), numberIos: 200 } as const;
    const record = await exactRun(job);
    expect(record.vmstat.nr_foll_pin_acquired).toBe(1024);
    expect(record.ops.mr_reg?.count).toBe(4);
    expect(record.ops.mr_dereg?.count).toBe(4);
  });

  test("regions with a lifetime are registered again and again", async () => {
    const job = { name: "mr", pattern: "rdma_mr", readSizes: bs(MIB), lifetimeMs: 20 } as const;
    const record = await timedRun({ run: { durationMs: 300, warmupMs: 0 }, jobs: [job] });
    expect(record.ops.mr_reg?.count).toBeGreaterThan(2);
    // The first one was made before the measurement, the last one is given back behind it.
    const regions = (record.ops.mr_reg?.count ?? 0) + 1;
    expect(record.ops.mr_dereg?.count).toBe(regions);
    expect(record.vmstat.nr_foll_pin_acquired).toBe(256 * regions);
    expect(violated(record)).toEqual([]);
  });
});

describe("every scheme", () => {
  test.each(COUNT_NAMES)("%s: two actors and a mapper, nothing left behind", async (scheme) => {
    const record = await timedRun({
      machine: { scheme },
      run: { durationMs: 300, warmupMs: 50 },
      jobs: [
        { name: "dio", clones: 2, iodepth: 16, readSizes: bs(64 * KIB), readPercent: 70 },
        { name: "mapper", pattern: "mapper", bufferPages: 64, references: 3 },
      ],
    });
    expect(violated(record)).toEqual([]);
    expect(record.pins.falseNegative).toBe(0);
    // mapcount counts pages of files: of anonymous ones it takes plain references.
    const isBlind = scheme === "refcount" || scheme === "mapcount";
    expect(record.pins.covered).toBe(isBlind ? 0 : 1);
    if (isBlind) expect(record.pins.unknown).toBeGreaterThan(0);
    else expect(record.pins.truePositive + record.pins.undecided).toBeGreaterThan(0);
    expect(record.vmstat.nr_foll_pin_acquired).toBe(record.vmstat.nr_foll_pin_released);
  });

  test.each(["exact", "exact-side"] as const)("%s takes no reference for a pin", async (scheme) => {
    const record = await timedRun({
      machine: { scheme },
      run: { durationMs: 300, warmupMs: 0 },
      jobs: [
        // Reads from the file only: a pin for reading memory is no true positive.
        { name: "dio", clones: 2, iodepth: 16 },
        { name: "mapper", pattern: "mapper", bufferPages: 64, references: 2000 },
      ],
    });
    expect(record.pins.falsePositive).toBe(0);
    expect(record.pins.truePositive + record.pins.trueNegative).toBeGreaterThan(0);
  });

  test.each([
    { references: 600, bias: 1024, told: 0 },
    { references: 1022, bias: 1024, told: 0 },
    { references: 1023, bias: 1024, told: 1 },
    { references: 1900, bias: 1024, told: 1 },
    { references: 1900, bias: 4096, told: 0 },
  ])("$references references and the mapping's own against a bias of $bias", async (given) => {
    const { references, bias, told } = given;
    const mapper = { name: "mapper", pattern: "mapper", bufferPages: 4, references } as const;
    const run = { durationMs: 100, warmupMs: 0 };
    const record = await timedRun({ machine: { bias }, run, jobs: [mapper] });
    const { falsePositive, trueNegative } = record.pins;
    expect(told === 1 ? falsePositive : trueNegative).toBeGreaterThan(0);
    if (told === 0) expect(falsePositive).toBe(0);
  });
});

describe("groups, clones and limits", () => {
  test("stonewall groups run one after the other and report apart", async () => {
    const job = { numberIos: 100 };
    const record = await timedRun({
      run: { warmupMs: 0 },
      groups: [{ jobs: [{ ...job, name: "a" }] }, { jobs: [{ ...job, name: "b", clones: 2 }] }],
    });
    expect(record.jobs.map((done) => [done.job.name, done.stonewallGroup, done.read.ios])).toEqual([
      ["a", 0, 100],
      ["b", 1, 100],
      ["b", 1, 100],
    ]);
    expect(record.ops.io?.count).toBe(300);
  });

  test("a rate is over the groups that did the operation", async () => {
    const [pinning, buffered] = [{ name: "a" }, { name: "b", pattern: "buffered_io" as const }];
    const record = await timedRun({
      run: { warmupMs: 0, durationMs: 100 },
      groups: [{ jobs: [pinning] }, { jobs: [buffered] }],
    });
    const [first, second] = record.jobs.map((job) => job.elapsedNs / 1e9);
    const { pin_fast, io } = record.ops;
    expect(pin_fast?.rate).toBeCloseTo((pin_fast?.count ?? 0) / (first ?? 0), 3);
    expect(io?.rate).toBeCloseTo((io?.count ?? 0) / ((first ?? 0) + (second ?? 0)), 3);
  });

  test("group_reporting makes one record of all clones", async () => {
    const record = await exactRun({ clones: 3, groupReporting: true, numberIos: 50 });
    expect(record.jobs).toHaveLength(1);
    expect(record.jobs[0]).toMatchObject({ clones: 3, read: { ios: 150 } });
  });

  test("clones with thread share one address space, others do not", async () => {
    const record = await exactRun({ clones: 2, thread: true, numberIos: 500, iodepth: 8 });
    expect(record.jobs.map(({ read }) => read.ios)).toEqual([500, 500]);
    expect(violated(record)).toEqual([]);
  });

  test("a size ends the job, a duration makes it go on", async () => {
    const job = { ioSizeBytes: 40 * KIB, sizeBytes: 40 * KIB };
    expect((await exactRun(job)).jobs[0]?.read.ios).toBe(10);
    const run = { durationMs: 100, warmupMs: 0 };
    const longer = await timedRun({ run, jobs: [{ name: "job", ...job }] });
    expect(longer.jobs[0]?.read.ios).toBeGreaterThan(1000);
  });

  test("one seed, one run: the mix of reads and writes repeats", async () => {
    const job = { readPercent: 37, numberIos: 10_000, random: true };
    const [one, two] = [await exactRun(job), await exactRun(job)];
    expect(one.jobs[0]?.read.ios).toBe(two.jobs[0]?.read.ios);
    expect(one.jobs[0]?.read.ios).toBeGreaterThan(3500);
    expect(one.jobs[0]?.read.ios).toBeLessThan(3900);
  });

  test("warm-up is left out of the figures, not of vmstat", async () => {
    const record = await timedRun({
      run: { warmupMs: 200, durationMs: 100 },
      jobs: [{ name: "job", iodepth: 4 }],
    });
    const pins = record.ops.pin_fast?.count ?? 0;
    expect(pins).toBeGreaterThan(0);
    expect(record.vmstat.nr_foll_pin_acquired).toBeGreaterThan(pins);
    expect(record.ops.pin_fast?.count).toBe(record.jobs[0]?.read.ios);
  });

  test("a pattern with a runtime of its own uses it, whoever else has ended", async () => {
    const mapper = { name: "mapper", pattern: "mapper", bufferPages: 4 } as const;
    const record = await timedRun({
      run: { warmupMs: 0 },
      jobs: [
        { name: "short", numberIos: 10 },
        { ...mapper, runtimeMs: 300 },
      ],
    });
    expect(record.jobs[1]?.elapsedNs).toBeGreaterThan(290e6);
  });

  test("CPU time is that of the measurement, not of the warm-up", async () => {
    const record = await timedRun({
      run: { warmupMs: 600, durationMs: 100 },
      jobs: [{ name: "job", iodepth: 4 }],
    });
    const [job] = record.jobs;
    const percent = (job?.userCpuPercent ?? 0) + (job?.systemCpuPercent ?? 0);
    expect(percent).toBeGreaterThan(0);
    expect(percent).toBeLessThan(250);
  });

  test("a run that ends in its warm-up has measured nothing", async () => {
    const controller = new AbortController();
    const record = await timedRun(
      { run: { warmupMs: 60_000, durationMs: 60_000 }, jobs: [{ name: "job", iodepth: 4 }] },
      {
        signal: controller.signal,
        onProgress: ({ phase, elapsedMs }) => {
          if (phase === "warmup" && elapsedMs > 50) controller.abort();
        },
      },
    );
    expect(record).toMatchObject({ interrupted: true, durationNs: 0, ops: {} });
    expect(record.jobs[0]).toMatchObject({
      elapsedNs: 0,
      read: { ios: 0, bytes: 0 },
      userCpuPercent: 0,
    });
    expect(fioJson(record, "json")).not.toMatch(/NaN|Infinity/);
    expect(normalReport(record)).not.toMatch(/NaN|Infinity/);
  });

  test("huge pages are faulted in as such and pinned as runs", async () => {
    const record = await exactRun({ folioOrder: 9, readSizes: bs(MIB), iodepth: 4, numberIos: 40 });
    expect(record.vmstat.thp_fault_alloc).toBe(2);
    expect(record.vmstat.nr_foll_pin_acquired).toBe(40 * 256);
  });
});
