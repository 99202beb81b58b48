import type { SourceFile } from "./source_file.ts";

/** A function as it stands in the source, from the line of its head to its closing brace. */
export interface FunctionSpan {
  readonly name: string;
  readonly firstLine: number;
  readonly lines: number;
}

const NOT_METHODS = new Set([
  "if",
  "for",
  "while",
  "switch",
  "catch",
  "with",
  "return",
  "function",
]);
const FUNCTION_HEAD = /\bfunction\b\s*\*?\s*([\w$]*)\s*/g;
const MODIFIERS = "(?:(?:public|private|protected|static|override|async|get|set)\\s+)*";
const METHOD_HEAD = new RegExp(`^[ \\t]*${MODIFIERS}\\*?\\s*(#?[\\w$]+)\\s*(?=[(<])`, "gm");
const ARROW_BODY = /=>\s*\{/g;

/** Finds functions by their heads and the brace that matches; see functions.test.ts. */
export function findFunctions(file: SourceFile): FunctionSpan[] {
  const { code } = file;
  const spans: FunctionSpan[] = [];
  const add = (name: string, head: number, body: number) => {
    const firstLine = file.lineAt(head);
    spans.push({ name, firstLine, lines: file.lineAt(findMatching(code, body)) - firstLine + 1 });
  };
  for (const head of code.matchAll(FUNCTION_HEAD)) {
    const body = findBody(code, head.index + head[0].length);
    if (body !== -1) add(head[1] || "function", head.index, body);
  }
  for (const head of code.matchAll(METHOD_HEAD)) {
    const name = head[1] ?? "";
    if (NOT_METHODS.has(name)) continue;
    const body = findBody(code, head.index + head[0].length);
    if (body !== -1) add(name, head.index + head[0].search(/\S/), body);
  }
  for (const arrow of code.matchAll(ARROW_BODY)) {
    // A suite of tests is a list, not a function to understand at a glance.
    if (/\b(?:describe|suite)\b.*$/.test(textOfLineBefore(code, arrow.index))) continue;
    add("=>", arrow.index, arrow.index + arrow[0].length - 1);
  }
  return spans;
}

/** From a parameter list (or its generics) to the `{` of the body; -1 for a call or a type. */
function findBody(code: string, from: number): number {
  let at = from;
  if (code[at] === "<") at = skipGenerics(code, at);
  if (code[at] !== "(") return -1;
  at = skipSpace(code, findMatching(code, at) + 1);
  if (code[at] === "{") return at;
  return code[at] === ":" ? skipReturnType(code, at + 1) : -1;
}

/** A brace where a type is expected opens a type; the first other one opens the body. */
function skipReturnType(code: string, from: number): number {
  let expectsType = true;
  for (let at = from; at < code.length; at += 1) {
    const here = code[at] ?? "";
    if (/\s/.test(here)) continue;
    if (here === "{" && !expectsType) return at;
    if (here === ";" || here === "}" || here === ")") return -1;
    if (here === "{" || here === "(" || here === "[") at = findMatching(code, at);
    const endsWithWord = /\b(?:is|keyof|typeof|readonly|asserts)$/.test(code.slice(from, at + 1));
    expectsType = /[:|&<,]/.test(here) || code.slice(at - 1, at + 1) === "=>" || endsWithWord;
  }
  return -1;
}

function skipGenerics(code: string, from: number): number {
  let depth = 0;
  for (let at = from; at < code.length; at += 1) {
    if (code[at] === "<") depth += 1;
    if (code[at] === ">" && code[at - 1] !== "=") depth -= 1;
    if (depth === 0) return at + 1;
  }
  return code.length;
}

const CLOSERS: Readonly<Record<string, string>> = { "{": "}", "(": ")", "[": "]" };

/** Offset of what closes the bracket at `from`, or the end of the text. */
export function findMatching(code: string, from: number): number {
  const open = code[from] ?? "";
  const close = CLOSERS[open];
  let depth = 0;
  for (let at = from; at < code.length; at += 1) {
    if (code[at] === open) depth += 1;
    if (code[at] === close) depth -= 1;
    if (depth === 0) return at;
  }
  return code.length;
}

function skipSpace(code: string, from: number): number {
  let at = from;
  while (/\s/.test(code[at] ?? "")) at += 1;
  return at;
}

function textOfLineBefore(code: string, offset: number): string {
  return code.slice(code.lastIndexOf("\n", offset) + 1, offset);
}
