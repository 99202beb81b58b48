import { expect, test } from "vitest";
import { completeMachine, type MachineInput } from "../../src/scenario/machine_spec.ts";
import { promisesOf } from "../../src/scenario/promises.ts";

const promises = (given: MachineInput) => promisesOf(completeMachine(given));
const ignore = { background: "ignore", fsync: "ignore" } as const;
const skip = { background: "skip", fsync: "skip" } as const;

test("every machine keeps its counts, whatever it counts", () => {
  for (const scheme of ["refcount", "bias"] as const) {
    expect(promises({ scheme })).toEqual(
      expect.arrayContaining(["no-overflow", "no-use-after-free", "conserved-refcount"]),
    );
  }
});

test("refcount promises nothing of files", () => {
  expect(promises({ scheme: "refcount" }).filter((name) => /dirty|lost|fsync/.test(name))).toEqual(
    [],
  );
});

test("who heeds the test never lets a pinned page become clean", () => {
  const kept = ["no-dirty-without-mkwrite", "no-dirty-without-buffers", "no-lost-dma-write"];
  expect(promises({})).toEqual(expect.arrayContaining([...kept, "fsync-durable"]));
  expect(promises({ onPinned: skip })).toEqual(expect.arrayContaining(kept));
  expect(promises({ onPinned: skip })).not.toContain("fsync-durable");
});

test("reclaim of 2023 spares the buffers even where writeback ignores pins", () => {
  const old = promises({ scheme: "hybrid", onPinned: ignore, rules: "5.7" });
  const today = promises({ scheme: "hybrid", onPinned: ignore, rules: "6.13" });
  expect(old).not.toContain("no-dirty-without-buffers");
  expect(today).toContain("no-dirty-without-buffers");
  expect(today).not.toContain("no-dirty-without-mkwrite");
});

test("without stable pages nobody promises that they are stable", () => {
  expect(promises({ stablePages: false })).not.toContain("stable-under-writeback");
});

test("a variant promises no less: it breaks what is promised", () => {
  expect(promises({ variant: "put-page" })).toEqual(promises({}));
});
