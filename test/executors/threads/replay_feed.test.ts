import { truncateSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  ACTOR_REPLAY_OVER,
  ACTOR_REPLAY_SHARE,
  REPLAY_ENTRIES,
  REPLAY_WHOLE,
} from "../../../assembly/shared/actor_layout.ts";
import { CPU_ACTOR } from "../../../assembly/shared/layout.ts";
import { ReplayFeed } from "../../../src/executors/threads/replay_feed.ts";
import { writeActor } from "../../../src/machine/actor_block.ts";
import { cpuAddress } from "../../../src/machine/machine.ts";
import type { DirectionRecord } from "../../../src/results/record.ts";
import { scanLog } from "../../../src/scenario/iolog/scan_log.ts";
import { makeScenario } from "../../../src/scenario/make_scenario.ts";
import type { Replay } from "../../../src/scenario/scenario.ts";
import { emptyGroup } from "../../support/fake_workers.ts";
import { LogFolder } from "../../support/logs.ts";
import { exactRun, timedRun, violated } from "../../support/runs.ts";

const folder = new LogFolder();

function replayOf(files: readonly string[], change: Partial<Replay> = {}): Replay {
  const largestBytes = Math.max(...files.map((file) => scanLog(file).largestBytes));
  return { files, keepsTime: false, timeScalePercent: 100, skip: [], largestBytes, ...change };
}

describe("a run that replays", () => {
  const mixed = folder.v3(
    "mixed",
    ...["1 read 0 4096", "2 write 4096 1048576", "3 sync 0 0", "4 read 8192 65536"],
  );

  test.each([
    { pattern: "direct_io", pins: 1 + 256 + 16 },
    { pattern: "buffered_io", pins: 0 },
    { pattern: "fixed_buffers", pins: 2 * 256 },
    { pattern: "rdma_mr", pins: 2 * 256 },
  ] as const)("does the log's I/Os once: $pattern", async ({ pattern, pins }) => {
    const machine = { scheme: "hybrid" } as const;
    const record = await exactRun({ pattern, iodepth: 2, replay: replayOf([mixed]) }, machine);
    const [job] = record.jobs;
    expect([job?.read.ios, job?.read.bytes]).toEqual([2, 69632]);
    expect([job?.write.ios, job?.write.bytes]).toEqual([1, 1048576]);
    expect(record.vmstat.nr_foll_pin_acquired).toBe(pins);
    expect(record.vmstat.nr_foll_pin_released).toBe(pins);
    expect(violated(record)).toEqual([]);
  });

  test("leaves out what is to be skipped", async () => {
    const replay = replayOf([mixed], { skip: ["read"] });
    const { jobs } = await exactRun({ replay });
    expect([jobs[0]?.read.ios, jobs[0]?.write.ios]).toEqual([0, 1]);
  });

  test("gives each clone its log, those beyond the last one the last", async () => {
    const one = folder.v3("one", "1 read 0 4096");
    const { jobs } = await exactRun({ clones: 3, replay: replayOf([mixed, one]) });
    expect(jobs.map(({ read, write }) => read.ios + write.ios)).toEqual([3, 1, 1]);
  });

  test("refills its ring from a long log, whatever the job's sizes say", async () => {
    const log = folder.long("long", 50_001);
    const sizes = { ioSizeBytes: 4096, numberIos: 1, iodepth: 32 };
    const { jobs } = await exactRun({ ...sizes, replay: replayOf([log]) });
    expect([jobs[0]?.read.ios, jobs[0]?.write.ios]).toEqual([25_001, 25_000]);
  });

  test("waits for a slow device and not for more of the log", async () => {
    const replay = replayOf([folder.long("slow", 9_000)]);
    const jobs = [{ name: "job", iodepth: 64, replay }];
    const record = await timedRun({ run: { warmupMs: 0 }, serviceNs: [200_000], jobs });
    expect(record.jobs[0]?.error).toBe(0);
    expect((record.jobs[0]?.read.ios ?? 0) + (record.jobs[0]?.write.ios ?? 0)).toBe(9_000);
  });

  test("shows how far it is", async () => {
    const seen: (number | undefined)[] = [];
    const onProgress = ({ replayed }: { replayed?: number | undefined }) => seen.push(replayed);
    const jobs = [{ name: "job", replay: replayOf([folder.long("shown", 200_000)]) }];
    await timedRun({ run: { warmupMs: 0 }, jobs }, { onProgress });
    expect(seen.length).toBeGreaterThan(1);
    expect(seen).toEqual([...seen].sort((a = -1, b = -1) => a - b));
    expect(seen.at(-1)).toBe(1);
  });

  test("is cut by a duration", async () => {
    const replay = replayOf([folder.long("cut", 400_000)]);
    const jobs = [{ name: "job", replay }];
    const run = { warmupMs: 0, durationMs: 30 };
    const record = await timedRun({ run, serviceNs: [1_000_000], jobs });
    expect(record.jobs[0]?.error).toBe(0);
    expect(record.jobs[0]?.read.ios).toBeLessThan(200_000);
  });
});

