import { findFunctions } from "./functions.ts";
import { type Finding, finding, isScript, type Rule, type SourceFile } from "./source_file.ts";

/** Rules about size and form: what fits a screen, what a file is called. */

const MAX_FILE_LINES = 300;
const MAX_FUNCTION_LINES = 70;
const MAX_COLUMNS = 100;

const CODE = /\.(ts|mjs|js|c|h|fio|yml|yaml|sh)$/;

function isCode(file: SourceFile): boolean {
  return CODE.test(file.path) || file.path === ".ci/run";
}

const fileLength: Rule = {
  name: `files have at most ${MAX_FILE_LINES} lines`,
  check: (files) =>
    files
      .filter((file) => isCode(file) && file.lines.length - 1 > MAX_FILE_LINES)
      .map((file) => finding(file, 0, `${file.lines.length - 1} lines: it is two files`)),
  bad: [{ "src/a.ts": "\n".repeat(301) }],
  good: [{ "src/a.ts": "\n".repeat(300), "docs/a.md": "\n".repeat(301) }],
};

const lineLength: Rule = {
  name: `lines have at most ${MAX_COLUMNS} columns`,
  check: (files) =>
    files.filter(isCode).flatMap((file) =>
      file.lines.flatMap((text, index): Finding[] => {
        if ([...text].length <= MAX_COLUMNS) return [];
        const message = `${[...text].length} columns: break the line`;
        return [{ path: file.path, line: index + 1, message }];
      }),
    ),
  bad: [{ "assembly/a.ts": `\n${"x".repeat(101)}` }],
  good: [{ "assembly/a.ts": "│".repeat(100) }],
};

const functionLength: Rule = {
  name: `functions have at most ${MAX_FUNCTION_LINES} lines`,
  check: (files) =>
    files.filter(isScript).flatMap((file) =>
      findFunctions(file)
        .filter(({ lines }) => lines > MAX_FUNCTION_LINES)
        .map(({ name, firstLine, lines }) => {
          return { path: file.path, line: firstLine, message: `${name}: ${lines} lines: split it` };
        }),
    ),
  bad: [
    { "src/a.ts": `function f(): { a: number } {${"\n".repeat(70)}}` },
    { "src/a.ts": `class A {\n  async #f(a = {}): Promise<void> {${"\n".repeat(70)}}\n}` },
    { "src/a.ts": `const f = () => {${"\n".repeat(70)}};` },
    { "assembly/mm/a.ts": `export function f<T>(a: T): i32 {${"\n".repeat(70)}}` },
  ],
  good: [
    { "src/a.ts": `function f() {${"\n".repeat(69)}}` },
    { "test/a.test.ts": `describe("a", () => {${"\n".repeat(99)}});` },
  ],
};

const PARTS = "test|property|bench|bundle|stress|table|config|d";
const SNAKE_CASE = new RegExp(
  String.raw`^[a-z0-9]+(?:_[a-z0-9]+)*(?:\.(?:${PARTS}))*\.(?:ts|mjs|c|h)$`,
);

const fileNames: Rule = {
  name: "file names are snake_case",
  check: (files) =>
    files
      .filter((file) => /\.(?:ts|mts|mjs|js|c|h)$/.test(file.path))
      .filter((file) => !SNAKE_CASE.test(file.path.split("/").at(-1) ?? ""))
      .map((file) => finding(file, 0, "name it in snake_case, .ts or .mjs")),
  bad: [{ "src/pinTable.ts": "" }, { "src/pin-table.ts": "" }, { "src/Pin.ts": "" }],
  good: [{ "src/pin_table.ts": "", "test/pin_table.test.ts": "", "examples/rand-4k.fio": "" }],
};

const BARREL_ENTRIES = ["src/index.ts", "assembly/index.ts"];

/** `export *` anywhere, or a file that does nothing but pass names on. */
function findBarrel(file: SourceFile): Finding[] {
  const star = /\bexport\s*(?:type\s*)?\*/.exec(file.code);
  if (star) return [finding(file, star.index, "export *: import from the file that has it")];
  if (BARREL_ENTRIES.includes(file.path)) return [];
  const passedOn = /\bexport\s+(?:type\s+)?\{[^}]*\}\s*from\s*"\s*"\s*;?/g;
  const isBarrel = passedOn.test(file.code) && file.code.replace(passedOn, "").trim() === "";
  return isBarrel ? [finding(file, 0, "a barrel: import from the files that have it")] : [];
}

const noBarrels: Rule = {
  name: "no barrels",
  check: (files) => files.filter(isScript).flatMap(findBarrel),
  bad: [
    { "src/a.ts": `export * from "./b.ts";` },
    { "src/index.ts": `export * from "./b.ts";` },
    { "src/a.ts": `// all\nexport { b } from "./b.ts";\nexport type { c } from "./c.ts";` },
  ],
  good: [{ "src/index.ts": `export { b } from "./b.ts";`, "src/b.ts": "export const b = 1;" }],
};

export const shapeRules: readonly Rule[] = [
  fileLength,
  lineLength,
  functionLength,
  fileNames,
  noBarrels,
];
