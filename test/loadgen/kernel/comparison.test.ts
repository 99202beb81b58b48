import { describe, expect, test } from "vitest";
import { type Comparison, verdictOf } from "../../../loadgen/kernel/comparison.ts";
import { kernelJson } from "../../../loadgen/kernel/json.ts";
import { kernelText } from "../../../loadgen/kernel/text.ts";

const COUNTED = { ios: 1000, bytes: 4_096_000, acquired: 100_000, released: 100_000 };
const JOB = {
  name: "reader",
  ioengine: "libaio",
  group: 0,
  clones: 1,
  fio: { ios: 1000, bytes: 4_096_000, refused: false },
  emulator: { ...COUNTED, refused: false },
};

function comparison(change: Partial<Comparison> = {}): Comparison {
  return {
    name: "job",
    source: "job.fio",
    kernel: COUNTED,
    emulator: COUNTED,
    jobs: [JOB],
    environment: {
      kernel: "6.18.1",
      fio: "fio-3.33",
      fileSystem: "ext4",
      extents: 1,
      scratchBytes: 1 << 20,
    },
    notes: ["first", "second", "long ".repeat(40)],
    ...change,
  };
}
const emulated = (acquired: number, released = acquired) =>
  verdictOf(comparison({ emulator: { ...COUNTED, acquired, released } })).kind;

describe("the verdict", () => {
  test("allows one in a thousand, both ways, of both counts", () => {
    expect([emulated(100_100), emulated(99_900)]).toEqual(["agree", "agree"]);
    expect([emulated(100_101), emulated(99_899)]).toEqual(["disagree", "disagree"]);
    expect(emulated(100_000, 99_000)).toBe("disagree");
  });

  test("allows nothing where one of them counted nothing", () => {
    const none = { ...COUNTED, acquired: 0, released: 0 };
    const one = { ...COUNTED, acquired: 1, released: 1 };
    expect(verdictOf(comparison({ kernel: none, emulator: one })).kind).toBe("disagree");
    expect(verdictOf(comparison({ kernel: one, emulator: none })).kind).toBe("disagree");
    expect(verdictOf(comparison({ kernel: none, emulator: none })).kind).toBe("agree");
  });

  test("asks that both refuse the same", () => {
    const none = { ios: 0, bytes: 0, acquired: 0, released: 0 };
    const kind = (fio: boolean, emulator: boolean) =>
      verdictOf(
        comparison({
          kernel: none,
          emulator: none,
          jobs: [
            {
              ...JOB,
              fio: { ios: 0, bytes: 0, refused: fio },
              emulator: { ...none, refused: emulator },
            },
          ],
        }),
      ).kind;
    expect([kind(true, true), kind(true, false), kind(false, true)]).toEqual([
      "both-refuse",
      "disagree",
      "disagree",
    ]);
  });
});

describe("the report", () => {
  test("for people: side by side, the verdict a sentence", () => {
    const emulator = { ...COUNTED, acquired: 98_000, released: 98_000 };
    const text = kernelText(comparison({ emulator }));
    expect(text).toMatch(/ +kernel +emulator +difference\n/);
    expect(text).toMatch(/pins acquired +100000 +98000 +-2000 +-2\.000%/);
    expect(text).toMatch(/pins per I\/O +100\.0000 +98\.0000 +-2\.0000/);
    expect(text).toContain("disagree by more than 0.1 %: pins acquired: kernel");
    expect(text).toContain("Linux 6.18.1, ext4, fio-3.33");
    expect(text).toContain("1024KiB, written from end to end, in one piece");
    expect(text).toMatch(/\nnote: first\nnote: second\nnote: long /);
    for (const line of text.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
  });

  test("for programs: the same, null where there is nothing", () => {
    const none = { ios: 0, bytes: 0, acquired: 0, released: 0 };
    const json = JSON.parse(kernelJson(comparison({ kernel: none, emulator: none })));
    expect(json.verdict).toEqual({
      kind: "agree",
      agrees: true,
      tolerance: 0.001,
      text: "The kernel and the emulator agree: nothing was pinned.",
    });
    expect(json.kernel).toEqual({
      ios: 0,
      bytes: 0,
      pins_acquired: 0,
      pins_released: 0,
      pins_per_io: null,
    });
    expect(json.jobs[0]).toMatchObject({ name: "reader", emulator: { pins_per_io: 100 } });
  });
});
