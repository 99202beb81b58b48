/** Makes a checkout ready to run: installs and builds what is stale, and nothing else. */

import "./steps/node_version.mjs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { isStepRunning, StepFailed } from "./steps/child.mjs";
import { compile, findStaleParts } from "./steps/compile.mjs";
import { install, isInstalled } from "./steps/install.mjs";
import { withLock } from "./steps/lock.mjs";

export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const INTERRUPTED = 105;

/** Installs and builds what is stale; with `rebuild`, builds everything. */
export async function setUp({ rebuild = false } = {}) {
  if (!rebuild && isInstalled(ROOT) && findStaleParts(ROOT).length === 0) return;
  await withLock(path.join(ROOT, ".pinlab-lock"), say, async () => {
    if (!isInstalled(ROOT)) await install(ROOT, say);
    const parts = rebuild ? ["core", "code", "page"] : findStaleParts(ROOT);
    if (parts.length > 0) await compile(ROOT, parts, say);
  });
}

/** A step that failed, or a file system that refused (full, read-only, …): no bug of ours. */
export function isExpected(fault) {
  return fault instanceof StepFailed || fault.syscall !== undefined;
}

/** What a failed step said, then which step it was. */
export function sayFault({ said = "", message }) {
  say(`${said}\n${message}`.trim());
}

/** As `setUp`, but ends the process with one message if a step fails. */
export async function setUpOrExit(options) {
  let interrupted = false;
  const onInterrupt = () => {
    interrupted = true;
    // A running step ends by the same interrupt, and cleans up.
    if (!isStepRunning()) process.exit(INTERRUPTED);
  };
  process.on("SIGINT", onInterrupt);
  try {
    await setUp(options);
  } catch (fault) {
    if (!isExpected(fault)) throw fault;
    if (interrupted) say("set-up interrupted");
    else sayFault(fault);
    process.exit(interrupted ? INTERRUPTED : 1);
  } finally {
    process.off("SIGINT", onInterrupt);
  }
  if (interrupted) process.exit(INTERRUPTED);
}

function say(text) {
  process.stderr.write(`${text}\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await setUpOrExit();
