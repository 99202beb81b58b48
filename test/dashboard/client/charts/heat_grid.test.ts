import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cellAt, cellWords } from "../../../../dashboard/client/charts/heat_cell.ts";
import { HeatGrid } from "../../../../dashboard/client/charts/heat_grid.ts";
import {
  LatencyRows,
  latencyBounds,
  spanUsFor,
} from "../../../../dashboard/client/charts/heat_scale.ts";
import { viridis } from "../../../../dashboard/client/charts/viridis.ts";
import { LatencyHistogram } from "../../../../src/machine/histogram.ts";
import { COARSE } from "../../../../src/machine/histogram_geometry.ts";
import type { Frame } from "../../../../src/stream/frame.ts";

const ROWS = 60;
const COLUMNS = 100;
const SPAN_US = 10e6;
const scale = new LatencyRows(10, 1e7, ROWS);

function frameOf(seq: number, values: readonly number[]): Frame {
  const latency = LatencyHistogram.empty(COARSE);
  for (const ns of values) latency.record(ns);
  const op = { op: 0, count: values.length, batchOps: 0, batchNs: 0, batches: 0, latency };
  return {
    ...{ fromSeq: seq, seq, beginUs: seq * 1e5, endUs: (seq + 1) * 1e5, phase: "measure" },
    ...{ group: 0, ops: [op], counters: new Map(), state: undefined, events: [] },
  };
}

function painted(grid: HeatGrid): Uint32Array {
  const pixels = new Uint32Array(COLUMNS * ROWS);
  grid.paint(pixels, 0, COLUMNS - 1, viridis(false));
  return pixels;
}

const gridAt = (beginUs: number): HeatGrid => new HeatGrid(COLUMNS, scale, beginUs, SPAN_US, 0);
const isLit = (pixels: Uint32Array, column: number, row: number): boolean =>
  pixels[(ROWS - 1 - row) * COLUMNS + column] !== 0;

const FRAMES = fc
  .array(fc.array(fc.integer({ min: 1, max: 9e6 }), { maxLength: 20 }), { maxLength: 100 })
  .map((all) => all.map((values, seq) => frameOf(seq, values)));

describe("a heat map", () => {
  test("is lit exactly where latencies are, and dark in a gap", () => {
    fc.assert(
      fc.property(FRAMES, (frames) => {
        const kept = frames.filter(({ seq }) => seq % 5 !== 3);
        const grid = gridAt(0);
        for (const frame of kept) grid.add(frame);
        const pixels = painted(grid);
        for (let column = 0; column < COLUMNS; column++) {
          const frame = kept.find(({ seq }) => seq === column);
          for (let row = 0; row < ROWS; row++) {
            const cell = frame && cellAt([frame], 0, scale, frame.beginUs, row);
            expect(isLit(pixels, column, row)).toBe((cell?.count ?? 0) > 0);
          }
        }
      }),
      { numRuns: 30 },
    );
  });

  test("that moves on is the map of the later time", () => {
    const frames = Array.from({ length: 140 }, (_, seq) => frameOf(seq, [50 + seq * 40, 9e5]));
    const moved = gridAt(0);
    for (const frame of frames.slice(0, 100)) moved.add(frame);
    moved.moveOn(40);
    for (const frame of frames.slice(100)) moved.add(frame);
    const fresh = gridAt(4e6);
    for (const frame of frames.slice(40)) fresh.add(frame);
    expect(moved.beginUs).toBe(4e6);
    expect(painted(moved)).toEqual(painted(fresh));
  });

  test("a frame of a second is as bright as ten of a tenth", () => {
    const [fine, coarse] = [gridAt(0), gridAt(0)];
    const values = Array.from({ length: 50 }, () => 777);
    for (let seq = 0; seq < 10; seq++) fine.add(frameOf(seq, values));
    const all = frameOf(
      0,
      Array.from({ length: 500 }, () => 777),
    );
    coarse.add({ ...all, seq: 9, endUs: 1e6 });
    expect(painted(coarse)).toEqual(painted(fine));
  });
});

describe("a cell", () => {
  test("tells its count, its share, and what lies up to it", () => {
    const frame = frameOf(0, [100, 100, 100, 5000]);
    const cell = cellAt([frame], 0, scale, 10, scale.rowOf(100));
    expect(cell).toMatchObject({ beginUs: 0, endUs: 1e5, count: 3, total: 4, upTo: 3 });
    expect(cell && cellWords(cell, "pin_fast")).toMatch(
      /^0 s to 0\.1 s, .* to .*: 3 of 4 \(75\.0%\), 75\.0% up to here$/,
    );
    expect(cellAt([frame], 0, scale, 2e5, 0)).toBeUndefined();
    const none = cellAt([frameOf(0, [])], 0, scale, 10, 0);
    expect(none && cellWords(none, "unpin")).toBe("0 s to 0.1 s: no unpin was timed");
  });

  test("shares of all rows of a column cover everything once they are narrow enough", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 300, max: 9e6 }), { minLength: 1 }), (values) => {
        const frame = frameOf(0, values);
        const counts = Array.from({ length: ROWS }, (_, row) => {
          return cellAt([frame], 0, scale, 10, row)?.count ?? 0;
        });
        expect(counts.reduce((sum, one) => sum + one, 0)).toBe(values.length);
      }),
    );
  });
});

test("the scale grows by whole powers of ten and never shrinks", () => {
  const bounds = latencyBounds([frameOf(0, [70, 5200])], 0, undefined);
  expect(bounds).toEqual([10, 10_000]);
  expect(latencyBounds([frameOf(1, [800])], 0, bounds)).toEqual(bounds);
  expect(latencyBounds([frameOf(1, [2e6])], 0, bounds)).toEqual([10, 1e7]);
  expect(latencyBounds([], 0, undefined)).toEqual([10, 1e6]);
  expect([spanUsFor(0), spanUsFor(7e6), spanUsFor(61e6), spanUsFor(5e9)]).toEqual([
    ...[5e6, 10e6, 120e6, 600e6],
  ]);
});