describe("much that is passed over between two I/Os", () => {
  /** A feed of a log of 6 MiB, all of it left out. */
  function feedOf(goesOn: () => boolean) {
    const log = folder.long("skipped", 200_000);
    const replay = replayOf([log], { skip: ["read"] });
    const { context, actors } = emptyGroup(makeScenario({ jobs: [{ replay }] }));
    const { machine } = context;
    const [actor] = actors;
    if (!actor) throw new Error("no actor");
    writeActor(machine, { ...actor, seed: 1n, sample: 0 });
    const cpu = cpuAddress(machine, actor.cpu);
    const task = { ...replay, path: log, skip: ["read", "write"] as const };
    const word = (offset: number) => machine.words[(cpu + CPU_ACTOR + offset) >>> 2];
    return { feed: new ReplayFeed(machine.memory, cpu, task, goesOn), word };
  }

  test("is no silence: the feed says at each MiB that it lives", () => {
    let asked = 0;
    const { feed, word } = feedOf(() => {
      asked++;
      return true;
    });
    expect(feed.fill()).toBe(true);
    expect(asked).toBeGreaterThanOrEqual(6);
    expect([feed.isAtEnd, word(ACTOR_REPLAY_OVER)]).toEqual([true, 1]);
  });

  test("is left when the run is stopped meanwhile, and is not the log's end", () => {
    let asked = 0;
    const { feed, word } = feedOf(() => ++asked < 3);
    expect(feed.fill()).toBe(true);
    expect(asked).toBeLessThan(6);
    expect([feed.isAtEnd, word(ACTOR_REPLAY_OVER)]).toEqual([false, 0]);
    expect(word(ACTOR_REPLAY_SHARE)).toBeLessThan(REPLAY_WHOLE / 2);
  });
});

describe("a replay that is cut short behind its log", () => {
  const cut = async (ios: number, serviceNs: number) => {
    const jobs = [
      { name: "job", replay: replayOf([folder.long("behind", ios)], { keepsTime: true }) },
    ];
    const run = { warmupMs: 0, durationMs: 500 };
    const {
      jobs: [job],
      notes,
    } = await timedRun({ run, serviceNs: [serviceNs], jobs });
    const sides = job ? [job.read, job.write] : [];
    const sum = (of: (side: DirectionRecord) => number) =>
      sides.reduce((all, one) => all + of(one), 0);
    return { ios: sum((side) => side.ios), dropped: sum((side) => side.dropped), notes };
  };

  test("counts what was due, to the log's end", async () => {
    // An I/O a microsecond; the device takes 10 ms for each.
    const { ios, dropped, notes } = await cut(3000, 1e7);
    expect(ios + dropped).toBe(3000);
    expect(notes).toEqual([]);
  });

  test("says that there was more than it has read", async () => {
    const { dropped, notes } = await cut(9000, 1e7);
    expect(dropped).toBe(REPLAY_ENTRIES);
    expect(notes.join()).toContain("job: its replay was cut short far behind its log: at least");
  });
});

describe("a log that changes after it was scanned", () => {
  test("and is shorter fails the job with its place", async () => {
    const log = folder.long("shorter", 60_000);
    const jobs = [{ name: "job", replay: replayOf([log]) }];
    const run = { warmupMs: 0 };
    let cut = false;
    const onProgress = ({ phase }: { phase: string }) => {
      if (phase !== "measure" || cut) return;
      truncateSync(log, 3 << 19);
      cut = true;
    };
    const record = await timedRun({ run, serviceNs: [20_000], jobs }, { onProgress });
    expect(record.jobs[0]?.error).toBe(5);
    expect(record.jobs[0]?.errorText).toMatch(/shorter: the file ended after \d+ of its \d+ bytes/);
    expect(violated(record)).toEqual([]);
  });

  test.each([
    ["has a longer I/O", "1 read 0 8192", /line:4: an I\/O of 8192 bytes, longer/],
    ["has a faulty line", "1 read 0 0", /line:4: the length "0"/],
  ])("and %s fails it too", async (_, line, why) => {
    const replay = replayOf([folder.v3("line", "1 read 0 4096")]);
    folder.v3("line", line);
    const { jobs } = await exactRun({ replay });
    expect(jobs[0]?.error).toBe(5);
    expect(jobs[0]?.errorText).toMatch(why);
  });

  test("and is gone fails it too", async () => {
    const replay = { ...replayOf([folder.v3("here", "1 read 0 4096")]), files: ["/gone/log"] };
    const { jobs } = await exactRun({ replay });
    expect(jobs[0]?.errorText).toContain("/gone/log: no such file");
  });
});
