import { LARGEST_BLOCK_BYTES, LARGEST_COUNT } from "../limits.ts";
import { LogBytes, logError } from "./log_bytes.ts";
import { LogFiles } from "./log_files.ts";
import { type LogVersion, readHeader } from "./log_header.ts";
import { LogWords } from "./log_words.ts";

const ENCODER = new TextEncoder();
const bytesOf = (...names: string[]): readonly Uint8Array[] => names.map((n) => ENCODER.encode(n));

const IO_ACTIONS = bytesOf("read", "write", "sync", "datasync", "trim", "wait");
const READ = 0;
const WRITE = 1;
const TRIM = 4;
const WAIT = 5;
const FILE_ACTIONS = bytesOf("add", "open", "close");
const ADD = 0;
const OPEN = 1;
const [FIO = new Uint8Array(), VERSION = new Uint8Array()] = bytesOf("fio", "version");

const IO_NAMES = "read, write, sync, datasync or trim";
const FORMS: Readonly<Record<LogVersion, string>> = {
  2: `FILE add|open|close, or FILE ${IO_NAMES} OFFSET LENGTH, or FILE wait TIME 0`,
  3: `TIME FILE add|open|close, or TIME FILE ${IO_NAMES} OFFSET LENGTH`,
};
const LENGTHS = `a length of 1 to ${LARGEST_BLOCK_BYTES} bytes`;

/** What was counted up to here. */
export interface LogCounts {
  reads: number;
  writes: number;
  readBytes: number;
  writeBytes: number;
  /** They pin nothing and are left out. */
  syncs: number;
  trims: number;
  /** Reads and writes that were left out because they were to be. */
  skipped: number;
  waits: number;
}

export interface LogOptions {
  readonly skip: readonly ("read" | "write")[];
  /** Offsets and lengths must be multiples of these; 1: any will do. */
  readonly offsetUnit?: number;
  readonly lengthUnit?: number;
  /** Hears what is wrong with a line, which is then passed over; it may throw. */
  readonly onFault: (line: number, found: string, accepted: string) => void;
  /** Asked before each MiB that is read: shall it be? If not, next() says that there is no more. */
  readonly onChunk?: (() => boolean) | undefined;
}

/**
 * Reads an I/O log of fio, version 2 or 3, from its start: each next() moves on to a read or a
 * write and shows it in the fields. Throws ConfigurationError for a file that is no such log.
 *
 * Times are fio 3.33's, read off its runs: a v3 stamp is in us and counts from the first one that
 * is not 0, steps back take no time; `wait N` of v2 lasts until N ms after the start, whatever
 * fio's manual says.
 */
export class LogReader {
  readonly version: LogVersion;
  readonly counts: LogCounts = {
    reads: 0,
    writes: 0,
    readBytes: 0,
    writeBytes: 0,
    syncs: 0,
    trims: 0,
    skipped: 0,
    waits: 0,
  };
  line = 1;
  isRead = true;
  /** Bytes. */
  offset = 0;
  length = 0;
  /** Since the log's time 0. */
  timeUs = 0;
  private lastStampUs = 0;
  private readonly log: LogBytes;
  private readonly words = new LogWords();
  private readonly files = new LogFiles();
  private readonly skipReads: boolean;
  private readonly skipWrites: boolean;
  private readonly offsetUnit: number;
  private readonly lengthUnit: number;

  constructor(
    readonly path: string,
    private readonly options: LogOptions,
  ) {
    this.skipReads = options.skip.includes("read");
    this.skipWrites = options.skip.includes("write");
    this.offsetUnit = options.offsetUnit ?? 1;
    this.lengthUnit = options.lengthUnit ?? 1;
    this.log = new LogBytes(path);
    try {
      this.version = readHeader(this.log);
    } catch (error) {
      this.log.close();
      throw error;
    }
  }

  get totalBytes(): number {
    return this.log.totalBytes;
  }

  get takenBytes(): number {
    return this.log.takenBytes;
  }

  /** Moves on to the next I/O; false: there is none. */
  next(): boolean {
    const { log, words } = this;
    while (log.at < log.end || this.refill()) {
      this.line++;
      log.at = words.take(log.bytes, log.at);
      if (this.isIo()) return true;
    }
    return false;
  }

  close(): void {
    this.log.close();
  }

  private refill(): boolean {
    if (this.options.onChunk?.() === false) return false;
    if (this.log.refill()) return true;
    const left = this.log.rest().length;
    if (left === 0) return false;
    const where = `${this.path}:${this.line + 1}`;
    if (left === this.log.bytes.length) throw logError(where, "a line of a MiB and more");
    const found = "the last line has no end: the log was cut";
    this.fault(this.line + 1, found, "a log of whole lines, each with a newline behind it");
    return false;
  }

  /** True if the line is a read or a write that counts. */
  private isIo(): boolean {
    const { words } = this;
    if (words.count === 0) return false;
    if (words.hasNul) return this.refuse("NUL bytes", "a text");
    if (words.isTooLong) return this.refuse("more than 4,095 bytes", "a line that fio can read");
    const file = this.version === 3 ? 1 : 0;
    if (file === 1 && !this.takesStamp()) return false;
    if (words.isNameTooLong(file)) {
      return this.refuse("a name of more than 256 bytes", "a name that fio can read");
    }
    if (words.count === file + 4) return this.takesIo(file);
    if (words.count === file + 2) return this.takesFileAction(file);
    return this.refuseShape();
  }

