import { describe, expect, test } from "vitest";
import type { Frame, Phase } from "../../src/stream/frame.ts";
import { Timeline } from "../../src/stream/timeline.ts";

function frame(seq: number, phase: Phase = "measure"): Frame {
  return {
    fromSeq: seq,
    seq,
    beginUs: seq * 100_000,
    endUs: (seq + 1) * 100_000,
    phase,
    group: 0,
    ops: [],
    counters: new Map([[0, 1]]),
    state: undefined,
    events: [],
  };
}

function filled(looks: number, phaseOf: (seq: number) => Phase = () => "measure"): Timeline {
  const timeline = new Timeline();
  for (let seq = 0; seq < looks; seq++) timeline.add(frame(seq, phaseOf(seq)));
  return timeline;
}

const counted = (frames: readonly Frame[]): number =>
  frames.reduce((sum, { counters }) => sum + (counters.get(0) ?? 0), 0);

describe("a timeline", () => {
  test.each([10, 700, 7000, 200_000])("of %i looks is bounded and loses no count", (looks) => {
    const frames = filled(looks).frames();
    expect(counted(frames)).toBe(looks);
    expect(frames.length).toBeLessThan(1600);
    let next = 0;
    for (const { fromSeq, seq } of frames) {
      expect(fromSeq).toBe(next);
      next = seq + 1;
    }
  });

  test("keeps the last minute as it came", () => {
    const fine = filled(2000).frames().slice(-600);
    expect(fine.every(({ fromSeq, seq }) => fromSeq === seq)).toBe(true);
  });

  test("keeps phases apart", () => {
    const frames = filled(3000, (seq) => (seq < 25 ? "warmup" : "measure")).frames();
    expect(counted(frames.filter(({ phase }) => phase === "warmup"))).toBe(25);
  });

  test("tells what came after a look in one frame a phase", () => {
    const timeline = filled(100, (seq) => (seq < 90 ? "warmup" : "measure"));
    const later = timeline.since(79) ?? [];
    expect(later.map(({ fromSeq, seq }) => [fromSeq, seq])).toEqual([
      [80, 89],
      [90, 99],
    ]);
    expect(timeline.since(99)).toEqual([]);
  });

  test("says when it cannot: within a merged frame, or from another run", () => {
    expect(filled(2000).since(13)).toBeUndefined();
    expect(filled(10).since(10)).toBeUndefined();
  });
});
