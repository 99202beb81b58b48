import binaryen from "binaryen";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { expressionsOf, forgetDeadLocals } from "../../../scripts/steps/dead_locals.mjs";
import { type FlatExports, flatBody, flatModule } from "../../support/flat_program.ts";

const UNWINDS = new Set(["step", "next"]);
const LOCALS = ["a", "b", "c", "long", "float", "single"];

/** The function without and with its dead locals set to zero. */
function bothOf(body: string): [binaryen.Module, binaryen.Module] {
  const [before, after] = [0, 1].map(() => binaryen.parseText(flatModule(body)));
  if (before === undefined || after === undefined) throw new Error("no module");
  forgetDeadLocals(after, "work", UNWINDS);
  return [before, after];
}

/** Calls, and the zeros before them, in order. */
function shown(module: binaryen.Module): string[] {
  const { body } = binaryen.getFunctionInfo(module.getFunction("work"));
  return [...expressionsOf(body)].flatMap((info) => {
    if (info.id === binaryen.CallId) return [`${info.target}()`];
    if (info.id !== binaryen.LocalSetId) return [];
    const value = binaryen.getExpressionInfo(info.value) as { id: number; value?: unknown };
    const isZero = value.id === binaryen.ConstId && Number(value.value) === 0;
    return isZero ? [`${LOCALS[info.index]} = 0`] : [];
  });
}

test.each([
  {
    title: "one that is alive at the first call and dead at the second",
    body: "(local.set $b (local.get $a)) (call $step) (call $log (local.get $b)) (call $step)",
    calls: ["step()", "log()", "b = 0", "step()"],
  },
  {
    title: "one that is written anew behind the call",
    body: `(call $log (local.get $b)) (call $step) (local.set $b (i32.const 7)) (call $step)
      (call $log (local.get $b))`,
    calls: ["log()", "b = 0", "step()", "step()", "log()"],
  },
  {
    title: "none that the call itself reads: it is made again",
    body: "(call $step) (drop (call $next (local.get $b))) (call $step)",
    calls: ["step()", "next()", "b = 0", "step()"],
  },
  {
    title: "none that is alive at no call that may unwind: it is not saved",
    body: "(local.set $b (local.get $a)) (call $log (local.get $b)) (call $step)",
    calls: ["log()", "step()"],
  },
  {
    title: "none before a call that cannot unwind",
    body: `(local.set $b (local.get $a)) (call $step) (call $log (local.get $b))
      (call $log (local.get $a))`,
    calls: ["step()", "log()", "log()"],
  },
  {
    title: "none that the next round of a loop reads",
    body: `(local.set $b (local.get $a))
      (loop $L (call $log (local.get $b)) (call $step) (br_if $L (local.get $a)))
      (call $step)`,
    calls: ["log()", "step()", "b = 0", "step()"],
  },
  {
    title: "one that only the other branch reads",
    body: `(local.set $b (local.get $a)) (call $step)
      (if (local.get $a) (then (call $log (local.get $b))) (else (call $step)))`,
    calls: ["step()", "log()", "b = 0", "step()"],
  },
  {
    title: "none that is read where a jump goes to, one that is read where none goes to",
    body: `(block $out (local.set $b (local.get $a)) (call $step) (br_if $out (local.get $a))
        (call $step) (return (local.get $a)))
      (call $log (local.get $b))`,
    calls: ["step()", "b = 0", "step()", "log()"],
  },
  {
    title: "none that is read at one of the places to which a table jumps",
    body: `(local.set $b (local.get $a)) (call $step)
      (block $out
        (block $in (call $log (local.get $b)) (call $step) (br_table $out $in (local.get $a)))
        (call $log (local.get $b)))`,
    calls: ["step()", "log()", "step()", "log()"],
  },
  {
    title: "those of every type",
    body: `(call $step) (local.set $b (i32.wrap_i64 (local.get $long)))
      (local.set $b (i32.trunc_f64_u (local.get $float)))
      (local.set $b (i32.trunc_f32_u (local.get $single))) (call $step)`,
    calls: ["step()", "long = 0", "float = 0", "single = 0", "step()"],
  },
])("sets to zero $title", ({ body, calls }) => {
  const [, module] = bothOf(body);
  expect(module.validate()).toBe(1);
  expect(shown(module)).toEqual(calls);
  module.dispose();
});

/** What the function tells, and returns. */
function happening(module: binaryen.Module, given: number): number[] {
  const told: number[] = [];
  const env = { step: () => told.push(-1), log: (value: number) => told.push(value) };
  const binary = new WebAssembly.Module(Uint8Array.from(module.emitBinary()));
  const { work } = new WebAssembly.Instance(binary, { env }).exports as unknown as FlatExports;
  return [...told, work(given)];
}

test("whatever the function does, it still does", () => {
  let zeros = 0;
  fc.assert(
    fc.property(flatBody, fc.nat(2), (body, given) => {
      const [before, after] = bothOf(body);
      expect(after.validate()).toBe(1);
      zeros += shown(after).length - shown(before).length;
      expect(happening(after, given)).toEqual(happening(before, given));
      for (const module of [before, after]) module.dispose();
    }),
    { numRuns: 60 },
  );
  expect(zeros).toBeGreaterThan(20);
});
