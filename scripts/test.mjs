/**
 * `npm test`: sets the checkout up, then lint, types of the tests, and the tests themselves.
 * Arguments go to vitest. Lint and types count as one test each. With CI=true a skip fails.
 */

import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { isExpected, ROOT, sayFault, setUp } from "./setup.mjs";
import { runOpenly } from "./steps/child.mjs";
import { printSummary, readTally } from "./steps/tally.mjs";

const isStrict = process.env.CI === "true";

process.exitCode = await main(process.argv.slice(2));

async function main(args) {
  try {
    await setUp();
  } catch (fault) {
    if (!isExpected(fault)) throw fault;
    sayFault(fault);
    return printSummary({ passed: 0, failed: 1, skipped: [] }, isStrict);
  }
  const lint = await runTool("lint", "@biomejs/biome/bin/biome", [
    "check",
    "--error-on-warnings",
    ".",
  ]);
  const types = await runTool("types", "typescript/bin/tsc", ["-p", "test/tsconfig.json"]);
  const page = await runTool("types of the page", "typescript/bin/tsc", ["-p", "dashboard/client"]);
  const tally = await runTests(args);
  for (const good of [lint, types, page]) tally[good ? "passed" : "failed"] += 1;
  return printSummary(tally, isStrict);
}

async function runTests(args) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "pinlab-test-"));
  const report = path.join(folder, "report.json");
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  try {
    const status = await runModule("vitest/vitest.mjs", ["run", ...reporters, ...args]);
    return readTally(report, status);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

async function runTool(name, module, args) {
  const good = (await runModule(module, args)) === 0;
  process.stdout.write(`${good ? "✓" : "✗"} ${name}\n`);
  return good;
}

function runModule(module, args) {
  const program = path.join(ROOT, "node_modules", module);
  return runOpenly(process.execPath, [program, ...args], { cwd: ROOT });
}
