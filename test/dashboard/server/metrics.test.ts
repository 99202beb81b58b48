import fs from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { Totals } from "../../../dashboard/server/metrics.ts";
import { COUNTERS } from "../../../dashboard/server/run_facts.ts";
import { LatencyHistogram } from "../../../src/machine/histogram.ts";
import { COARSE } from "../../../src/machine/histogram_geometry.ts";
import { OP_NAMES } from "../../../src/scenario/metric_names.ts";
import type { Frame } from "../../../src/stream/frame.ts";
import type { RunInfo } from "../../../src/stream/state.ts";
import { testNeeding } from "../../support/needs.ts";
import { parsed } from "../../support/openmetrics.ts";
import { ROOT } from "../../tidy/project_files.ts";

const RUN = {
  ...{ id: "1", name: 'a "name"\n', source: "x.fio", executor: "threads", seed: 1 },
  ...{ ops: OP_NAMES, counters: COUNTERS },
} as unknown as RunInfo;

function frame(seq: number): Frame {
  const latency = LatencyHistogram.empty(COARSE);
  for (const ns of [70, 80, 900, 12_000]) latency.record(ns);
  const op = { op: 0, count: 1000, batchOps: 0, batchNs: 0, batches: 0, latency };
  return {
    ...{ fromSeq: seq, seq, beginUs: seq, endUs: seq + 1, phase: "measure", group: 0 },
    ...{ ops: [op], counters: new Map([[0, 5]]), state: undefined, events: [] },
  };
}

const totals = new Totals();
for (let seq = 0; seq < 3; seq++) totals.add(frame(seq));
const text = totals.text(RUN, 7, 2);

testNeeding("python3-prometheus-client", "Prometheus' own parser reads the metrics", () => {
  const families = parsed(text);
  const value = (name: string, labels: Record<string, string>): number | undefined =>
    [...families.values()]
      .flatMap(({ samples }) => samples)
      .find(([sample, given]) => {
        return sample === name && Object.entries(labels).every(([key, one]) => given[key] === one);
      })?.[2];
  expect(value("pinlab_live_operations_total", { op: "pin_fast" })).toBe(3000);
  expect(value("pinlab_live_latency_seconds_count", { op: "pin_fast" })).toBe(12);
  expect(value("pinlab_live_events_total", { counter: "nr_foll_pin_acquired" })).toBe(15);
  expect(value("pinlab_viewers", {})).toBe(7);
  expect(value("pinlab_frames_total", {})).toBe(3);
  expect(families.get("pinlab_live_run")?.samples[0]?.[1].name).toBe('a "name"\n');
});

test("the Grafana dashboard asks for metrics that there are", () => {
  const json = fs.readFileSync(path.join(ROOT, "examples/grafana-dashboard.json"), "utf8");
  const { panels } = JSON.parse(json) as { panels: { targets: { expr: string }[] }[] };
  const asked = panels.flatMap(({ targets }) =>
    targets.flatMap(({ expr }) => expr.match(/pinlab_\w+/g) ?? []),
  );
  expect(asked.length).toBeGreaterThan(5);
  for (const name of asked) expect(text).toMatch(new RegExp(`^${name}[{ ]`, "m"));
});

test("where nothing runs there are viewers alone", () => {
  const idle = new Totals().text(undefined, 0, 0);
  expect(idle).toContain("pinlab_viewers 0");
  expect(idle).not.toContain("pinlab_live");
});
