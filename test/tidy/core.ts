import type { SourceFile } from "./source_file.ts";
import { type Finding, finding, isCore, isScript, type Rule } from "./source_file.ts";

/** Rules of assembly/: the core keeps no state of its own and has one door to memory. */

const DOOR = "assembly/memory/cell.ts";
/** The laboratory's own words: parameters, counters, ledgers. */
const QUIET = "assembly/memory/quiet.ts";
/** What both of them write down for the checker. */
const JOURNAL = "assembly/memory/journal.ts";
const UNDO = "assembly/memory/undo.ts";

/** Finds a pattern in core files; `good` is shared by all such rules. */
function coreRule(
  name: string,
  pattern: RegExp,
  instead: string,
  bad: string,
  except: readonly string[] = [],
): Rule {
  return {
    name: `core: ${name}`,
    check: (files) =>
      files
        .filter((file) => isCore(file) && !except.includes(file.path))
        .flatMap((file) =>
          [...file.code.matchAll(pattern)].map(({ index, 0: found }) =>
            finding(file, index, `${found.trim()}: ${instead}`),
          ),
        ),
    bad: [{ "assembly/mm/a.ts": bad }],
    good: [GOOD],
  };
}

const GOOD = {
  "assembly/memory/cell.ts": `@inline export function readWord(at: usize): i32 {
    return atomic.load<i32>(at); // atomic.fence() is deleted by the optimiser
  }`,
  "assembly/mm/page.ts": `import { readWord } from "../memory/cell.ts";
    @external("env", "step") declare function step(address: u32): void;
    const BIAS: i32 = isDefined(X) ? 2 : 1024;
    @unmanaged class Page { flags: u64; refcount: i32; }
    if (offsetof<Page>("refcount") != 8) ERROR("layout drift: Page.refcount");
    export function get(at: usize): i32 { let value = readWord(at); return value; }`,
};

const ALLOWED_STRING =
  /(?:\bfrom\s*|\bimport\s*|\bERROR\(\s*|@external(?:\.js)?\([^)]*|\boffsetof<[^()]*>\(\s*)$/;

function findStrings(file: SourceFile): Finding[] {
  return file.strings
    .filter(
      ({ offset }) => !ALLOWED_STRING.test(file.code.slice(Math.max(0, offset - 200), offset)),
    )
    .map(({ offset }) => finding(file, offset, "string: use a number of assembly/shared/codes.ts"));
}

/** Biome cannot read assembly/, and asc says nothing of a name that nobody uses. */
const noUnusedImports: Rule = {
  name: "core: no unused imports",
  check: (files) =>
    files.filter(isCore).flatMap((file) =>
      [...file.code.matchAll(/import \{([^}]*)\} from/g)].flatMap((match) =>
        (match[1] ?? "")
          .split(",")
          .map((name) => name.trim())
          .filter((name) => name !== "")
          .filter((name) => (file.code.match(new RegExp(`\\b${name}\\b`, "g")) ?? []).length < 2)
          .map((name) => finding(file, match.index, `${name}: imported and never used`)),
      ),
    ),
  bad: [{ "assembly/mm/a.ts": `import { a, b } from "./b"; export function c(): void { b(); }` }],
  good: [GOOD],
};

const noStrings: Rule = {
  name: "core: no strings",
  check: (files) => files.filter(isCore).flatMap(findStrings),
  bad: [
    { "assembly/mm/a.ts": `trace("x");` },
    { "assembly/mm/a.ts": `export const NAME = "x";` },
    { "assembly/mm/a.ts": "const name = `x`;" },
  ],
  good: [GOOD],
};

/** `let` outside every brace is a wasm global, of which every worker has its own. */
function findModuleState(file: SourceFile): Finding[] {
  const findings: Finding[] = [];
  let depth = 0;
  for (const { index, 0: token } of file.code.matchAll(/[{}]|\b(?:let|var)\b/g)) {
    if (token === "{") depth += 1;
    else if (token === "}") depth -= 1;
    else if (depth === 0) {
      const message = `module-level ${token}: keep state in shared memory, at a layout address`;
      findings.push(finding(file, index, message));
    }
  }
  return findings;
}

const noModuleState: Rule = {
  name: "core: no state of its own",
  check: (files) => files.filter(isCore).flatMap(findModuleState),
  bad: [{ "assembly/mm/a.ts": "function f(): void { }\nlet count: i32 = 0;" }],
  good: [GOOD],
};

const SHARED_STATEMENT =
  /^(?:import\s*\{[\w\s,]*\}\s*from\s*"\s*"|export const [A-Z][A-Z0-9_]* = [\w\s+\-*/%<>|&~()]+)$/;

function findLogic(file: SourceFile): Finding[] {
  const findings: Finding[] = [];
  let offset = 0;
  for (const statement of file.code.split(";")) {
    const text = statement.trim();
    const calls = /\w\s*\(/.test(text.replace(/^export const \w+ =/, ""));
    if (text !== "" && (calls || !SHARED_STATEMENT.test(text))) {
      const start = offset + statement.search(/\S/);
      findings.push(finding(file, start, "only `export const NAME = numbers and names;`"));
    }
    offset += statement.length + 1;
  }
  return findings;
}

const sharedIsPlain: Rule = {
  name: "assembly/shared is plain constants",
  check: (files) =>
    files.filter((file) => file.isUnder("assembly/shared") && isScript(file)).flatMap(findLogic),
  bad: [
    { "assembly/shared/a.ts": "export const PAGE_FLAGS: i32 = 0;" },
    { "assembly/shared/a.ts": "@inline export const PAGE_FLAGS = 0;" },
    { "assembly/shared/a.ts": "export const PAGE_FLAGS = Math.max(1, 2);" },
    { "assembly/shared/a.ts": "export function f() { return 1; }" },
    { "assembly/shared/a.ts": "export const NAMES = { a: 1 };" },
    { "assembly/shared/a.ts": `export * from "./b.ts";` },
  ],
  good: [
    {
      "assembly/shared/a.ts": `import { PAGE_FLAGS, PAGE_BYTES } from "./layout.ts";
        /** flags { bits } */
        export const PAGE_REFCOUNT = PAGE_FLAGS + 8; // after flags
        export const PAGE_MASK = ~(PAGE_BYTES - 1);`,
    },
  ],
};

export const coreRules: readonly Rule[] = [
  coreRule(
    "one door to shared memory",
    /\batomic\.\w+|\b(?:load|store)</g,
    `use the functions of ${DOOR} or ${QUIET}`,
    "atomic.add<i32>(at, 1);",
    [DOOR, QUIET, JOURNAL, UNDO],
  ),
  coreRule(
    "no atomic.fence",
    /\batomic\.fence\b/g,
    "the optimiser deletes it: use smpMb()",
    "function f(): void { atomic.fence(); }",
  ),
  coreRule(
    "no managed objects",
    /\bnew\s+[A-Z]\w*|\b(?:StaticArray|Array|Map|Set|String)\s*<|[=(,]\s*\[|\bassert\(/g,
    "use addresses from the layout, must() for asserts",
    "const table = new StaticArray<i32>(4);",
  ),
  coreRule(
    "classes are unmanaged",
    /(?<!@unmanaged\s+(?:export\s+)?)\bclass\s+\w+/g,
    "write @unmanaged before it",
    "class Page { flags: u64; }",
  ),
  coreRule(
    "no function values",
    /=>/g,
    "they emit a table: dispatch by switch",
    "const f = (a: i32): i32 => a;",
  ),
  noStrings,
  noUnusedImports,
  noModuleState,
  sharedIsPlain,
];
