/** A line of a log as blanks part it; positions in the buffer, no strings. */
const MOST_WORDS = 6;
/** fio reads lines of at most this many bytes and names of at most 256. */
const LONGEST_LINE_BYTES = 4095;
const LONGEST_NAME_BYTES = 256;
const NEWLINE = 10;
const BLANK = 32;
const TAB = 9;
const RETURN = 13;

export class LogWords {
  /** Words of the line, counted up to one too many. */
  count = 0;
  readonly starts = new Int32Array(MOST_WORDS);
  readonly ends = new Int32Array(MOST_WORDS);
  hasNul = false;
  isTooLong = false;

  /** Takes the line that starts at `at`; where the next one starts. A newline must follow. */
  take(bytes: Uint8Array, at: number): number {
    const begin = at;
    let count = 0;
    let i = at;
    this.hasNul = false;
    for (;;) {
      let byte = bytes[i] as number;
      while (byte === BLANK || byte === TAB || byte === RETURN) byte = bytes[++i] as number;
      if (byte === NEWLINE) break;
      if (count < MOST_WORDS) this.starts[count] = i;
      while (byte > BLANK || isPartOfWord(byte)) {
        if (byte === 0) this.hasNul = true;
        byte = bytes[++i] as number;
      }
      if (count < MOST_WORDS) this.ends[count++] = i;
    }
    this.count = count;
    this.isTooLong = i - begin > LONGEST_LINE_BYTES;
    return i + 1;
  }

  length(word: number): number {
    return (this.ends[word] ?? 0) - (this.starts[word] ?? 0);
  }

  isNameTooLong(word: number): boolean {
    return this.length(word) > LONGEST_NAME_BYTES;
  }

  /** A whole number without sign; -1: it is none. Beyond 2^53 it is not exact. */
  number(bytes: Uint8Array, word: number): number {
    const end = this.ends[word] as number;
    let value = 0;
    for (let i = this.starts[word] as number; i < end; i++) {
      const digit = (bytes[i] as number) - 48;
      if (digit < 0 || digit > 9) return -1;
      value = value * 10 + digit;
    }
    return value;
  }

  is(bytes: Uint8Array, word: number, text: Uint8Array): boolean {
    const start = this.starts[word] as number;
    if ((this.ends[word] as number) - start !== text.length) return false;
    for (let i = 0; i < text.length; i++) if (bytes[start + i] !== text[i]) return false;
    return true;
  }

  /** For messages. */
  text(bytes: Uint8Array, word: number): string {
    return shownBytes(bytes.subarray(this.starts[word], this.ends[word]));
  }
}

function isPartOfWord(byte: number): boolean {
  return byte !== BLANK && byte !== TAB && byte !== RETURN && byte !== NEWLINE;
}

const LONGEST_SHOWN = 40;

/** Bytes as they may stand in a message: quoted, cut, control characters escaped. */
export function shownBytes(bytes: Uint8Array): string {
  const text = new TextDecoder().decode(bytes.subarray(0, LONGEST_SHOWN));
  const bare = text.replace(/[\p{Cc}\ufffd]/gu, (char) =>
    char === "\ufffd" ? "?" : `\\x${(char.codePointAt(0) ?? 0).toString(16).padStart(2, "0")}`,
  );
  return `"${bare}${bytes.length > LONGEST_SHOWN ? "..." : ""}"`;
}
