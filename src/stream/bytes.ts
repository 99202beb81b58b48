import { WireFault } from "./wire_fault.ts";

/**
 * Numbers on the wire are whole, 0 to 2^53 - 1, in 7 bits a byte, the lowest first; the top bit
 * says that more follow (LEB128). Texts are UTF-8 behind their length in bytes.
 */

const FIRST_BYTES = 1024;

/** Collects the bytes of a message. */
export class ByteWriter {
  private bytes = new Uint8Array(FIRST_BYTES);
  private used = 0;

  byte(value: number): void {
    this.reserve(1);
    this.bytes[this.used++] = value;
  }

  number(value: number): void {
    if (!Number.isSafeInteger(value) || value < 0) {
      throw new RangeError(`${value} is no whole number from 0 to 2^53 - 1`);
    }
    this.reserve(8);
    let rest = value;
    while (rest >= 0x80) {
      this.bytes[this.used++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.bytes[this.used++] = rest;
  }

  raw(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.bytes.set(bytes, this.used);
    this.used += bytes.length;
  }

  text(value: string): void {
    const bytes = new TextEncoder().encode(value);
    this.number(bytes.length);
    this.raw(bytes);
  }

  /** A copy of what was written. */
  take(): Uint8Array<ArrayBuffer> {
    return this.bytes.slice(0, this.used);
  }

  private reserve(more: number): void {
    if (this.used + more <= this.bytes.length) return;
    const larger = new Uint8Array(Math.max(this.bytes.length * 2, this.used + more));
    larger.set(this.bytes.subarray(0, this.used));
    this.bytes = larger;
  }
}

/** Reads a message; whatever is wrong with it is a WireFault. */
export class ByteReader {
  private at = 0;

  constructor(private readonly bytes: Uint8Array) {}

  /** Bytes that were not read yet. */
  get left(): number {
    return this.bytes.length - this.at;
  }

  byte(): number {
    const value = this.bytes[this.at];
    if (value === undefined) throw new WireFault("truncated", `nothing at byte ${this.at}`);
    this.at += 1;
    return value;
  }

  number(): number {
    let value = 0;
    let unit = 1;
    for (let length = 1; ; length++) {
      const byte = this.byte();
      value += (byte & 0x7f) * unit;
      if (value > Number.MAX_SAFE_INTEGER || length > 8) {
        throw new WireFault("bad-number", `a number beyond 2^53 - 1 before byte ${this.at}`);
      }
      if (byte < 0x80) return value;
      unit *= 0x80;
    }
  }

  /** A number of things that follow, each of at least one byte. */
  count(): number {
    const value = this.number();
    if (value > this.left) {
      throw new WireFault("truncated", `${value} things announced, ${this.left} bytes left`);
    }
    return value;
  }

  raw(length: number): Uint8Array {
    if (length > this.left) {
      throw new WireFault("truncated", `${length} bytes announced, ${this.left} left`);
    }
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  text(): string {
    const bytes = this.raw(this.number());
    try {
      return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    } catch {
      throw new WireFault("bad-text", `no UTF-8 before byte ${this.at}`);
    }
  }

  /** To be called when everything was read. */
  end(): void {
    if (this.left > 0) throw new WireFault("trailing", `${this.left} bytes too many`);
  }
}
