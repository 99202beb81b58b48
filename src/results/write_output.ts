import {
  accessSync,
  closeSync,
  constants,
  fchmodSync,
  fsyncSync,
  mkdtempSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { EnvironmentFault } from "../scenario/problem.ts";

/**
 * Makes sure before a run that its output can be written afterwards, and changes nothing.
 * @throws EnvironmentFault (104) that names the path, the reason and the remedy.
 */
export function checkWritable(path: string): void {
  try {
    const place = placeOf(path);
    if (place.kind === "special" || place.stats !== undefined) {
      accessSync(place.path, constants.W_OK);
    }
    if (place.kind === "file") rmSync(temporaryDirectory(place.path), { recursive: true });
  } catch (error) {
    throw fault(path, error);
  }
}

/**
 * Writes a whole file: first beside it, then renamed over it, so that a failure leaves what
 * stood there. A device or a pipe is written in place. Long texts come in parts, as they are made.
 * @throws EnvironmentFault (104) that names the path, the reason and the remedy.
 */
export function writeOutput(path: string, text: string | Iterable<string>): void {
  const parts = typeof text === "string" ? [text] : text;
  try {
    const place = placeOf(path);
    if (place.kind === "special") writeInPlace(place.path, parts);
    else replaceFile(place.path, parts, place.stats);
  } catch (error) {
    throw fault(path, error);
  }
}

type Place =
  | { readonly kind: "file"; readonly path: string; readonly stats: Stats | undefined }
  | { readonly kind: "special"; readonly path: string };

/** What stands at a path, links followed: a file, nothing yet, or a device. */
function placeOf(path: string): Place {
  if (path === "") throw new Error("the name is empty");
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return { kind: "file", path, stats };
  if (stats.isDirectory()) throw new Error("it is a directory");
  if (!stats.isFile()) return { kind: "special", path };
  return { kind: "file", path: realpathSync(path), stats };
}

function writeInPlace(path: string, parts: Iterable<string>): void {
  const file = openSync(path, "w");
  try {
    for (const part of parts) writeFileSync(file, part);
  } finally {
    closeSync(file);
  }
}

function replaceFile(path: string, parts: Iterable<string>, before: Stats | undefined): void {
  const directory = temporaryDirectory(path);
  try {
    const temporary = join(directory, "output");
    const file = openSync(temporary, "wx");
    try {
      if (before !== undefined) fchmodSync(file, before.mode & 0o777);
      for (const part of parts) writeFileSync(file, part);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** In the directory of the file, so that the rename stays on one file system. */
function temporaryDirectory(path: string): string {
  return mkdtempSync(join(dirname(path), ".pinlab-"));
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "its directory does not exist",
  ENOTDIR: "a part of the path is not a directory",
  EACCES: "permission denied",
  EPERM: "permission denied",
  EROFS: "the file system is read-only",
  ENOSPC: "no space is left on the device",
  EDQUOT: "the quota is used up",
  ENAMETOOLONG: "the name is too long",
  ELOOP: "its symbolic links form a loop",
};

function fault(path: string, error: unknown): EnvironmentFault {
  const code = (error as NodeJS.ErrnoException).code ?? "";
  const reason = REASONS[code] ?? (code === "" ? (error as Error).message : code);
  const text = `cannot write the output "${path}": ${reason}; name a file that can be written`;
  return new EnvironmentFault(text, 104);
}
