import { describe, expect, test } from "vitest";
import { completeMachine, type MachineInput } from "../../src/scenario/machine_spec.ts";
import {
  chosenParameters,
  machineParameters,
  policyName,
  schemeName,
} from "../../src/scenario/machine_words.ts";

const wordsOf = (parameters: ReturnType<typeof machineParameters>): string =>
  parameters.map(({ name, value }) => `${name}=${value}`).join(" ");
const chosen = (given: MachineInput): string => wordsOf(chosenParameters(completeMachine(given)));

test("a scheme is COUNT, or COUNT+SYNC", () => {
  expect(schemeName({ scheme: "bias", sync: "none" })).toBe("bias");
  expect(schemeName({ scheme: "mapcount", sync: "lock-post" })).toBe("mapcount+lock-post");
});

test("a policy is one word if background writeback and fsync do the same", () => {
  expect(policyName({ background: "skip", fsync: "bounce" })).toBe("skip/bounce");
  expect(policyName({ background: "wait", fsync: "wait" })).toBe("wait");
});

describe("the parameters of a machine", () => {
  test("are all named, the bias and the variant where there is one", () => {
    const machine = completeMachine({ scheme: "bias", sync: "barrier", variant: "no-barrier" });
    expect(wordsOf(machineParameters(machine))).toBe(
      "scheme=bias+barrier bias=1024 variant=no-barrier rules=5.0 on-pinned=skip/bounce " +
        "test-at=after-set-writeback recheck=before-lock tlb=ipi stable-pages=yes",
    );
    expect(wordsOf(machineParameters(completeMachine({ scheme: "refcount" })))).toBe(
      "scheme=refcount rules=5.0 on-pinned=ignore test-at=after-mkclean recheck=before-lock " +
        "tlb=ipi stable-pages=yes",
    );
  });

  test("go without saying where the scheme fixes them", () => {
    expect(chosen({})).toBe("scheme=bias bias=1024 rules=5.0");
    expect(chosen({ scheme: "mapcount", sync: "barrier" })).toBe(
      "scheme=mapcount+barrier rules=5.0",
    );
    expect(chosen({ scheme: "exact", sync: "lock", variant: "no-recheck" })).toBe(
      "scheme=exact+lock variant=no-recheck rules=5.0",
    );
  });

  test("are named where something else was chosen", () => {
    const onPinned = { background: "wait", fsync: "bounce" } as const;
    const rest = { testAt: "before-mkclean", recheck: "none", tlb: "broadcast" } as const;
    expect(chosen({ scheme: "exact", onPinned, ...rest, stablePages: false })).toBe(
      "scheme=exact rules=5.0 on-pinned=wait/bounce test-at=before-mkclean recheck=none " +
        "tlb=broadcast stable-pages=no",
    );
  });
});
