import { type LogBytes, logError } from "./log_bytes.ts";
import { shownBytes } from "./log_words.ts";

export type LogVersion = 2 | 3;

const ENCODER = new TextEncoder();
const HEADERS: readonly (readonly [LogVersion, Uint8Array])[] = [
  [2, ENCODER.encode("fio version 2 iolog")],
  [3, ENCODER.encode("fio version 3 iolog")],
];
const NEWLINE = 10;
const BLANK = 32;

function startsWith(bytes: Uint8Array, text: Uint8Array): boolean {
  return text.every((byte, i) => bytes[i] === byte);
}

/** Reads the first line, which names the version. Throws ConfigurationError for a foreign file. */
export function readHeader(log: LogBytes): LogVersion {
  const whole = log.refill();
  const bytes = whole ? log.bytes.subarray(0, log.end) : log.rest();
  const known = HEADERS.find(([, header]) => startsWith(bytes, header));
  // What follows must not be part of a longer word.
  const behind = known ? (bytes[known[1].length] ?? NEWLINE) : NEWLINE;
  if (known === undefined || behind > BLANK) {
    throw logError(`${log.path}:1`, foreignWords(bytes));
  }
  if (!whole) throw logError(`${log.path}:1`, "a log that ends in its first line");
  log.at = bytes.indexOf(NEWLINE) + 1;
  return known[0];
}

const SIGNS: readonly (readonly [string, readonly number[]])[] = [
  ["a blktrace (pinlab replays I/O logs only)", [0x07, 0x74, 0x61, 0x65]],
  ["a blktrace (pinlab replays I/O logs only)", [0x65, 0x61, 0x74, 0x07]],
  ["a gzip file; unpack it first", [0x1f, 0x8b]],
  ["a zstd file; unpack it first", [0x28, 0xb5, 0x2f, 0xfd]],
  ["a text in UTF-16", [0xff, 0xfe]],
  ["a text with a byte-order mark", [0xef, 0xbb, 0xbf]],
];

/** What a file is that is no I/O log of fio. */
function foreignWords(bytes: Uint8Array): string {
  const sign = SIGNS.find(([, start]) => start.every((byte, i) => bytes[i] === byte));
  if (sign) return sign[0];
  if (bytes.subarray(0, 4096).includes(0)) return "a binary file (it holds NUL bytes)";
  const end = bytes.indexOf(NEWLINE);
  const line = bytes.subarray(0, end < 0 ? bytes.length : end);
  const version = /^fio version (\S{1,20}) iolog(?!\S)/.exec(
    new TextDecoder().decode(line.subarray(0, 99)),
  );
  if (version) return `an I/O log of version ${version[1]}`;
  return `a file that begins with ${shownBytes(line)}`;
}
