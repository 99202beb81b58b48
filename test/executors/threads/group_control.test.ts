import { describe, expect, test } from "vitest";
import { type ChangeOutcome, RunControl } from "../../../src/executors/control.ts";
import { runThreads } from "../../../src/executors/threads/run_threads.ts";
import type { RunRecord } from "../../../src/results/record.ts";
import { makeScenario, type ScenarioInput } from "../../../src/scenario/make_scenario.ts";
import type { Change } from "../../../src/scenario/timed_change.ts";
import { violated } from "../../support/runs.ts";

/** Makes changes one after the other as soon as the run measures, then lets it end. */
async function turned(
  input: ScenarioInput,
  changes: readonly Change[],
): Promise<{ record: RunRecord; outcomes: ChangeOutcome[] }> {
  const control = new RunControl();
  const outcomes: ChangeOutcome[] = [];
  const end = new AbortController();
  let begun = false;
  const turnAll = async (): Promise<void> => {
    for (const change of changes) {
      outcomes.push(await control.change(change));
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
    end.abort();
  };
  const run = { warmupMs: 0, durationMs: 16_000, ...input.run };
  const record = await runThreads(makeScenario({ ...input, run }), {
    control,
    signal: end.signal,
    onProgress: ({ phase, elapsedMs }) => {
      if (begun || phase !== "measure" || elapsedMs < 60) return;
      begun = true;
      void turnAll();
    },
  });
  return { record, outcomes };
}

const READER = { name: "reader", clones: 2, timeBased: true, iodepth: 8, bufferBytes: 16384 };
const OTHER_SCHEMES = ["exact", "mapcount+barrier", "refcount", "lru-count", "bias+lock", "hybrid"];
const SCHEMES: Change[] = [...OTHER_SCHEMES, "exact-side", "bias"].map((value) => ({
  knob: "scheme",
  value,
}));
/** Its post pass does break a promise where a file's pages are pinned (docs/MODEL.md). */
const HAS_A_HOLE = "lru-count";

const FILE = { everyMs: 5, file: "/data" } as const;
const WORKLOADS: Readonly<Record<string, ScenarioInput["jobs"]>> = {
  direct_io: [READER],
  fixed_buffers: [{ ...READER, pattern: "fixed_buffers" }],
  "rdma_mr for the whole run": [{ ...READER, pattern: "rdma_mr" }],
  "rdma_mr with a lifetime": [{ ...READER, pattern: "rdma_mr", lifetimeMs: 5 }],
  xsk_umem: [{ ...READER, pattern: "xsk_umem", bufferPages: 64 }],
  gup_test: [{ name: "gup", pattern: "gup_test", bufferPages: 512 }],
  mapper: [READER, { name: "mapper", pattern: "mapper", references: 40, bufferPages: 64 }],
  "paced direct_io": [
    { ...READER, arrivals: { process: "poisson", read: { per: "ios", aSecond: 5000 } } },
  ],
  "a mapped file under writeback and reclaim": [
    { ...READER, bufferFile: "/data", sizeBytes: 1 << 20 },
    { name: "flusher", pattern: "writeback", ...FILE },
    { name: "kswapd", pattern: "reclaim", everyMs: 5 },
  ],
  "buffered_io beside it": [
    { ...READER, bufferFile: "/data" },
    { name: "writer", pattern: "buffered_io", file: "/data", readPercent: 50, timeBased: true },
    { name: "flusher", pattern: "writeback", ...FILE, fsync: true },
    { name: "puncher", pattern: "truncate", ...FILE, punch: true, batchPages: 4 },
  ],
};

describe("schemes changed under load leave every count right", () => {
  test.each(Object.entries(WORKLOADS))("%s", async (_, jobs) => {
    const mapped = jobs?.some(({ bufferFile }) => bufferFile !== undefined);
    const schemes = SCHEMES.filter(({ value }) => !(mapped && value === HAS_A_HOLE));
    const { record, outcomes } = await turned({ jobs }, [
      { knob: "bias", value: 4096 },
      ...schemes,
      { knob: "bias", value: 2 },
    ]);
    const refusals = outcomes.flatMap((one) => (one.kind === "refused" ? [one.reason] : []));
    expect(refusals).toEqual([]);
    expect(record.changes.map(({ to }) => to)).toEqual([
      "4096",
      ...schemes.map(({ value }) => String(value)),
      "2",
    ]);
    expect(violated(record)).not.toContain("conserved-refcount");
    expect(record.invariants.violated.filter(({ expected }) => !expected)).toEqual([]);
    expect(record.jobs.map(({ error }) => error)).toEqual(record.jobs.map(() => 0));
    for (const { pauseMs } of record.changes) expect(pauseMs).toBeGreaterThan(0);
  });
});

describe("the other knobs", () => {
  const input: ScenarioInput = { jobs: [READER] };

  test("sample, queue depth, an actor off and on, a pause", async () => {
    const { record, outcomes } = await turned(input, [
      { knob: "sample", value: 16 },
      { knob: "iodepth", job: "reader", value: 2 },
      { knob: "actor", actor: "reader.1", value: false },
      { knob: "actor", actor: "reader.1", value: true },
      { knob: "pause", value: true },
      { knob: "bias", value: 64 },
      { knob: "pause", value: false },
      { knob: "iodepth", job: "reader", value: 8 },
    ]);
    expect(outcomes.map(({ kind }) => kind)).toEqual(outcomes.map(() => "changed"));
    expect(record.changes.map(({ knob, of, from, to }) => [knob, of, from, to])).toEqual([
      ["sample", undefined, "512", "16"],
      ["iodepth", "reader", "8", "2"],
      ["actor", "reader.1", "on", "off"],
      ["actor", "reader.1", "off", "on"],
      ["pause", undefined, "running", "paused"],
      ["bias", undefined, "1024", "64"],
      ["pause", undefined, "paused", "running"],
      ["iodepth", "reader", "2", "8"],
    ]);
    expect(violated(record)).toEqual([]);
  });

  test("a pause does not count: neither as time nor as lateness", async () => {
    const read = { per: "ios", aSecond: 2000 } as const;
    const jobs = [
      { name: "paced", timeBased: true, arrivals: { process: "linear", read } },
    ] as const;
    const { record } = await turned({ jobs: [...jobs] }, [
      { knob: "pause", value: true },
      { knob: "sample", value: 1 },
      { knob: "sample", value: 2 },
      { knob: "sample", value: 1 },
      { knob: "sample", value: 2 },
      { knob: "sample", value: 1 },
      { knob: "pause", value: false },
    ]);
    const pausedMs = record.changes.at(-1)?.pauseMs ?? 0;
    const [job] = record.jobs;
    const wallMs = pausedMs + record.durationNs / 1e6;
    expect(pausedMs).toBeGreaterThan(100);
    expect(record.durationNs / 1e6).toBeLessThan(wallMs - 100);
    // 2000 a second of the time that was measured, not of the pause besides.
    const due = (record.durationNs / 1e9) * 2000;
    expect(job?.read.ios).toBeGreaterThan(due * 0.5);
    expect(job?.read.ios).toBeLessThan(due + 40);
  });

  test("an arrival rate in percent", async () => {
    const read = { per: "ios", aSecond: 500 } as const;
    const { outcomes } = await turned(
      { jobs: [{ name: "paced", timeBased: true, arrivals: { process: "linear", read } }] },
      [{ knob: "rate", value: 400 }],
    );
    expect(outcomes).toMatchObject([{ kind: "changed", change: { from: "100%", to: "400%" } }]);
  });

  test.each<readonly [Change, RegExp]>([
    [{ knob: "rate", value: 200 }, /no job has an arrival rate/],
    [{ knob: "bias", value: 1 }, /from 2 to 1048576/],
    [{ knob: "scheme", value: "bais" }, /bias/],
    [{ knob: "scheme", value: "lru-count+lock" }, /zone_gup_lock/],
    [{ knob: "on-pinned", value: "skipp" }, /skip/],
    [{ knob: "sample", value: -1 }, /from 0/],
    [{ knob: "iodepth", job: "reader", value: 9 }, /1 to 8/],
    [{ knob: "iodepth", job: "nobody", value: 1 }, /nobody/],
    [{ knob: "actor", actor: "reader.7", value: false }, /reader\.7/],
    [{ knob: "pause", value: false }, /not paused/],
  ])("%j is refused with its reason, and nothing changes", async (change, reason) => {
    const { record, outcomes } = await turned(input, [change]);
    expect(outcomes).toMatchObject([{ kind: "refused", reason: expect.stringMatching(reason) }]);
    expect(record.changes).toEqual([]);
  });

  test.each<readonly [string, NonNullable<ScenarioInput["jobs"]>[number], Change, RegExp]>([
    [
      "large folios",
      { ...READER, folioOrder: 9, bufferBytes: 2 << 20, iodepth: 1 },
      { knob: "scheme", value: "mapcount+barrier" },
      /refuses to pin large folios, which reader has/,
    ],
    [
      "long-term pins of file pages",
      { ...READER, pattern: "rdma_mr", bufferFile: "/data" },
      { knob: "scheme", value: "hybrid" },
      /refuse long-term pins of file pages, which reader holds/,
    ],
  ])("%s: what would end the job is refused", async (_, job, change, reason) => {
    const { record, outcomes } = await turned({ jobs: [job] }, [change]);
    expect(outcomes).toMatchObject([{ kind: "refused", reason: expect.stringMatching(reason) }]);
    expect(record.jobs.map(({ error }) => error)).toEqual(record.jobs.map(() => 0));
  });

  test("changes asked for while a group ends do not reach into the next one", async () => {
    const control = new RunControl();
    const asked: Promise<ChangeOutcome>[] = [];
    const job = { ...READER, numberIos: 16_000, timeBased: false, sizeBytes: 1 << 20 };
    const record = await runThreads(
      makeScenario({
        run: { warmupMs: 0 },
        groups: Array.from({ length: 5 }, () => ({ jobs: [job] })),
      }),
      {
        control,
        onProgress: () => {
          for (const value of [64, 2048]) asked.push(control.change({ knob: "bias", value }));
        },
      },
    );
    const outcomes = await Promise.all(asked);
    expect(new Set(outcomes.map(({ kind }) => kind)).size).toBeGreaterThan(0);
    expect(violated(record)).toEqual([]);
    expect(record.jobs.map(({ read }) => read.ios)).toEqual(record.jobs.map(() => 16_000));
  });

  test("an interrupt ends a paused run", async () => {
    const { record } = await turned(input, [{ knob: "pause", value: true }]);
    expect(record.interrupted).toBe(true);
    expect(violated(record)).toEqual([]);
  });
});
