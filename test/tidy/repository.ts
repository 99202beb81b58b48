import path from "node:path";
import { type Finding, finding, type Rule, type SourceFile } from "./source_file.ts";

/** Rules about the repository as a whole: what it may name, and what must mirror what. */

/** The rules spell what they forbid. */
const RULES = "test/tidy";

function textRule(name: string, pattern: RegExp, message: string, bad: string, good: string): Rule {
  return {
    name,
    check: (files) =>
      files
        .filter((file) => !file.isUnder(RULES))
        .flatMap((file) =>
          [...file.text.matchAll(pattern)].map(({ index, 0: found }) =>
            finding(file, index, `${found.trim()}: ${message}`),
          ),
        ),
    bad: [{ "docs/a.md": bad }],
    good: [{ "docs/a.md": good }],
  };
}

const machinePaths = textRule(
  "no paths of one machine",
  /(?<![\w.$}/])\/(?:root|tmp|home|work|srv|Users)\/[\w.-]+/g,
  "use a path relative to the project, or os.tmpdir()",
  "see /home/somebody/project",
  "see `docs/home/a` and src/tmp/a",
);

const registryHosts = textRule(
  "no package registry hosts",
  /\bhttps?:\/\/(?:registry|npm|pkg)\.[\w.-]+/g,
  "the user's own npm settings name the registry",
  "https://registry.example.org/zod",
  "npm ci",
);

const selfContained = textRule(
  "the project speaks of itself alone",
  /\b(?:co-authored-by|generated (?:by|with) (?:an?|the) (?:tool|assistant|model))\b/gi,
  "say what the project is and does, not how it was made",
  "Co-authored-by: Somebody",
  "the session of an RDMA client",
);

const lockFile: Rule = {
  name: "package-lock.json names no download places",
  check: (files) =>
    files
      .filter((file) => file.path === "package-lock.json")
      .flatMap((file) =>
        [...file.text.matchAll(/"resolved"/g)].map(({ index }) =>
          finding(file, index, "keep omit-lockfile-registry-resolved in .npmrc, install again"),
        ),
      ),
  bad: [{ "package-lock.json": `{ "resolved": "x" }` }],
  good: [{ "package-lock.json": `{ "integrity": "x" }` }],
};

const DECISION = /^docs\/decisions\/\d{4}-[a-z0-9]+(?:-[a-z0-9]+)*\.md$/;
const MAX_DECISION_LINES = 80;

const decisions: Rule = {
  name: "decisions are NNNN-title.md, one page each",
  check: (files) =>
    files
      .filter((file) => file.isUnder("docs/decisions"))
      .flatMap((file): Finding[] => {
        if (!DECISION.test(file.path)) return [finding(file, 0, "name it NNNN-title.md")];
        if (file.lines.length - 1 <= MAX_DECISION_LINES) return [];
        return [finding(file, 0, `longer than ${MAX_DECISION_LINES} lines: one page each`)];
      }),
  bad: [{ "docs/decisions/stamps.md": "" }, { "docs/decisions/0001-stamps.md": "\n".repeat(81) }],
  good: [{ "docs/decisions/0001-stamps.md": "\n".repeat(80) }],
};

/** Tests of the house itself, and folders whose tests retell a story instead of a file. */
const HOUSE_TESTS = ["test/tidy.test.ts", "test/package.test.ts", "test/two_commands.test.ts"];
const STORY_FOLDERS = ["test/litmus", "test/tidy"];
const MIRRORED = ["", "src/", "assembly/", "scripts/"];

const testsMirror: Rule = {
  name: "tests mirror paths",
  check(files) {
    const known = new Set(files.flatMap(({ path: name }) => [name, path.posix.dirname(name)]));
    return files
      .filter((file) => file.path.endsWith(".test.ts"))
      .filter((file) => !HOUSE_TESTS.includes(file.path) && !file.isUnder(...STORY_FOLDERS))
      .filter(({ path: name }) => !mirrors(known, name))
      .map((file) =>
        finding(file, 0, "mirror a path: page.test.ts or page.limits.test.ts for page.ts"),
      );
  },
  bad: [{ "test/machine/pages.test.ts": "", "src/machine/page.ts": "" }],
  good: [
    { "test/machine/page.test.ts": "", "src/machine/page.ts": "" },
    { "test/machine/page.property.test.ts": "", "src/machine/page.ts": "" },
    { "test/assembly/gup.test.ts": "", "assembly/gup/pin.ts": "" },
    { "test/loadgen/fio/units.test.ts": "", "loadgen/fio/units.ts": "" },
  ],
};

function mirrors(known: ReadonlySet<string>, test: string): boolean {
  const stem = test.replace(/^test\//, "").replace(/(?:\.\w+)*\.test\.ts$/, "");
  return MIRRORED.some((room) =>
    ["", ".ts", ".mjs"].some((ending) => known.has(`${room}${stem}${ending}`)),
  );
}

function findDeadLinks(file: SourceFile, known: ReadonlySet<string>): Finding[] {
  return [...file.text.matchAll(/\]\(([^)\s#]+)(?:#[^)]*)?\)/g)].flatMap(({ index, 1: link }) => {
    if (link === undefined || /^[a-z]+:/.test(link)) return [];
    const target = path.posix.join(path.posix.dirname(file.path), link).replace(/\/$/, "");
    return known.has(target) ? [] : [finding(file, index, `${link}: no such file`)];
  });
}

const linksResolve: Rule = {
  name: "links in Markdown name files that exist",
  check(files) {
    const known = new Set(files.flatMap(({ path: name }) => [name, ...foldersOf(name)]));
    return files
      .filter((file) => file.path.endsWith(".md") && !file.isUnder(RULES))
      .flatMap((file) => findDeadLinks(file, known));
  },
  bad: [{ "README.md": "see [the model](docs/MODEL.md)" }],
  good: [
    {
      "README.md": "see [the model](docs/MODEL.md#limits), [all](docs/), [fio](https://a.example)",
      "docs/MODEL.md": "[back](../README.md)",
    },
  ],
};

function foldersOf(name: string): string[] {
  const parts = name.split("/");
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join("/"));
}

export const repositoryRules: readonly Rule[] = [
  machinePaths,
  registryHosts,
  selfContained,
  lockFile,
  decisions,
  testsMirror,
  linksResolve,
];
