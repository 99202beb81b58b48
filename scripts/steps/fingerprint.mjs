/**
 * What a set of files looked like: size, time and content hash of each. Sizes and times are
 * compared first; a file is read again only if its time moved and its size did not.
 */

import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";

/** Fingerprints every file at or under `places` (relative to `root`; missing ones are skipped). */
export function takeFingerprint(root, places) {
  const files = {};
  for (const { name, stat } of walk(root, places)) {
    files[name] = entry(stat, hashFile(path.join(root, name)));
  }
  return files;
}

/**
 * "same": nothing moved. "touched": times moved, contents did not; `current` is the new
 * fingerprint. "changed": something else.
 */
export function compareFingerprint(root, places, stamped) {
  if (typeof stamped !== "object") return { verdict: "changed" };
  const current = {};
  let verdict = "same";
  for (const { name, stat } of walk(root, places)) {
    const before = stamped[name];
    if (before?.size !== Number(stat.size)) return { verdict: "changed" };
    if (before.time !== String(stat.mtimeNs)) {
      if (hashFile(path.join(root, name)) !== before.hash) return { verdict: "changed" };
      verdict = "touched";
    }
    current[name] = entry(stat, before.hash);
  }
  const sameCount = Object.keys(current).length === Object.keys(stamped).length;
  return sameCount ? { verdict, current } : { verdict: "changed" };
}

export function hashFile(file) {
  return createHash("sha256").update(fs.readFileSync(file)).digest("hex");
}

/** The object in a JSON file, or undefined if there is none. */
export function readStamp(file) {
  try {
    const value = JSON.parse(fs.readFileSync(file, "utf8"));
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** A reader sees the old stamp or the new one, never half of one. */
export function writeStamp(file, value) {
  const next = `${file}.${process.pid}`;
  fs.writeFileSync(next, `${JSON.stringify(value)}\n`);
  fs.renameSync(next, file);
}

function entry(stat, hash) {
  return { size: Number(stat.size), time: String(stat.mtimeNs), hash };
}

function* walk(root, places) {
  for (const name of places) {
    const stat = fs.statSync(path.join(root, name), { bigint: true, throwIfNoEntry: false });
    if (stat === undefined) continue;
    if (!stat.isDirectory()) yield { name, stat };
    else {
      const inside = fs.readdirSync(path.join(root, name)).sort();
      yield* walk(
        root,
        inside.map((child) => `${name}/${child}`),
      );
    }
  }
}
