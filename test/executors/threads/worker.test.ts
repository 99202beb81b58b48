import { describe, expect, test } from "vitest";
import { normalReport } from "../../../src/results/normal.ts";
import type { DirectionRecord, JobRecord, RunRecord } from "../../../src/results/record.ts";
import { exactRun, timedRun, violated } from "../../support/runs.ts";

const RUN = { durationMs: 300, warmupMs: 100 };
const ios = (aSecond: number) => ({ per: "ios", aSecond }) as const;

function firstOf(record: RunRecord): JobRecord {
  const [job] = record.jobs;
  if (job === undefined) throw new Error("no job");
  return job;
}

/** Every intended start within the measured time was issued or dropped. */
function expectSchedule(side: DirectionRecord, aSecond: number, slack: number): void {
  const due = (aSecond * side.runtimeNs) / 1e9;
  expect(Math.abs(side.ios + side.dropped - due)).toBeLessThanOrEqual(slack);
}

describe("a rate", () => {
  test.each([
    { process: "linear", aSecond: 100, iodepth: 1 },
    { process: "linear", aSecond: 20_000, iodepth: 4 },
    { process: "linear", aSecond: 300_000, iodepth: 16 },
  ] as const)("$process, $aSecond a second: issued or dropped", async (given) => {
    const { process, aSecond, iodepth } = given;
    const job = { name: "job", iodepth, arrivals: { process, read: ios(aSecond) } };
    const record = await timedRun({ run: RUN, jobs: [job] });
    const { read } = firstOf(record);
    // What the drain takes is measured too, and nothing starts in it.
    expectSchedule(read, aSecond, 2 + aSecond * 0.01);
    expect(read.corrected.count).toBe(read.lat.count);
    const sample = aSecond / 10_000;
    const timed = sample < 1 ? read.ios : read.ios / sample;
    // What was in flight when the measurement began or ended may be one sample more or less.
    expect(Math.abs(read.corrected.count - timed)).toBeLessThanOrEqual(2);
    expect(record.ops.io_corrected?.count).toBe(read.ios);
    expect(violated(record)).toEqual([]);
  });

  test("Poisson: within five deviations of what is expected", async () => {
    const arrivals = { process: "poisson", read: ios(50_000) } as const;
    const record = await timedRun({ run: RUN, jobs: [{ name: "job", iodepth: 8, arrivals }] });
    const { read } = firstOf(record);
    expectSchedule(read, 50_000, 5 * Math.sqrt(50_000 * (read.runtimeNs / 1e9)) + 500);
  });

  test("both directions, and a report that states the corrected latency", async () => {
    const arrivals = { process: "linear", read: ios(3000), write: ios(1000) } as const;
    const job = { name: "job", readPercent: 50, arrivals };
    const record = await timedRun({ run: RUN, jobs: [job] });
    const { read, write } = firstOf(record);
    expectSchedule(read, 3000, 32);
    expectSchedule(write, 1000, 12);
    expect(normalReport(record)).toMatch(/corrected \((nsec|usec|msec)\): min=/);
    expect(normalReport(record)).toMatch(/p99: lat=\S+, corrected for the schedule=\S+/);
    expect(normalReport(record)).toMatch(
      /issued rwts: total=\d+,\d+,0,0 late=\d+,\d+,0,0 dropped=/,
    );
  });

  test("a job that ends by its own size drops nothing", async () => {
    const arrivals = { process: "linear", read: ios(100_000) } as const;
    const { read } = firstOf(await exactRun({ numberIos: 300, arrivals }));
    expect(read).toMatchObject({ ios: 300, dropped: 0 });
  });

  test("above what the device gives: the rest is dropped", async () => {
    const arrivals = { process: "linear", read: ios(5000) } as const;
    // 2 ms an I/O, one at a time: 500 a second at most.
    const record = await timedRun({
      run: RUN,
      serviceNs: [2e6],
      jobs: [{ name: "job", arrivals }],
    });
    const { read } = firstOf(record);
    expect(read.ios).toBeLessThanOrEqual(1 + read.runtimeNs / 2e6);
    expectSchedule(read, 5000, 50);
    expect(read.dropped).toBeGreaterThan(read.ios);
  });
});

describe("offloaded submission", () => {
  test("is one clone in the report, with the job's limits", async () => {
    const job = { submit: "offload", iodepth: 5, clones: 2, numberIos: 1003 } as const;
    const record = await exactRun(job);
    expect(record.actors).toBe(10);
    expect(record.jobs.map(({ clones, read }) => [clones, read.ios])).toEqual([
      [1, 1003],
      [1, 1003],
    ]);
    expect(record.jobs[0]?.job.iodepth).toBe(5);
    const grouped = await exactRun({ ...job, groupReporting: true });
    expect(grouped.jobs.map(({ clones, read }) => [clones, read.ios])).toEqual([[2, 2006]]);
  });

  test("bytes and loops add up too", async () => {
    const job = { submit: "offload", iodepth: 3, loops: 2, ioSizeBytes: 10 * 4096 } as const;
    expect(firstOf(await exactRun(job)).read.bytes).toBe(20 * 4096);
  });

  test("its submitters' schedules together are the job's", async () => {
    const arrivals = { process: "linear", read: ios(4000) } as const;
    const job = { name: "job", submit: "offload", iodepth: 4, arrivals } as const;
    const { read } = firstOf(await timedRun({ run: RUN, jobs: [job] }));
    expectSchedule(read, 4000, 4 + 40);
  });
});

