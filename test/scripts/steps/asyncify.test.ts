import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import binaryen from "binaryen";
import * as fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { asyncifyFile } from "../../../scripts/steps/asyncify.mjs";
import { type FlatExports, flatBody, flatModule } from "../../support/flat_program.ts";

/** Where it is unwound to: where the frames end, where the stack ends, the frames. */
const STACK = 1024;
const STACK_END = 8192;
/** A word that the functions read. */
const INPUT = 16;

interface Unwindable extends FlatExports {
  asyncify_start_unwind(stack: number): void;
  asyncify_stop_unwind(): void;
  asyncify_start_rewind(stack: number): void;
  asyncify_stop_rewind(): void;
}

interface Happening {
  /** What the function told; -1: it was at a step. */
  readonly told: number[];
  readonly result: number;
  /** What was unwound, at each step. */
  readonly frames: string[];
}

let folder: string;

beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "pinlab-asyncify-"));
});

afterAll(() => fs.rmSync(folder, { recursive: true }));

/** The function as it is, or unwindable. */
function compiled(body: string, isUnwindable: boolean): WebAssembly.Module {
  const file = path.join(folder, "module.wasm");
  const module = binaryen.parseText(flatModule(body));
  fs.writeFileSync(file, module.emitBinary());
  module.dispose();
  if (isUnwindable) asyncifyFile(file);
  return new WebAssembly.Module(fs.readFileSync(file));
}

function straight(module: WebAssembly.Module, given: number): Happening {
  const told: number[] = [];
  const env = { step: () => told.push(-1), log: (value: number) => told.push(value) };
  const { work } = new WebAssembly.Instance(module, { env }).exports as unknown as FlatExports;
  return { result: work(given), told, frames: [] };
}

/** Unwound at every step, and rewound. */
function unwound(module: WebAssembly.Module, given: number, input = 0): Happening {
  const [told, frames]: [number[], string[]] = [[], []];
  let state: "runs" | "unwinds" | "rewinds" = "runs";
  const step = (): void => {
    if (state === "rewinds") {
      core.asyncify_stop_rewind();
      state = "runs";
    } else {
      told.push(-1);
      state = "unwinds";
      core.asyncify_start_unwind(STACK);
    }
  };
  const env = { step, log: (value: number) => told.push(value) };
  const core = new WebAssembly.Instance(module, { env }).exports as unknown as Unwindable;
  const words = new Int32Array(core.memory.buffer);
  words.set([input], INPUT / 4);
  words.set([STACK + 8, STACK_END], STACK / 4);
  while (true) {
    const result = core.work(given);
    if (state === "runs") return { told, result, frames };
    core.asyncify_stop_unwind();
    frames.push(words.subarray(STACK / 4 + 2, (words[STACK / 4] as number) / 4).join());
    state = "rewinds";
    core.asyncify_start_rewind(STACK);
  }
}

test("what is unwound and rewound at each step does what it did", () => {
  fc.assert(
    fc.property(flatBody, fc.nat(2), (body, given) => {
      const expected = straight(compiled(body, false), given);
      const { told, result, frames } = unwound(compiled(body, true), given);
      expect({ told, result }).toEqual({ told: expected.told, result: expected.result });
      expect(frames).toHaveLength(told.filter((one) => one === -1).length);
    }),
    { numRuns: 8 },
  );
});

const READS = `(local.set $b (i32.load (i32.const ${INPUT})))`;

test.each([
  ["in the function itself", "(call $step)"],
  ["in one that it calls", "(drop (call $next (local.get $a)))"],
  ["in the middle of a term", "(call $log (i32.add (local.get $a) (call $next (local.get $a))))"],
])("what is unwound does not depend on what a dead local held: %s", (_, step) => {
  const module = compiled(`${READS} ${step} (call $log (local.get $b)) ${step}`, true);
  const [one, other] = [5, 6].map((input) => unwound(module, 1, input));
  expect(one?.told).toContain(5);
  expect(other?.told).toContain(6);
  expect(one?.frames[0]).not.toBe(other?.frames[0]);
  expect(one?.frames[1]).toBe(other?.frames[1]);
});

test("nor on which way led there", () => {
  const branch = "(if (local.get $a) (then (call $log (local.get $b))) (else (nop)))";
  const module = compiled(
    `${READS} (call $step) ${branch} (local.set $a (i32.const 3)) (call $step)`,
    true,
  );
  const [one, other] = [0, 1].map((given) => unwound(module, given, 5 + given));
  expect(one?.frames[0]).not.toBe(other?.frames[0]);
  expect(one?.frames[1]).toBe(other?.frames[1]);
  expect([one?.result, other?.result]).toEqual([3, 3]);
});
