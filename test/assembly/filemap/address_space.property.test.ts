import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkQuiescence } from "../../../src/machine/quiescence.ts";
import { completeMachine, machineProblems } from "../../../src/scenario/machine_spec.ts";
import {
  type CountName,
  POLICY_NAMES,
  type PolicyName,
  RECHECK_NAMES,
  SYNC_NAMES,
  TEST_AT_NAMES,
  type VariantName,
} from "../../../src/scenario/scenario.ts";
import type { FileModelSpec } from "../../support/file_model.ts";
import { type FileOperation, OPERATION_KINDS } from "../../support/file_operation.ts";
import { FilePair } from "../../support/file_pair.ts";
import { COUNTS } from "../../support/lab.ts";

const FILE_PAGES = 36;

function makesSense(spec: FileModelSpec): boolean {
  return machineProblems(completeMachine(spec), (key) => key).length === 0;
}

function specOf(scheme: CountName): fc.Arbitrary<FileModelSpec> {
  const policies: readonly PolicyName[] = scheme === "refcount" ? ["ignore"] : POLICY_NAMES;
  const variants: readonly (VariantName | undefined)[] =
    scheme === "bias" ? [undefined, "test-above", "test-less-mapcount"] : [undefined];
  const policy = fc.constantFrom(...policies);
  const spec: fc.Arbitrary<FileModelSpec> = fc.record({
    scheme: fc.constant(scheme),
    sync: fc.constantFrom(...SYNC_NAMES),
    bias: fc.constantFrom(2, 3, 1024),
    rules: fc.constantFrom("5.0", "6.13"),
    onPinned: fc.record({ background: policy, fsync: policy }),
    testAt: fc.constantFrom(...TEST_AT_NAMES),
    stablePages: fc.boolean(),
    // One CPU meets no race: none of these may make a difference.
    recheck: fc.constantFrom(...RECHECK_NAMES),
    tlb: fc.constantFrom("ipi", "broadcast"),
    variant: fc.constantFrom(...variants),
  });
  return spec.filter(makesSense);
}

const FEW = ["close", "truncate", "sync"];
const MANY = ["gup", "populate", "giveBack", "submit", "dma", "reclaim"];
const weighted = OPERATION_KINDS.map((kind) => {
  const weight = FEW.includes(kind) ? 1 : MANY.includes(kind) ? 6 : 3;
  return { weight, arbitrary: fc.constant(kind) };
});

const operation: fc.Arbitrary<FileOperation> = fc.record({
  kind: fc.oneof(...weighted),
  mm: fc.constantFrom(0, 0, 1),
  file: fc.constantFrom(0, 0, 0, 1),
  index: fc.oneof(fc.nat(6), fc.nat(FILE_PAGES)),
  count: fc.oneof(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 16 })),
  choice: fc.nat(1000),
});

/** So that no sequence begins with nothing mapped. */
const FIRST: readonly FileOperation[] = [
  { kind: "mmap", mm: 0, file: 0, index: 0, count: 8, choice: 0 },
  { kind: "mmap", mm: 1, file: 0, index: 2, count: 8, choice: 0 },
  { kind: "populate", mm: 0, file: 0, index: 0, count: 6, choice: 0 },
];

describe("the file side does what a plain model says", () => {
  test.each(COUNTS)(
    "after each of a random sequence of operations: %s",
    (scheme) => {
      const frames = fc.constantFrom(20, 90);
      const operations = fc.array(operation, { minLength: 1, maxLength: 60, size: "max" });
      fc.assert(
        fc.property(specOf(scheme), frames, operations, (spec, pages, sequence) => {
          const pair = new FilePair(spec, pages, FILE_PAGES);
          for (const op of [...FIRST, ...sequence]) {
            const { machine, model } = pair.do(op);
            expect(machine).toEqual(model);
            expect(pair.differences()).toEqual([]);
          }
          expect(pair.end()).toEqual([]);
          for (const mm of [0, 1]) pair.lab.core.leaveMm(pair.lab.cpu(), pair.lab.mm(mm));
          expect(checkQuiescence(pair.lab.machine)).toEqual([]);
        }),
        { numRuns: 400 },
      );
    },
    60_000,
  );
});
