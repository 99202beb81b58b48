import { decodeFromCompressedBase64 } from "hdr-histogram-js";
import { beforeAll, describe, expect, test } from "vitest";
import { differencesOf, ratioWords } from "../../../dashboard/client/compare.ts";
import { waitMs } from "../../../dashboard/client/connection.ts";
import { intervalLog } from "../../../dashboard/client/interval_log.ts";
import { ofCounters, ofOp, ratesOf } from "../../../dashboard/client/rates.ts";
import { RunModel } from "../../../dashboard/client/run_model.ts";
import { Recorder } from "../../../dashboard/server/recorder.ts";
import { runThreads } from "../../../src/executors/threads/run_threads.ts";
import { fioJson } from "../../../src/results/fio_json.ts";
import type { OpName, RunRecord } from "../../../src/results/record.ts";
import { makeScenario } from "../../../src/scenario/make_scenario.ts";
import { type RunView, readRunView } from "../../../src/stream/run_view.ts";

let record: RunRecord;
let view: RunView;
let finished: RunModel;

beforeAll(async () => {
  const recorder = new Recorder();
  const scenario = makeScenario({
    run: { warmupMs: 200, durationMs: 900, sample: 16 },
    jobs: [{ name: "a", clones: 2, timeBased: true, iodepth: 4 }],
    changes: [{ atMs: 300, change: { knob: "bias", value: 64 } }],
  });
  const { control, observer } = recorder;
  record = await runThreads(scenario, { control, observer });
  view = readRunView(fioJson(record, "json+", recorder.timeline));
  finished = RunModel.finished("one", view);
});

describe("a run on the page", () => {
  test("that is finished has the result's figures", () => {
    for (const { name, count, latency } of finished.ops) {
      const op = record.ops[name as OpName];
      expect([count, latency?.count]).toEqual([op?.count, op?.latency.count]);
    }
    expect(finished.marks.map(({ label }) => label)).toEqual(["bias 1024 → 64"]);
  });

  test("that is live comes to the same by its frames alone", () => {
    const live = RunModel.live(finished.info);
    for (const frame of view.timeline?.frames ?? []) live.add(frame);
    for (const { name, count, latency, batchMeanNs } of live.ops) {
      const op = record.ops[name as OpName];
      expect([name, count]).toEqual([name, op?.count]);
      expect(latency && [...latency.nonZero()]).toEqual([
        ...(op?.latency.coarsened().nonZero() ?? []),
      ]);
      if (batchMeanNs !== undefined) expect(batchMeanNs).toBeCloseTo(op?.batchMeanNs ?? 0, 0);
    }
    expect(live.counter("nr_foll_pin_acquired")).toBe(record.vmstat.nr_foll_pin_acquired);
    expect(live.parameters.find(({ name }) => name === "bias")?.value).toBe("64");
    // Pauses and moments between phases are no measured time, or its rates would be too low.
    expect(Math.abs(live.measuredUs * 1e3 - record.durationNs) / record.durationNs).toBeLessThan(
      0.2,
    );
  });
});

test("rates over time: a second of each frame, gaps between frames that do not follow", () => {
  const frames = view.timeline?.frames ?? [];
  const op = finished.info.ops.indexOf("pin_fast");
  const cut = [...frames.slice(0, 3), ...frames.slice(5)];
  const { seconds, values } = ratesOf(cut, [ofOp(op), ofCounters([0])]);
  expect(values.map((line) => line.length)).toEqual([seconds.length, seconds.length]);
  expect(values[0]?.filter((one) => one === null).length).toBeGreaterThan(0);
  expect([...seconds].sort((a, b) => a - b)).toEqual(seconds);
  const sum = frames.reduce((total, frame) => total + ofOp(op)(frame), 0);
  expect(sum).toBeGreaterThan(0);
});

test("the interval log is read back by another implementation, with every latency", async () => {
  const log = await intervalLog(finished);
  const lines = log.split("\n").filter((line) => line.startsWith("Tag=pin_fast,"));
  expect(lines.length).toBeGreaterThan(0);
  const counts = lines.map(
    (line) => decodeFromCompressedBase64(line.split(",")[4] ?? "").totalCount,
  );
  const op = finished.info.ops.indexOf("pin_fast");
  const timed = (view.timeline?.frames ?? []).reduce(
    (sum, frame) => sum + (frame.ops.find((one) => one.op === op)?.latency.count ?? 0),
    0,
  );
  expect(counts.reduce((sum, one) => sum + one, 0)).toBe(timed);
});

test("differences in words", () => {
  expect(ratioWords(1.01)).toBe("the same");
  expect(ratioWords(0.88)).toBe("12 % lower");
  expect(ratioWords(1.2)).toBe("20 % higher");
  expect(ratioWords(1.8)).toBe("1.8 times as high");
  expect(ratioWords(Number.NaN)).toBe("not to be compared");
  const [sentence] = differencesOf("pin_fast", [finished, finished], ["one", "two"]);
  expect(sentence).toMatch(/^two against one: p50 the same \(.* against .*\); .*; rate the same/);
});

test("who lost the connection comes back later and later, and not all at once", () => {
  const waits = [1, 2, 3, 4, 5, 6, 7, 8].map((tries) => waitMs(tries, 0.5));
  expect([...waits].sort((a, b) => a - b)).toEqual(waits);
  expect(waits.at(-1)).toBeLessThanOrEqual(15_000);
  expect(waitMs(3, 0)).toBeLessThan(waitMs(3, 0.99));
});