  /** v3: the time that has passed since the line before. */
  private takesStamp(): boolean {
    const { words, log } = this;
    const stamp = words.number(log.bytes, 0);
    if (stamp < 0 || stamp > LARGEST_COUNT) {
      if (words.is(log.bytes, 0, FIO)) return this.refuseShape();
      const found = `the time ${words.text(log.bytes, 0)}`;
      return this.refuse(found, `${FORMS[3]}, TIME a whole number of us`);
    }
    if (this.lastStampUs !== 0 && stamp > this.lastStampUs) {
      this.timeUs += stamp - this.lastStampUs;
    }
    this.lastStampUs = stamp;
    return true;
  }

  private takesFileAction(word: number): false {
    const { words, log, files } = this;
    const action = this.actionAt(word + 1, FILE_ACTIONS);
    if (action < 0) return this.refuseAction(word + 1);
    const start = words.starts[word] as number;
    const end = words.ends[word] as number;
    if (action === ADD) {
      if (files.add(log.bytes, start, end)) return false;
      return this.refuse("more than 65,536 files", "a log with fewer files");
    }
    const file = files.find(log.bytes, start, end);
    if (file >= 0) files.setOpen(file, action === OPEN);
    else this.refuseFile(word, "was never added");
    return false;
  }

  private takesIo(word: number): boolean {
    const { words, log, counts } = this;
    const action = this.actionAt(word + 1, IO_ACTIONS);
    if (action < 0) return this.refuseAction(word + 1);
    const offset = words.number(log.bytes, word + 2);
    const length = words.number(log.bytes, word + 3);
    if (action === WAIT) return this.takesWait(word, offset);
    if (offset < 0 || offset > LARGEST_COUNT) {
      const found = `the offset ${words.text(log.bytes, word + 2)}`;
      return this.refuse(found, `a whole number of bytes from 0 to ${LARGEST_COUNT}`);
    }
    const least = action > WRITE ? 0 : 1;
    if (length < least || length > LARGEST_BLOCK_BYTES) {
      return this.refuse(`the length ${words.text(log.bytes, word + 3)}`, LENGTHS);
    }
    const start = words.starts[word] as number;
    const file = this.files.find(log.bytes, start, words.ends[word] as number);
    if (file < 0) return this.refuseFile(word, "was never added");
    if (!this.files.isOpen(file)) return this.refuseFile(word, "is not open here");
    if (action > WRITE) {
      if (action === TRIM) counts.trims++;
      else counts.syncs++;
      return false;
    }
    return this.countsIo(action === READ, offset, length);
  }

  private countsIo(isRead: boolean, offset: number, length: number): boolean {
    const { counts, offsetUnit, lengthUnit } = this;
    if (isRead ? this.skipReads : this.skipWrites) {
      counts.skipped++;
      return false;
    }
    if (offset - Math.floor(offset / offsetUnit) * offsetUnit !== 0 || length % lengthUnit !== 0) {
      const found = `${length} bytes at ${offset}, which O_DIRECT refuses`;
      return this.refuse(found, `multiples of ${lengthUnit} bytes, or direct=0`);
    }
    if (isRead) {
      counts.reads++;
      counts.readBytes += length;
    } else {
      counts.writes++;
      counts.writeBytes += length;
    }
    this.isRead = isRead;
    this.offset = offset;
    this.length = length;
    return true;
  }

  private takesWait(word: number, untilMs: number): false {
    if (this.version === 3) {
      return this.refuse("wait", "no wait in version 3, whose lines begin with their times");
    }
    if (untilMs < 0 || untilMs > LARGEST_COUNT) {
      const found = `the time ${this.words.text(this.log.bytes, word + 2)}`;
      return this.refuse(found, "a whole number: ms since the start");
    }
    this.timeUs = Math.max(this.timeUs, untilMs * 1000);
    this.counts.waits++;
    return false;
  }

  private actionAt(word: number, actions: readonly Uint8Array[]): number {
    for (let i = 0; i < actions.length; i++) {
      if (this.words.is(this.log.bytes, word, actions[i] as Uint8Array)) return i;
    }
    return -1;
  }

  private fault(line: number, found: string, accepted: string): void {
    this.options.onFault(line, found, accepted);
  }

  private refuse(found: string, accepted: string): false {
    this.fault(this.line, found, accepted);
    return false;
  }

  private refuseAction(word: number): false {
    const found = `the action ${this.words.text(this.log.bytes, word)}`;
    return this.refuse(found, FORMS[this.version]);
  }

  private refuseFile(word: number, what: string): false {
    const found = `the file ${this.words.text(this.log.bytes, word)}, which ${what}`;
    return this.refuse(found, "a file with an add and an open before it, as fio needs them");
  }

  private refuseShape(): false {
    const { words, log } = this;
    if (words.is(log.bytes, 0, FIO) && words.is(log.bytes, 1, VERSION)) {
      return this.refuse("a second log begins here", "one log a file: one for each clone");
    }
    const many = words.count > 5 ? "more than 5 words" : `${words.count} words`;
    const hint = words.count > 5 ? " (no name with blanks in it, as in fio)" : "";
    return this.refuse(many, FORMS[this.version] + hint);
  }
}
