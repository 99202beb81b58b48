import { findImports } from "./imports.ts";
import { finding, isScript, type Rule, type SourceFile } from "./source_file.ts";

/** Where reading begins, and the rooms that must be reached from there. */
const PROGRAM = {
  entry: new RegExp(
    [
      String.raw`^(?:src|assembly)/index\.ts$`,
      String.raw`^assembly/memory/undo\.ts$`,
      String.raw`^(?:loadgen|dashboard/\w+)/main\.ts$`,
      String.raw`/(?:worker|vite\.config)\.ts$`,
    ].join("|"),
  ),
  rooms: ["src", "loadgen", "assembly", "dashboard"],
};

/** What stands around the program does not keep it alive. */
const AROUND = {
  entry: /^scripts\/\w+\.mjs$|^bench\/(?:main|viewers)\.ts$|\.test\.ts$/,
  rooms: ["scripts", "bench", "test"],
};

function reach(files: readonly SourceFile[], entry: RegExp): Set<string> {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const reached = new Set<string>();
  const queue = [...byPath.keys()].filter((path) => entry.test(path));
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    const file = byPath.get(path);
    if (file === undefined || reached.has(path)) continue;
    reached.add(path);
    for (const { target } of findImports(file)) if (target !== undefined) queue.push(target);
  }
  return reached;
}

export const deadFiles: Rule = {
  name: "no dead files",
  check: (files) =>
    [PROGRAM, AROUND].flatMap(({ entry, rooms }) => {
      const reached = reach(files.filter(isScript), entry);
      return files
        .filter((file) => isScript(file) && !file.path.endsWith(".d.ts"))
        .filter((file) => file.isUnder(...rooms) && !reached.has(file.path))
        .map((file) => finding(file, 0, "no entry reaches it: import it or remove it"));
    }),
  bad: [
    { "src/index.ts": "", "src/machine/alone.ts": "export const a = 1;" },
    { "src/index.ts": "", "src/machine/a.ts": `import "./b.ts";` },
    { "src/machine/a.ts": "", "test/machine/a.test.ts": `import "../../src/machine/a.ts";` },
    { "scripts/steps/alone.mjs": "" },
    { "test/support/alone.ts": "" },
  ],
  good: [
    {
      "src/index.ts": `export { a } from "./machine/a.ts";`,
      "src/machine/a.ts": `export const a = new URL("./worker.js", import.meta.url);`,
      "src/machine/worker.ts": "",
      "test/machine/a.test.ts": `import "../support/b.ts";`,
      "test/support/b.ts": "",
      "scripts/start.mjs": `import "./steps/a.mjs";`,
      "scripts/steps/a.mjs": "",
    },
  ],
};

export const importsResolve: Rule = {
  name: "imports name files that exist",
  check(files) {
    const known = new Set(files.map((file) => file.path));
    return files.filter(isScript).flatMap((file) =>
      findImports(file)
        .filter(({ target }) => target !== undefined && !isKnown(known, target))
        .map(({ offset, specifier }) => finding(file, offset, `no such file: ${specifier}`)),
    );
  },
  bad: [{ "src/a.ts": `import { b } from "./b.ts";` }, { "src/a.ts": `import { b } from "./b";` }],
  good: [
    { "src/a.ts": `import { b } from "./b.ts";`, "src/b.ts": "export const b = 1;" },
    { "assembly/a.ts": `import { b } from "./b";`, "assembly/b.ts": "export const b = 1;" },
  ],
};

/** dist/ is built, not tracked; a URL may name a folder. */
function isKnown(known: ReadonlySet<string>, target: string): boolean {
  return known.has(target) || target.startsWith("dist/") || target.endsWith("/");
}
