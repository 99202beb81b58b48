import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LatencyHistogram } from "../../src/machine/histogram.ts";
import { COARSE } from "../../src/machine/histogram_geometry.ts";
import { coalesce, type Frame, mergeFrames, PHASES } from "../../src/stream/frame.ts";
import { decodeMessage, encodeMessage, type Message } from "../../src/stream/message.ts";
import { WireFault } from "../../src/stream/wire_fault.ts";

const LATENCIES = fc.array(fc.integer({ min: 0, max: 5e9 }), { maxLength: 40 }).map((values) => {
  const histogram = LatencyHistogram.empty(COARSE);
  for (const ns of values) histogram.record(ns);
  return histogram;
});

const OP = fc.record({
  op: fc.integer({ min: 0, max: 63 }),
  count: fc.maxSafeNat(),
  batchOps: fc.constant(0),
  batchNs: fc.constant(0),
  batches: fc.constant(0),
  latency: LATENCIES,
});

const FRAME: fc.Arbitrary<Frame> = fc
  .record({
    fromSeq: fc.nat(),
    seq: fc.nat(1000),
    beginUs: fc.nat(),
    endUs: fc.nat(),
    phase: fc.constantFrom(...PHASES),
    group: fc.nat(100),
    ops: fc.uniqueArray(OP, { selector: ({ op }) => op, maxLength: 13 }),
    counters: fc
      .dictionary(
        fc.integer({ min: 0, max: 511 }).map(String),
        fc.integer({ min: 1, max: 2 ** 40 }),
      )
      .map((all) => new Map(Object.entries(all).map(([index, value]) => [Number(index), value]))),
    state: fc.option(fc.json(), { nil: undefined }),
    events: fc.array(fc.json(), { maxLength: 3 }),
  })
  .map(({ seq, endUs, ops, counters, ...rest }) => ({
    ...rest,
    seq: rest.fromSeq + seq,
    endUs: rest.beginUs + endUs,
    ops: ops.sort((a, b) => a.op - b.op),
    counters: new Map([...counters].sort(([a], [b]) => a - b)),
  }));

describe("messages", () => {
  test("come back as they were", () => {
    fc.assert(
      fc.property(FRAME, (frame) => {
        const message: Message = { type: "delta", frame };
        expect(decodeMessage(encodeMessage(message))).toEqual(message);
      }),
    );
  });

  test("cut anywhere are refused with a code", () => {
    fc.assert(
      fc.property(FRAME, fc.nat(), (frame, at) => {
        const bytes = encodeMessage({ type: "delta", frame });
        const cut = bytes.subarray(0, at % bytes.length);
        expect(() => decodeMessage(cut)).toThrow(WireFault);
      }),
    );
  });

  test("with a byte too many are refused", () => {
    const bytes = encodeMessage({ type: "snapshot", first: true, last: true, frames: [] });
    expect(() => decodeMessage(new Uint8Array([...bytes, 0]))).toThrow(/too many/);
  });

  test("of random bytes are refused or read, never anything else", () => {
    const header = fc.constantFrom([0x50, 1, 1], [0x50, 1, 2], [0x50, 1, 3], [0x50, 1, 4], []);
    fc.assert(
      fc.property(header, fc.uint8Array({ maxLength: 300 }), (first, rest) => {
        try {
          decodeMessage(new Uint8Array([...first, ...rest]));
        } catch (error) {
          expect(error).toBeInstanceOf(WireFault);
        }
      }),
      { numRuns: 5000 },
    );
  });

  test("announcing more than they hold do not make the reader allocate it", () => {
    const frames = [0x50, 1, 2, 3, 0xff, 0xff, 0xff, 0xff, 0x7f];
    expect(() => decodeMessage(new Uint8Array(frames))).toThrow(/announced/);
  });
});

describe("frames add", () => {
  const total = (frames: readonly Frame[]) => {
    const counts = new Map<string, number>();
    const add = (key: string, value: number): void => {
      if (value > 0) counts.set(key, (counts.get(key) ?? 0) + value);
    };
    for (const { ops, counters, events } of frames) {
      for (const { op, count, latency } of ops) {
        add(`op ${op}`, count / 2 ** 20);
        for (const slot of latency.nonZero()) add(`op ${op} slot ${slot.index}`, slot.count);
      }
      for (const [index, value] of counters) add(`counter ${index}`, value);
      for (const event of events) add(`event ${event}`, 1);
    }
    return new Map([...counts].map(([key, value]) => [key, Number(value.toPrecision(9))]));
  };

  test("merged frames hold the sum of both", () => {
    fc.assert(
      fc.property(FRAME, FRAME, (a, b) => {
        expect(new Set(total([mergeFrames(a, b)]))).toEqual(new Set(total([a, b])));
      }),
    );
  });

  test("coalesced frames hold what all of them held", () => {
    fc.assert(
      fc.property(fc.array(FRAME, { maxLength: 6 }), (frames) => {
        expect(new Set(total(coalesce(frames)))).toEqual(new Set(total(frames)));
      }),
    );
  });
});
