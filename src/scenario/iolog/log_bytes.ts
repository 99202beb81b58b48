import { closeSync, fstatSync, openSync, readSync, type Stats, statSync } from "node:fs";
import { ConfigurationError } from "../problem.ts";

const CHUNK_BYTES = 1 << 20;
const NEWLINE = 10;
const ACCEPTED = "an I/O log that fio wrote with write_iolog, version 2 or 3";

/** What is wrong with a log as a file; one problem, where it was found. */
export function logError(where: string, found: string, accepted = ACCEPTED): ConfigurationError {
  return new ConfigurationError([{ where, found, accepted }]);
}

/**
 * A log's bytes, a chunk at a time: `bytes` from `at` up to `end` are whole lines, the last byte a
 * newline, so that a reader of lines needs no look at the end. Reads what the file held when it
 * was opened; throws ConfigurationError.
 */
export class LogBytes {
  readonly bytes = new Uint8Array(CHUNK_BYTES);
  readonly totalBytes: number;
  /** The next byte that nobody has taken yet; whoever takes lines moves it. */
  at = 0;
  end = 0;
  private filled = 0;
  private readBytes = 0;
  private readonly descriptor: number;

  constructor(readonly path: string) {
    this.totalBytes = checkKind(path, () => statSync(path));
    this.descriptor = guarded(path, () => openSync(path, "r"));
    // What was looked at may have been replaced meanwhile.
    checkKind(path, () => fstatSync(this.descriptor));
  }

  /** Bytes of the file before `at`. */
  get takenBytes(): number {
    return this.readBytes - this.filled + this.at;
  }

  /** Reads on; false: every whole line was taken. */
  refill(): boolean {
    this.bytes.copyWithin(0, this.at, this.filled);
    this.filled -= this.at;
    this.at = 0;
    this.end = 0;
    while (this.filled < CHUNK_BYTES && this.readBytes < this.totalBytes) {
      const wanted = Math.min(CHUNK_BYTES - this.filled, this.totalBytes - this.readBytes);
      const got = guarded(this.path, () =>
        readSync(this.descriptor, this.bytes, this.filled, wanted, null),
      );
      if (got === 0) throw this.cutShort();
      this.filled += got;
      this.readBytes += got;
    }
    this.end = this.bytes.lastIndexOf(NEWLINE, this.filled - 1) + 1;
    if (this.filled === 0) this.end = 0;
    return this.end > 0;
  }

  /** Bytes behind the last whole line. */
  rest(): Uint8Array {
    return this.bytes.subarray(this.end, this.filled);
  }

  close(): void {
    closeSync(this.descriptor);
  }

  private cutShort(): ConfigurationError {
    const found = `the file ended after ${this.readBytes} of its ${this.totalBytes} bytes`;
    return logError(this.path, found, "a log that nobody changes while it is read");
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "no such file",
  ENOTDIR: "no such file",
  EACCES: "the file may not be read",
  EPERM: "the file may not be read",
  EISDIR: "a directory",
  ELOOP: "a symbolic link that leads to itself",
  ENAMETOOLONG: "a path that is too long",
};

function guarded<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "unknown error";
    throw logError(path, REASONS[code] ?? `the file cannot be read (${code})`);
  }
}

/** Size in bytes; a log is read twice and from its start, so only a regular file will do. */
function checkKind(path: string, status: () => Stats): number {
  if (path === "-") throw logError("-", "standard input, which cannot be read twice", "a file");
  if (path.includes("\0")) throw logError(path, "a path with a NUL byte");
  const found = guarded(path, status);
  if (found.isDirectory()) throw logError(path, "a directory");
  if (!found.isFile()) {
    throw logError(path, "a pipe, socket or device, which cannot be read twice", "a regular file");
  }
  if (found.size === 0) throw logError(path, "an empty file");
  return found.size;
}
