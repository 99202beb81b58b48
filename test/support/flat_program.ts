import * as fc from "fast-check";

/**
 * Functions in WebAssembly's text, flat: operands are locals and constants. `$step` may unwind,
 * `$next` calls it and returns one more than it was given, `$log` tells the host a number.
 */
export function flatModule(body: string): string {
  return `(module
    (import "env" "step" (func $step))
    (import "env" "log" (func $log (param i32)))
    (memory (export "memory") 1)
    (func $next (param $given i32) (result i32)
      (call $step)
      (return (i32.add (local.get $given) (i32.const 1))))
    (func $work (export "work") (param $a i32) (result i32)
      (local $b i32) (local $c i32) (local $long i64) (local $float f64) (local $single f32)
      (local $n0 i32) (local $n1 i32) (local $n2 i32)
      ${body}
      (return (local.get $a))))`;
}

export interface FlatExports {
  readonly memory: WebAssembly.Memory;
  work(given: number): number;
}

const local = fc.constantFrom("$a", "$b", "$c");
const leaf = fc.oneof(
  fc.constant("(call $step)"),
  local.map((one) => `(call $log (local.get ${one}))`),
  fc.tuple(local, local, fc.nat(3)).map(([to, from, more]) => {
    return `(local.set ${to} (i32.add (local.get ${from}) (i32.const ${more})))`;
  }),
  fc.tuple(local, local).map(([to, from]) => `(local.set ${to} (call $next (local.get ${from})))`),
  local.map((one) => `(drop (call $next (local.get ${one})))`),
  local.map((one) => `(local.set $long (i64.extend_i32_u (local.get ${one})))`),
  local.map((one) => `(local.set $float (f64.convert_i32_u (local.get ${one})))`),
  local.map((one) => `(local.set $single (f32.convert_i32_u (local.get ${one})))`),
  local.map((one) => `(local.set ${one} (i32.wrap_i64 (local.get $long)))`),
  local.map((one) => `(local.set ${one} (i32.trunc_f64_u (local.get $float)))`),
  local.map((one) => `(local.set ${one} (i32.trunc_f32_u (local.get $single)))`),
);

/** Its body: loops, branches, jumps out of blocks and returns, two deep at the most. */
export const flatBody: fc.Arbitrary<string> = nested(0);

function nested(depth: number): fc.Arbitrary<string> {
  const inner = depth < 2 ? fc.oneof(leaf, leaf, compound(depth)) : leaf;
  return fc.array(inner, { maxLength: 5 }).map((all) => all.join("\n"));
}

function compound(depth: number): fc.Arbitrary<string> {
  const [label, counter] = [`$L${depth}`, `$n${depth}`];
  const body = nested(depth + 1);
  return fc.oneof(
    fc
      .tuple(local, body, body)
      .map(([one, yes, no]) => `(if (local.get ${one}) (then ${yes}) (else ${no}))`),
    fc
      .tuple(local, body)
      .map(([one, rest]) => `(if (local.get ${one}) (then ${rest} (return (local.get ${one}))))`),
    body.map(
      (again) => `(local.set ${counter} (i32.const 3))
        (loop ${label} ${again}
          (local.set ${counter} (i32.sub (local.get ${counter}) (i32.const 1)))
          (br_if ${label} (local.get ${counter})))`,
    ),
    fc
      .tuple(local, body, body)
      .map(
        ([one, first, rest]) =>
          `(block ${label} ${first} (br_if ${label} (local.get ${one})) ${rest})`,
      ),
    fc.tuple(local, body, body).map(
      ([one, first, rest]) => `(block ${label} (block $M${depth} ${first}
        (br_table ${label} $M${depth} (local.get ${one}))) ${rest})`,
    ),
  );
}
