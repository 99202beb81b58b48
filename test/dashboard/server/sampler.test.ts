import { describe, expect, test } from "vitest";
import { COUNTERS } from "../../../dashboard/server/run_facts.ts";
import { Sampler } from "../../../dashboard/server/sampler.ts";
import { RunControl } from "../../../src/executors/control.ts";
import { runThreads } from "../../../src/executors/threads/run_threads.ts";
import { LatencyHistogram } from "../../../src/machine/histogram.ts";
import { COARSE } from "../../../src/machine/histogram_geometry.ts";
import type { OpName, RunRecord } from "../../../src/results/record.ts";
import { makeScenario, type ScenarioInput } from "../../../src/scenario/make_scenario.ts";
import { OP_NAMES } from "../../../src/scenario/metric_names.ts";
import type { Frame } from "../../../src/stream/frame.ts";
import type { RunState, StreamEvent } from "../../../src/stream/state.ts";

async function watched(
  input: ScenarioInput,
): Promise<{ record: RunRecord; frames: Frame[]; events: StreamEvent[] }> {
  const frames: Frame[] = [];
  const control = new RunControl();
  const observer = new Sampler(
    (frame) => frames.push(frame),
    () => control.state,
  );
  const record = await runThreads(makeScenario(input), { control, observer });
  observer.finished("name", false);
  const events = frames.flatMap((frame) => frame.events.map((one) => JSON.parse(one)));
  return { record, frames, events };
}

const MEASURED = ["measure", "paused", "drain"];
const measured = (frames: readonly Frame[]) =>
  frames.filter(({ phase }) => MEASURED.includes(phase));

function sumOf(frames: readonly Frame[], name: OpName) {
  let [count, latency] = [0, LatencyHistogram.empty(COARSE)];
  for (const one of frames.flatMap(({ ops }) => ops)) {
    if (OP_NAMES[one.op] !== name) continue;
    count += one.count;
    latency = latency.plus(one.latency);
  }
  return { count, latency };
}

function counter(frames: readonly Frame[], name: string): number {
  const index = COUNTERS.indexOf(name);
  return frames.reduce((sum, { counters }) => sum + (counters.get(index) ?? 0), 0);
}

const JOB = { timeBased: true, iodepth: 8, readPercent: 60 } as const;
const RUNS: Readonly<Record<string, ScenarioInput>> = {
  "with a warm-up and clones": {
    run: { warmupMs: 250, durationMs: 700, sample: 64 },
    jobs: [{ name: "a", clones: 2, ...JOB }],
  },
  "in two groups": {
    run: { warmupMs: 120, durationMs: 300, sample: 16 },
    groups: [{ jobs: [{ name: "a", ...JOB }] }, { jobs: [{ name: "b", ...JOB, clones: 3 }] }],
  },
  "with a file, an arrival rate and a pause": {
    run: { warmupMs: 150, durationMs: 500, sample: 8 },
    machine: { scheme: "refcount" },
    jobs: [
      { name: "a", ...JOB, bufferFile: "/data", sizeBytes: 1 << 20 },
      { name: "p", ...JOB, arrivals: { process: "poisson", read: { per: "ios", aSecond: 9000 } } },
      { name: "flusher", pattern: "writeback", file: "/data", everyMs: 3 },
      { name: "kswapd", pattern: "reclaim", everyMs: 5 },
    ],
    changes: [{ atMs: 200, change: { knob: "pause", value: true }, forMs: 250 }],
  },
};

describe.each(Object.entries(RUNS))("frames of a run %s", (_, input) => {
  const run = watched(input);

  test("follow each other in looks and in time", async () => {
    const { frames } = await run;
    frames.slice(1).forEach((frame, i) => {
      expect(frame.fromSeq).toBe((frames[i]?.seq ?? 0) + 1);
      expect(frame.beginUs).toBe(frames[i]?.endUs);
    });
    expect(frames.at(-1)?.phase).toBe("done");
  });

  test("add up to what the result has: every operation, every latency", async () => {
    const { record, frames } = await run;
    for (const name of OP_NAMES) {
      const sum = sumOf(measured(frames), name);
      const op = record.ops[name];
      const coarse = (op?.latency ?? LatencyHistogram.empty()).coarsened();
      expect([name, ...sum.latency.nonZero()]).toEqual([name, ...coarse.nonZero()]);
      const counted = name === "io_corrected" ? op?.latency.count : op?.count;
      expect([name, sum.count]).toEqual([name, counted ?? 0]);
    }
  });

  test("add up to the result's counters", async () => {
    const { record, frames } = await run;
    for (const [name, value] of Object.entries(record.vmstat)) {
      // What a group leaves is given back after its last look.
      if (name.startsWith("pg") || name === "nr_written") continue;
      expect([name, counter(frames, name)]).toEqual([name, value]);
    }
    const ios = record.jobs.reduce((sum, { read }) => sum + read.ios, 0);
    const late = record.jobs.reduce((sum, { read }) => sum + read.late, 0);
    expect(counter(measured(frames), "read.ios")).toBe(ios);
    expect(counter(measured(frames), "read.late")).toBe(late);
  });
});

test("knobs, violations and the end are told as they happen", async () => {
  const { record, frames, events } = await watched({
    ...RUNS["with a file, an arrival rate and a pause"],
    thresholds: ["read.iops>1"],
  });
  expect(events.map(({ kind }) => kind)).toContain("violation");
  const changes = events.flatMap((event) => (event.kind === "change" ? [event.change] : []));
  expect(changes).toEqual(JSON.parse(JSON.stringify(record.changes)));
  expect(events.at(-1)).toMatchObject({ kind: "finished", result: "name" });
  const states = frames.flatMap(({ state }) => (state ? [JSON.parse(state) as RunState] : []));
  expect(states.at(-1)?.machine[0]).toEqual({ name: "scheme", value: "refcount" });
  expect(states.map(({ paused }) => paused)).toContain(true);
  expect(states.at(-1)?.thresholds).toMatchObject([{ text: "read.iops>1", ok: true }]);
});
