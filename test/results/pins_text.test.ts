import { expect, test } from "vitest";
import { pinLines } from "../../src/results/pins_text.ts";
import type { PinsRecord } from "../../src/results/record.ts";
import type { MachineInput } from "../../src/scenario/machine_spec.ts";
import { fileRecord, runRecord } from "./fixture.ts";

function textOf(pins: Partial<PinsRecord>, machine?: MachineInput): string {
  const record = fileRecord(machine);
  return pinLines({ ...record, pins: { ...record.pins, ...pins } })
    .map((line) => line.trim())
    .join(" ");
}

test("a wrong answer is told with what it cost", () => {
  expect(textOf({ falseNegative: 2 })).toContain(
    "false_positive: 3.7% of the pages told to be pinned had no device writing to them and were " +
      "skipped, bounced, waited for or kept for nothing. " +
      "false_negative: 2 pages told not to be pinned could be written to by a device.",
  );
  expect(textOf({ falseNegative: 1 })).toContain("false_negative: 1 page told not to be");
  const onPinned = { background: "ignore", fsync: "ignore" } as const;
  expect(textOf({}, { onPinned })).toContain(
    "writing to them and nothing was done about it (on-pinned=ignore).",
  );
});

test("right answers speak for themselves, and so does a scheme that cannot tell", () => {
  expect(textOf({ falsePositive: 0 })).not.toContain("told");
  expect(textOf({ falsePositive: 0, unknown: 9 }, { scheme: "refcount" })).toContain(
    "unknown: the scheme cannot tell pins from other references.",
  );
});

test("without files no work is wasted", () => {
  const record = runRecord();
  const lines = pinLines({ ...record, pins: { ...record.pins, falsePositive: 3 } });
  expect(lines).toHaveLength(3);
});

test("what the scheme refused is told, even if it took no pin at all", () => {
  const record = runRecord({ work: { pins_refused: 512 } });
  expect(pinLines(record)[0]).toBe(
    "  pins         : covered=100%, refused by the scheme=512, refused at overflow=0",
  );
  const none = { ...record, pins: { ...record.pins, covered: undefined } };
  expect(pinLines(none)[0]).toBe("  pins         : refused by the scheme=512");
});
