import { expect, test } from "vitest";
import { subjectOf } from "../../bench/explorer_speed.ts";
import { EveryAccess, exploredBy } from "../../bench/reduction.ts";
import { DepthFirst } from "../../src/executors/check/depth_first.ts";
import { Sharing } from "../../src/executors/check/sharing.ts";
import { Trial } from "../../src/executors/check/trial.ts";
import type { MachineInput } from "../../src/scenario/machine_spec.ts";

const MACHINES: readonly (readonly [string, MachineInput])[] = [
  ["pin-vs-mkclean", { scheme: "bias" }],
  ["pin-vs-mkclean", { scheme: "bias", testAt: "before-mkclean" }],
  ["pin-vs-mkclean", { scheme: "bias", recheck: "none", tlb: "broadcast" }],
  ["pin-vs-mkclean", { scheme: "exact", sync: "lock" }],
  ["pin-vs-mkclean", { scheme: "mapcount", sync: "barrier", variant: "drop-C5" }],
  ["pin-vs-munmap", { scheme: "bias", variant: "no-recheck", tlb: "broadcast" }],
  ["page-lock-post-pass", { scheme: "bias", sync: "lock-post", recheck: "before-lock" }],
];

test.each(MACHINES)("%s %o: every access a switching point, the same verdict", (name, input) => {
  const verdicts = [EveryAccess, Sharing].map((Shares) => {
    const { found } = exploredBy(new Trial(subjectOf(name, input), 0, Shares), () => {
      return new DepthFirst();
    });
    return found.kind;
  });
  expect(["exhausted", "violated"]).toContain(verdicts[0]);
  expect(verdicts[1]).toBe(verdicts[0]);
});
