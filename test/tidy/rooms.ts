import { findImports } from "./imports.ts";
import { type Finding, finding, isScript, type Rule, type SourceFile } from "./source_file.ts";

/** Data flows down this list; imports go up it only. */
const ROOMS = [
  "assembly/shared",
  "src/scenario",
  "src/machine",
  "src/executors",
  "src/results",
  "src/stream",
  "src/index.ts",
  "dashboard/server",
  "loadgen",
  "bench",
] as const;

/**
 * The page runs in a browser: it meets the rest on the wire alone, and shares what is safe there:
 * the maths of histograms, and the words for numbers.
 */
const PAGE = "dashboard/client";
const SHARED = [
  "src/machine/histogram.ts",
  "src/machine/histogram_geometry.ts",
  "src/results/words.ts",
  "src/results/hlog_lines.ts",
  "src/results/hdr_v2_payload.ts",
];
const PAGE_MAY_IMPORT = [PAGE, "src/stream", ...SHARED];

/**
 * The contract between executors and results is a type: executors build a RunRecord, so they
 * may `import type` it from the room after theirs.
 */
const CONTRACT = { importer: "src/executors", target: "src/results/record.ts" };

function roomOf(path: string): number {
  return ROOMS.findIndex((room) => path === room || path.startsWith(`${room}/`));
}

function checkFile(file: SourceFile): Finding[] {
  const findings: Finding[] = [];
  for (const { offset, target, isTypeOnly } of findImports(file)) {
    if (target === undefined) continue;
    const isContract = isTypeOnly && file.isUnder(CONTRACT.importer) && target === CONTRACT.target;
    if (isContract || isAllowed(file, target)) continue;
    const upTo = file.isUnder(PAGE) ? PAGE_MAY_IMPORT.join(", ") : `rooms up to its own`;
    findings.push(finding(file, offset, `imports ${target}: it may import from ${upTo}`));
  }
  return findings;
}

function isAllowed(file: SourceFile, target: string): boolean {
  if (file.isUnder(PAGE)) {
    return PAGE_MAY_IMPORT.some((room) => target === room || target.startsWith(`${room}/`));
  }
  const from = roomOf(file.path);
  const to = roomOf(target);
  if (from !== -1) return to !== -1 && to <= from;
  return !file.isUnder("assembly") || target.startsWith("assembly/");
}

export const importDirection: Rule = {
  name: "imports follow the rooms",
  check: (files) =>
    files.filter((file) => isScript(file) && !file.isUnder("test")).flatMap(checkFile),
  bad: [
    { "src/machine/a.ts": `import { b } from "../executors/b.ts";` },
    { "src/scenario/a.ts": `export { b } from "../results/b.ts";` },
    { "src/executors/a.ts": `import { RunRecord } from "../results/record.ts";` },
    { "src/executors/a.ts": `import type { B } from "../results/other.ts";` },
    { "src/machine/a.ts": `import type { RunRecord } from "../results/record.ts";` },
    { "src/stream/a.ts": `import { run } from "../index.ts";` },
    { "src/machine/a.ts": `import { pin } from "../../assembly/gup/pin.ts";` },
    { "assembly/gup/a.ts": `import { b } from "../../src/machine/b.ts";` },
    { "assembly/shared/a.ts": `import { b } from "../memory/cell.ts";` },
    { "loadgen/main.ts": `import { page } from "../dashboard/client/page.ts";` },
    { "dashboard/client/page.ts": `import { main } from "../../loadgen/main.ts";` },
    { "dashboard/client/page.ts": `import { run } from "../../src/executors/run.ts";` },
    { "dashboard/server/a.ts": `const later = import("../../loadgen/main.ts");` },
    { "src/results/a.ts": `new Worker(new URL("../../loadgen/w.js", import.meta.url));` },
    { "loadgen/a.ts": `import { slow } from "../bench/slow.ts";` },
  ],
  good: [
    {
      "src/executors/threads/a.ts": `import type { RunRecord } from "../../results/record.ts";
        import { A } from "../../../assembly/shared/layout.ts";`,
      "src/index.ts": `export { run } from "./executors/run.ts"; import "./stream/a.ts";`,
      "loadgen/main.ts": `import { run } from "../src/index.ts"; import zod from "zod";`,
      "dashboard/client/page.ts": `import { read } from "../../src/stream/wire.ts";
        import { LatencyHistogram } from "../../src/machine/histogram.ts";`,
      "assembly/gup/a.ts": `import { b } from "../memory/cell.ts";`,
      "src/machine/a.ts": `// import { b } from "../executors/b.ts"`,
    },
  ],
};
