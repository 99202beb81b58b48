/** node_modules: is it what package-lock.json asks for, and making it so. */

import fs from "node:fs";
import path from "node:path";
import { runQuietly } from "./child.mjs";
import { hashFile, readStamp, writeStamp } from "./fingerprint.mjs";

const STAMP = "node_modules/.pinlab-setup";
/** npm's own note of what it has put into node_modules. */
const INSTALLED = "node_modules/.package-lock.json";

export function isInstalled(root) {
  const stamp = readStamp(path.join(root, STAMP));
  const wanted = wantedStamp(root);
  return Object.keys(wanted).every((key) => stamp?.[key] === wanted[key]);
}

/**
 * An install that somebody made by hand is taken over if it holds what the lock asks for and
 * was not stamped by another Node; everything else is `npm ci`.
 */
export async function install(root, say) {
  if (canTakeOver(root)) {
    writeStamp(path.join(root, STAMP), wantedStamp(root));
    return;
  }
  say("installing…");
  fs.rmSync(path.join(root, STAMP), { force: true });
  const [command, ...before] = npmCommand();
  const quiet = ["--no-audit", "--no-fund", "--no-progress", "--loglevel=error"];
  const args = [...before, "ci", "--include=dev", "--dry-run=false", ...quiet];
  await runQuietly("npm ci", command, args, { cwd: root });
  writeStamp(path.join(root, STAMP), wantedStamp(root));
}

function wantedStamp(root) {
  return {
    lock: hashFile(path.join(root, "package-lock.json")),
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
  };
}

function canTakeOver(root) {
  const stamp = readStamp(path.join(root, STAMP));
  const wanted = wantedStamp(root);
  const sameNode =
    stamp === undefined || (stamp.node === wanted.node && stamp.platform === wanted.platform);
  const installed = readStamp(path.join(root, INSTALLED))?.packages;
  if (!sameNode || installed === undefined) return false;
  const locked = Object.entries(readStamp(path.join(root, "package-lock.json"))?.packages ?? {});
  return locked.every(([place, { version, integrity, optional }]) => {
    if (place === "") return true;
    const found = installed[place];
    // What is optional is often meant for another platform.
    if (found === undefined) return optional === true;
    return found.version === version && found.integrity === integrity;
  });
}

/** The npm that started us, or else the one on the path. */
function npmCommand() {
  const running = process.env.npm_execpath ?? "";
  return path.basename(running) === "npm-cli.js" ? [process.execPath, running] : ["npm"];
}
