import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LatencyHistogram } from "../../src/machine/histogram.ts";
import { fioJson } from "../../src/results/fio_json.ts";
import { ByteWriter } from "../../src/stream/bytes.ts";
import type { Frame } from "../../src/stream/frame.ts";
import { writeFrames } from "../../src/stream/frame_codec.ts";
import { RunViewFault, readRunView } from "../../src/stream/run_view.ts";
import { exactRun } from "../support/runs.ts";

const record = await exactRun({ numberIos: 3000, sizeBytes: 1 << 20 }, { scheme: "bias" });

const FRAME: Frame = {
  fromSeq: 0,
  seq: 3,
  beginUs: 0,
  endUs: 400_000,
  phase: "measure",
  group: 0,
  ops: [],
  counters: new Map([[1, 7]]),
  state: undefined,
  events: [],
};

function timeline(frames: readonly Frame[]) {
  const out = new ByteWriter();
  writeFrames(out, frames);
  const base64 = Buffer.from(out.take()).toString("base64");
  return { ops: ["pin_fast"], counters: ["a", "b"], frames: base64 };
}

describe("a result file", () => {
  test("with bins gives the very histograms of the run", () => {
    const view = readRunView(fioJson(record, "json+"));
    expect(view.ops.map(({ name }) => name)).toEqual(Object.keys(record.ops));
    for (const { name, count, latency } of view.ops) {
      const ran = record.ops[name as keyof typeof record.ops];
      expect(count).toBe(ran?.count);
      expect([...(latency?.nonZero() ?? [])]).toEqual([...(ran?.latency.nonZero() ?? [])]);
      for (const percent of [0, 50, 99, 99.9, 100]) {
        expect(latency?.percentile(percent)).toBe(ran?.latency.percentile(percent));
      }
    }
  });

  test("without bins gives percentiles", () => {
    const [pin] = readRunView(fioJson(record, "json")).ops;
    expect(pin?.latency).toBeUndefined();
    expect(pin?.percentiles.map(({ percent }) => percent)).toContain(99.9);
  });

  test("gives counters by the names of a live run's", () => {
    const { counters } = readRunView(fioJson(record, "json"));
    expect(counters.get("nr_foll_pin_acquired")).toBe(record.vmstat.nr_foll_pin_acquired);
    expect(counters.get("read.ios")).toBe(3000);
    expect(counters.get("work.skipped")).toBe(0);
    expect(counters.get("pins.true_positive")).toBe(0);
  });

  test("keeps the frames of a watched run", () => {
    const view = readRunView(fioJson(record, "json+", timeline([FRAME])));
    expect(view.timeline).toEqual({ ops: ["pin_fast"], counters: ["a", "b"], frames: [FRAME] });
    expect(readRunView(fioJson(record, "json+")).timeline).toBeUndefined();
  });
});

describe("what is no result is refused in one sentence", () => {
  const whole = fioJson(record, "json+", timeline([FRAME]));
  const changed = (change: (pinlab: Record<string, unknown>) => void): string => {
    const value = JSON.parse(whole) as { pinlab: Record<string, unknown> };
    change(value.pinlab);
    return JSON.stringify(value);
  };

  test.each([
    ["", /no JSON/],
    ["[]", /no "pinlab" object/],
    ["null", /no "pinlab" object/],
    ['{"jobs": []}', /no "pinlab" object/],
    ['{"pinlab": null}', /schema is undefined/],
    ['{"pinlab": {"schema": 9}}', /schema is 9; this pinlab reads 1/],
    [whole.slice(0, whole.length / 2), /no JSON/],
    [changed((p) => delete p.vmstat), /pinlab\.vmstat/],
    [changed((p) => Object.assign(p, { seed: "one" })), /pinlab\.seed/],
    [changed((p) => Object.assign(p, { timeline: { ...timeline([]), frames: "%" } })), /base64/],
    [changed((p) => Object.assign(p, { timeline: timeline([FRAME, FRAME]) })), /out-of-order/],
  ])("%#", (text, words) => {
    expect(() => readRunView(text)).toThrow(RunViewFault);
    expect(() => readRunView(text)).toThrow(words);
  });

  test("whatever the JSON is", () => {
    fc.assert(
      fc.property(fc.json(), fc.json(), (one, two) => {
        const text = `{"timestamp_ms": 1, "jobs": ${one}, "pinlab": {"schema": 1, "ops": ${two}}}`;
        expect(() => readRunView(text)).toThrow(RunViewFault);
      }),
    );
  });
});

test("coarse slots are made of whole fine ones", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 3.6e12 }), { minLength: 1 }), (values) => {
      const fine = LatencyHistogram.empty();
      for (const ns of values) fine.record(ns);
      const coarse = fine.coarsened();
      expect(coarse.count).toBe(fine.count);
      expect([coarse.minNs, coarse.maxNs]).toEqual([fine.minNs, fine.maxNs]);
      for (const { lowNs, highNs, count } of coarse.nonZero()) {
        const inside = values.filter((ns) => ns >= lowNs && ns <= highNs);
        expect(count).toBe(inside.length);
      }
    }),
  );
});
