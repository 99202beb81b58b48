import { expect, test } from "vitest";
import { findFunctions } from "./functions.ts";
import { SourceFile } from "./source_file.ts";

function spansOf(text: string): string[] {
  return findFunctions(new SourceFile("src/a.ts", text)).map(
    ({ name, firstLine, lines }) => `${name} ${firstLine}+${lines}`,
  );
}

// A dollar before a brace is written §.
test.each([
  ["a function", "\nfunction f(a: number) {\n  if (a) {\n  }\n}\n", ["f 2+4"]],
  ["a return type with braces", "function f(): { a: { b: 1 } } {\n}", ["f 1+2"]],
  ["a union of types", "function f(): A | { b: 1 } | undefined {\n}", ["f 1+2"]],
  ["a type predicate", "function f(a: A): a is { b: 1 } {\n}", ["f 1+2"]],
  ["a generic of generics", "function f<T extends Map<A, () => B>>(a: T): T[] {\n}", ["f 1+2"]],
  ["parameters over lines", "function f(\n  a = { b: 1 },\n): void {\n}", ["f 1+4"]],
  ["a generator", "function* g() {\n}", ["g 1+2"]],
  ["a function type", "declare function f(a: A): void;\ntype T = { a: 1 };", []],
  ["a method", "class A {\n  static async #f(): Promise<void> {\n  }\n}", ["#f 2+2"]],
  ["a constructor", "class A {\n  constructor(readonly a: A) {\n  }\n}", ["constructor 2+2"]],
  ["a getter", "class A {\n  get a(): { b: 1 } {\n  }\n}", ["a 2+2"]],
  ["no control flow", "for (;;) {\n}\nif (a) {\n} else if (b) {\n}\nswitch (a) {\n}", []],
  ["no call", "f(a);\ng(b)\n{\n}\n".replace("\n{\n}", ""), []],
  ["an arrow", "const f = (a: A) => {\n};", ["=> 1+2"]],
  ["no suite", 'describe("a", () => {\n});', []],
  ["no brace in a string", 'function f() { return "{"; }\nconst a = 1;', ["f 1+1"]],
  ["no brace in a template", "function f() { return `{§{a}{`; }", ["f 1+1"]],
  ["no brace in a regex", "function f() { return /[/{]{/.test(a); }", ["f 1+1"]],
  ["no brace in a comment", "function f() { /* { */ // {\n}", ["f 1+2"]],
  ["a division", "function f() { return a / b; } // /", ["f 1+1"]],
])("%s", (_, text, expected) => {
  expect(spansOf(text.replaceAll("§", "$"))).toEqual(expected);
});
