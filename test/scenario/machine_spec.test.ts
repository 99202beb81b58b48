import { describe, expect, test } from "vitest";
import {
  completeMachine,
  type MachineInput,
  machineProblems,
} from "../../src/scenario/machine_spec.ts";

const problems = (given: MachineInput) =>
  machineProblems(completeMachine(given), (key) => key).map(({ where, found }) => [where, found]);

describe("what is left out follows the scheme", () => {
  test.each([
    [{}, { scheme: "bias", sync: "none", testAt: "after-mkclean", recheck: "before-lock" }],
    [{ scheme: "hybrid" }, { rules: "6.13", onPinned: { background: "skip", fsync: "bounce" } }],
    [{ scheme: "refcount" }, { onPinned: { background: "ignore", fsync: "ignore" } }],
    [{ sync: "lock" }, { testAt: "after-mkclean", recheck: "under-lock" }],
    [{ sync: "barrier" }, { testAt: "after-set-writeback", recheck: "before-lock" }],
    [{ scheme: "mapcount", sync: "lock" }, { recheck: "before-lock" }],
    [{ variant: "no-recheck" }, { recheck: "none" }],
  ] as const)("%j", (given, expected) => {
    expect(completeMachine(given)).toMatchObject(expected);
  });

  test("what is named wins", () => {
    const given = { testAt: "before-mkclean", rules: "5.7", tlb: "broadcast" } as const;
    expect(completeMachine({ scheme: "hybrid", ...given })).toMatchObject(given);
  });
});

describe("what makes no sense is refused with the reason", () => {
  const asks = { background: "skip", fsync: "ignore" } as const;
  test.each([
    [{ scheme: "lru-count", sync: "lock" }, "scheme", /its own lock/],
    [{ scheme: "refcount", onPinned: asks }, "onPinned", /knows nothing/],
    [{ recheck: "under-lock" }, "recheck", /bias takes no page lock/],
    [{ sync: "barrier", recheck: "under-lock" }, "recheck", /bias\+barrier takes no page lock/],
    [{ variant: "drop-G6" }, "variant", /drop-G6 with bias/],
    [{ scheme: "mapcount", sync: "lock", variant: "drop-C1" }, "variant", /mapcount\+lock/],
    [{ sync: "lock", variant: "no-barrier" }, "variant", /sync lock/],
    [{ sync: "lock-post", variant: "no-recheck" }, "variant", /plain references/],
    [{ scheme: "lru-count", recheck: "none" }, "recheck", /lru-count takes the fast path/],
    [
      { scheme: "mapcount", sync: "barrier", testAt: "after-mkclean", variant: "drop-T1" },
      "variant",
      /drop-T1/,
    ],
    [{ scheme: "hybrid", variant: "test-above" }, "variant", /with hybrid/],
  ] as const)("%j at %s", (given, where, found) => {
    const [problem] = problems(given);
    expect(problem?.[0]).toBe(where);
    expect(problem?.[1]).toMatch(found);
  });

  test("every scheme that its table allows is accepted", () => {
    for (const scheme of [
      "refcount",
      "bias",
      "mapcount",
      "hybrid",
      "exact",
      "exact-side",
    ] as const) {
      for (const sync of ["none", "lock", "lock-post", "barrier"] as const) {
        expect(problems({ scheme, sync })).toEqual([]);
      }
    }
    expect(problems({ scheme: "lru-count" })).toEqual([]);
  });
});
