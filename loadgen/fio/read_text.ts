import { closeSync, fstatSync, openSync, readSync } from "node:fs";

export type ReadText =
  | { readonly ok: true; readonly text: string }
  | {
      readonly ok: false;
      readonly found: string;
      readonly accepted: string;
      readonly tooLarge?: boolean;
    };

const REASONS: Record<string, [string, string]> = {
  ENOENT: ["no such file", "the path of a job file or a scenario, or - for standard input"],
  EACCES: ["the file may not be read", "a file you may read"],
  EPERM: ["the file may not be read", "a file you may read"],
  EISDIR: ["a directory", "a job file"],
  ENOTDIR: ["no such file", "a path whose parts are directories"],
  ELOOP: ["a symbolic link that leads to itself", "a job file"],
  ENAMETOOLONG: ["a path that is too long", "the path of a job file"],
};

function refused(error: unknown): ReadText {
  const code = (error as NodeJS.ErrnoException).code ?? "unknown error";
  const [found, accepted] = REASONS[code] ?? [`the file cannot be read (${code})`, "a job file"];
  return { ok: false, found, accepted };
}

/** How messages call a source: its path, or what - stands for. */
export function sourceName(source: string): string {
  return source === "-" ? "stdin" : source;
}

const WAIT_MS = 10;

/** Reads to the end or to one byte past the limit, so that an endless file ends too. */
function readUpTo(descriptor: number, limit: number): Buffer {
  const bytes = Buffer.alloc(limit + 1);
  let filled = 0;
  while (filled < bytes.length) {
    const got = readSome(descriptor, bytes, filled);
    if (got === 0) break;
    filled += got;
  }
  return bytes.subarray(0, filled);
}

/** Standard input may be a pipe that does not wait: wait in its place. */
function readSome(descriptor: number, bytes: Buffer, at: number): number {
  for (;;) {
    try {
      return readSync(descriptor, bytes, at, bytes.length - at, null);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, WAIT_MS);
    }
  }
}

/** Judges bytes that should be a job file: size, NUL bytes; drops a byte-order mark. */
export function textOf(bytes: Uint8Array, limitBytes: number): ReadText {
  if (bytes.length > limitBytes) {
    const accepted = `at most ${limitBytes} bytes; split it into several job files`;
    return { ok: false, found: `more than ${limitBytes} bytes`, accepted, tooLarge: true };
  }
  if (bytes.includes(0)) {
    return { ok: false, found: "a binary file (it holds NUL bytes)", accepted: "a job file: text" };
  }
  return { ok: true, text: new TextDecoder().decode(bytes) };
}

/** The text of a job file (`-` is standard input); never throws. */
export function readText(path: string, limitBytes: number): ReadText {
  if (path.includes("\0")) return refused({ code: "ENOENT" });
  let descriptor = 0;
  try {
    if (path !== "-") descriptor = openSync(path, "r");
    if (fstatSync(descriptor).isDirectory()) return refused({ code: "EISDIR" });
    return textOf(readUpTo(descriptor, limitBytes), limitBytes);
  } catch (error) {
    return refused(error);
  } finally {
    if (descriptor > 0) closeSync(descriptor);
  }
}
