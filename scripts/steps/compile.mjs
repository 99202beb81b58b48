/**
 * dist/: the core (asc, three targets), the TypeScript (tsc) and the dashboard's page (Vite),
 * compiled side by side into dist.next/ and renamed into place, so that a failed build leaves the
 * last good one alone.
 */

import fs from "node:fs";
import path from "node:path";
import { runQuietly, StepFailed } from "./child.mjs";
import { compareFingerprint, readStamp, takeFingerprint, writeStamp } from "./fingerprint.mjs";

const DIST = "dist";
const NEXT = "dist.next";
const OLD = "dist.old";
const STAMP = "dist/.pinlab-setup";
const COMMAND_LINE = "loadgen/main.js";

/** Builds of the core: targets of asconfig.json, a file of dist/core/ each. */
const TARGETS = ["native", "traced", "recorded"];

/** The one in which a virtual CPU can be left and gone on with anywhere, and its further entry. */
const UNWINDABLE = "traced";
const CHECKER = "assembly/memory/undo.ts";

const RECIPE = ["package-lock.json", "scripts/steps/compile.mjs"];
const ASYNCIFY = ["scripts/steps/asyncify.mjs", "scripts/steps/dead_locals.mjs"];

const CODE_SOURCES = ["assembly/shared", "src", "dashboard/server", "loadgen", "bench"];
/** What the page has in common with the rest (test/tidy/rooms.ts). */
const PAGE_SHARES = ["assembly/shared", "src/stream", "src/machine", "src/results"];

/** Each part: what it is made from, and what must lie in dist/ for it to count as made. */
const PARTS = {
  core: {
    sources: ["assembly", "asconfig.json", ...ASYNCIFY, ...RECIPE],
    results: TARGETS.map((target) => `core/${target}.wasm`),
  },
  code: {
    sources: [...CODE_SOURCES, "tsconfig.json", ...RECIPE],
    results: [COMMAND_LINE, "src/index.js"],
  },
  page: {
    sources: ["dashboard/client", ...PAGE_SHARES, ...RECIPE],
    results: ["page/index.html"],
  },
};

/** Names of the parts that have to be built; renews the stamp where only times have moved. */
export function findStaleParts(root) {
  const stamp = readStamp(path.join(root, STAMP));
  const stale = [];
  let touched = false;
  for (const [name, { sources, results }] of Object.entries(PARTS)) {
    const { verdict, current } = compareFingerprint(root, sources, stamp?.[name]);
    const complete = results.every((file) => fs.existsSync(path.join(root, DIST, file)));
    if (verdict === "changed" || !complete) stale.push(name);
    else if (verdict === "touched") {
      stamp[name] = current;
      touched = true;
    }
  }
  if (touched && stale.length === 0) writeStamp(path.join(root, STAMP), stamp);
  return stale;
}

/** Builds the named parts, carries the others over, and returns what the compilers remarked. */
export async function compile(root, names, say) {
  say(names.length === 1 ? `building (${names[0]})…` : "building…");
  const stamp = readStamp(path.join(root, STAMP)) ?? {};
  // Taken before compiling: what is edited meanwhile is stale at the next start.
  for (const name of names) stamp[name] = takeFingerprint(root, PARTS[name].sources);
  fs.rmSync(path.join(root, NEXT), { recursive: true, force: true });
  fs.mkdirSync(path.join(root, NEXT));
  carryOver(root, names);
  const compilers = [];
  if (names.includes("core")) compilers.push(...TARGETS.map((target) => asc(root, target)));
  if (names.includes("code")) compilers.push(tsc(root));
  if (names.includes("page")) compilers.push(vite(root));
  const outcomes = await Promise.allSettled(compilers);
  const failures = outcomes.filter(({ status }) => status === "rejected");
  if (failures.length > 0) {
    fs.rmSync(path.join(root, NEXT), { recursive: true, force: true });
    throw joined(failures.map(({ reason }) => reason));
  }
  makeRunnable(path.join(root, NEXT, COMMAND_LINE));
  writeStamp(path.join(root, NEXT, path.basename(STAMP)), stamp);
  moveIntoPlace(root);
  const remarks = outcomes.map(({ value }) => value).filter((text) => text !== "");
  if (remarks.length > 0) say(remarks.join("\n"));
}

async function asc(root, target) {
  const program = path.join(root, "node_modules/assemblyscript/bin/asc.js");
  const outFile = `${NEXT}/core/${target}.wasm`;
  const entries = target === UNWINDABLE ? [CHECKER] : [];
  const args = [...entries, "--config", "asconfig.json", "--target", target, "--outFile", outFile];
  const run = (step, command) => runQuietly(step, process.execPath, command, { cwd: root });
  const remarks = await run(`asc (${target})`, [program, ...args]);
  if (target === UNWINDABLE) {
    // Not before everything is installed.
    const { asyncifyFile } = await import("./asyncify.mjs");
    asyncifyFile(path.join(root, outFile));
  }
  return remarks;
}

function tsc(root) {
  const program = path.join(root, "node_modules/typescript/bin/tsc");
  const args = ["-p", "tsconfig.json", "--outDir", NEXT];
  return runQuietly("tsc", process.execPath, [program, ...args], { cwd: root });
}

/** What Vite tells of a build that went well is nothing that anybody needs to know. */
async function vite(root) {
  const program = path.join(root, "node_modules/vite/bin/vite.js");
  const outDir = path.join(root, NEXT, "page");
  const config = "dashboard/client/vite.config.ts";
  const args = [
    "build",
    "--config",
    config,
    "--outDir",
    outDir,
    "--emptyOutDir",
    "--logLevel",
    "warn",
  ];
  return runQuietly("vite", process.execPath, [program, ...args], { cwd: root });
}

/** Core and page lie in folders of their own, everything else in dist/ comes from tsc. */
function carryOver(root, builtNames) {
  const dist = path.join(root, DIST);
  if (builtNames.length === Object.keys(PARTS).length || !fs.existsSync(dist)) return;
  for (const child of fs.readdirSync(dist)) {
    const part = child === "core" || child === "page" ? child : "code";
    if (builtNames.includes(part) || child === path.basename(STAMP)) continue;
    fs.cpSync(path.join(dist, child), path.join(root, NEXT, child), { recursive: true });
  }
}

function makeRunnable(file) {
  const text = fs.readFileSync(file, "utf8");
  if (!text.startsWith("#!")) fs.writeFileSync(file, `#!/usr/bin/env node\n${text}`);
  fs.chmodSync(file, 0o755);
}

function moveIntoPlace(root) {
  const [dist, next, old] = [DIST, NEXT, OLD].map((name) => path.join(root, name));
  fs.rmSync(old, { recursive: true, force: true });
  if (fs.existsSync(dist)) fs.renameSync(dist, old);
  fs.renameSync(next, dist);
  fs.rmSync(old, { recursive: true, force: true });
}

/** One fault for all; all targets of asc find the same errors, which are said once. */
function joined(faults) {
  const words = new Set(faults.map(({ said }) => said));
  return new StepFailed([...words].join("\n\n"), faults.map(({ message }) => message).join("; "));
}