describe("pauses, delays, ramps and loops", () => {
  test("thinktime: no more I/Os than the pauses leave room for", async () => {
    const thinktime = { pauseNs: 2e6, spinNs: 1e5, blocks: 5, countedAt: "complete" } as const;
    const job = { name: "job", thinktime };
    const { read } = firstOf(await timedRun({ run: { ...RUN, warmupMs: 0 }, jobs: [job] }));
    expect(read.ios).toBeGreaterThan(5);
    expect(read.ios).toBeLessThanOrEqual(5 * (1 + Math.ceil(read.runtimeNs / 2e6)));
    expect(read.lat.count).toBe(read.ios);
    expect(read.corrected.count).toBe(0);
  });

  test("startdelay: the job's own measurement begins when it does", async () => {
    const record = await timedRun({
      run: { durationMs: 400, warmupMs: 0 },
      jobs: [{ name: "now" }, { name: "later", startDelayMs: 250 }],
    });
    const [now, later] = record.jobs.map(({ elapsedNs }) => elapsedNs);
    expect((now ?? 0) - (later ?? 0)).toBeGreaterThan(200e6);
    expect(record.jobs[1]?.read.ios).toBeGreaterThan(100);
  });

  test("a delay that outlasts the run ends with it", async () => {
    const record = await timedRun({
      run: { durationMs: 100, warmupMs: 0 },
      jobs: [{ name: "now" }, { name: "never", startDelayMs: 60_000 }],
    });
    expect(record.jobs[1]?.read.ios).toBe(0);
    expect(violated(record)).toEqual([]);
  });

  test("a ramp takes the place of the run's warm-up, and the report says so", async () => {
    const record = await timedRun({
      run: { durationMs: 100, warmupMs: 60_000 },
      jobs: [{ name: "job", rampMs: 120 }],
    });
    expect(record.jobs[0]?.read.ios).toBeGreaterThan(100);
    expect(normalReport(record)).toContain("warm-up of 120ms left out");
  });

  test("loops multiply both limits", async () => {
    expect(firstOf(await exactRun({ loops: 3, numberIos: 100 })).read.ios).toBe(300);
    const bytes = { loops: 4, ioSizeBytes: 40_960, sizeBytes: 40_960 };
    expect(firstOf(await exactRun(bytes)).read.ios).toBe(40);
  });
});

describe("a latency goal", () => {
  const run = { durationMs: 20_000, warmupMs: 0 };
  const goal = { windowMs: 20, percentile: 90, keepsRunning: false };

  test("that every depth keeps ends at the whole queue, with figures of it alone", async () => {
    const latencyGoal = { ...goal, targetNs: 1e9 };
    const record = await timedRun({
      run,
      serviceNs: [50_000],
      jobs: [{ name: "job", iodepth: 4, latencyGoal }],
    });
    const job = firstOf(record);
    expect(job.latencyGoal).toEqual({ depth: 4, settled: true });
    expect(job.read.lat.count).toBe(job.read.ios);
    expect(normalReport(record)).toContain(
      "latency   : target=1000000000, window=20000, percentile=90.00%, depth=4",
    );
  });

  test("that nothing keeps ends at depth 0", async () => {
    const latencyGoal = { ...goal, targetNs: 1e6 };
    const record = await timedRun({
      run,
      serviceNs: [3e6],
      jobs: [{ name: "job", iodepth: 8, latencyGoal }],
    });
    expect(firstOf(record).latencyGoal).toEqual({ depth: 0, settled: true });
  });
});

test("the first I/O of a linear rate is due at once, as in fio", async () => {
  const arrivals = { process: "linear", read: { per: "ios", aSecond: 1e-6 } } as const;
  const record = await exactRun({ arrivals, numberIos: 1 });
  expect(record.jobs[0]?.read).toMatchObject({ ios: 1, dropped: 0 });
});

test("an intended start before the end is an I/O or dropped, one at the end neither", async () => {
  const arrivals = { process: "linear", read: { per: "ios", aSecond: 40 } } as const;
  const job = { arrivals, runtimeMs: 500, timeBased: true };
  const alone = firstOf(await exactRun(job)).read;
  expect(alone.ios + alone.dropped).toBe(20);
  const { read } = firstOf(await exactRun({ ...job, iodepth: 4, submit: "offload" }));
  expect(read.ios + read.dropped).toBe(20);
});
