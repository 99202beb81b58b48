import {
  CONTROL_JOURNAL_END,
  CONTROL_JOURNAL_MARKS,
  CONTROL_JOURNAL_STEP,
} from "../../../assembly/shared/layout.ts";
import type { Machine } from "../../machine/machine.ts";

const FIRST_CAPACITY = 65536;
/** In place of a word's index: a half of the fingerprint. */
const LOW = 0xffffffff;
const HIGH = 0xfffffffe;

/**
 * The machine's memory with a way back. The core lists the words that it writes
 * (assembly/memory/journal.ts), the host writes by poke(); a copy of the memory tells what they
 * held before. Beside it a fingerprint of 64 bits over all words that count, kept up word by word.
 */
export class UndoMemory {
  readonly words: Int32Array;
  readonly #shadow: Int32Array;
  readonly #isIgnored: Uint8Array;
  readonly #list: number;
  #indices = new Uint32Array(FIRST_CAPACITY);
  #olds = new Int32Array(FIRST_CAPACITY);
  #length = 0;
  /** The fingerprint's halves: 0 at the start. */
  low = 0;
  high = 0;
  /** Of the frames that were settled last. */
  digestLow = 0;
  digestHigh = 0;

  /** From here on everything can be undone. */
  constructor({ words, plan }: Machine) {
    this.words = words;
    this.#list = plan.listAt;
    words[CONTROL_JOURNAL_MARKS >>> 2] = plan.marksAt;
    words[CONTROL_JOURNAL_END >>> 2] = plan.listAt;
    words[CONTROL_JOURNAL_STEP >>> 2] = 1;
    this.#shadow = words.slice(0, plan.marksAt >>> 2);
    this.#isIgnored = new Uint8Array(plan.marksAt >>> 2);
  }

  /** Bytes of all this, the machine's own memory apart. */
  get bytes(): number {
    const fixed = this.#shadow.byteLength + this.#isIgnored.byteLength;
    return fixed + this.#indices.byteLength + this.#olds.byteLength;
  }

  /** What lies in [from, to) tells no states apart: counters of the laboratory. */
  ignore(from: number, to: number): void {
    this.#isIgnored.fill(1, from >>> 2, to >>> 2);
  }

  heed(from: number, to: number): void {
    this.#isIgnored.fill(0, from >>> 2, to >>> 2);
  }

  /** A place to which undo() can go back. */
  mark(): number {
    const mark = this.#length;
    this.#push(LOW, this.low);
    this.#push(HIGH, this.high);
    return mark;
  }

  /** A write of the host's. */
  poke(address: number, value: number): void {
    this.words[address >>> 2] = value;
    this.#note(address >>> 2);
  }

  /** Takes in what the core has written since the last time. */
  settle(): void {
    const { words } = this;
    const end = (words[CONTROL_JOURNAL_END >>> 2] as number) >>> 2;
    for (let at = this.#list >>> 2; at < end; at++) this.#note((words[at] as number) >>> 2);
    words[CONTROL_JOURNAL_END >>> 2] = this.#list;
    words[CONTROL_JOURNAL_STEP >>> 2] = (words[CONTROL_JOURNAL_STEP >>> 2] as number) + 1;
  }

  /**
   * Takes in what asyncify has unwound to [from, to), which the core writes without telling and
   * which tells states apart by its digest alone.
   */
  settleFrames(from: number, to: number): void {
    const { words } = this;
    const shadow = this.#shadow;
    let one = to - from;
    let other = one;
    for (let index = from >>> 2; index < to >>> 2; index++) {
      const value = words[index] as number;
      one = Math.imul(one ^ value, 0x85ebca6b);
      one ^= one >>> 15;
      other = Math.imul(other + value, 0xc2b2ae35);
      other ^= other >>> 13;
      if (value !== shadow[index]) this.#log(index, value);
    }
    this.digestLow = one;
    this.digestHigh = other;
  }

  /** Back to where mark() was called. */
  undo(mark: number): void {
    const { words } = this;
    const shadow = this.#shadow;
    for (let at = this.#length - 1; at >= mark; at--) {
      const index = this.#indices[at] as number;
      const old = this.#olds[at] as number;
      if (index === LOW) this.low = old;
      else if (index === HIGH) this.high = old;
      else {
        shadow[index] = old;
        words[index] = old;
      }
    }
    this.#length = mark;
  }

  #note(index: number): void {
    const value = this.words[index] as number;
    const old = this.#shadow[index] as number;
    if (value === old) return;
    this.#log(index, value);
    if (!this.#isIgnored[index]) this.#count(index, old, value);
  }

  #log(index: number, value: number): void {
    this.#push(index, this.#shadow[index] as number);
    this.#shadow[index] = value;
  }

  #push(index: number, old: number): void {
    if (this.#length === this.#indices.length) this.#grow();
    this.#indices[this.#length] = index;
    this.#olds[this.#length++] = old;
  }

  #count(index: number, before: number, after: number): void {
    const one = Math.imul(index, 0x9e3779b1);
    const other = Math.imul(index, 0x85ebca6b) + 0x165667b1;
    this.low ^= mixed(before + one) ^ mixed(after + one);
    this.high ^= mixed(before + other) ^ mixed(after + other);
  }

  #grow(): void {
    const indices = new Uint32Array(this.#indices.length * 2);
    const olds = new Int32Array(this.#olds.length * 2);
    indices.set(this.#indices);
    olds.set(this.#olds);
    this.#indices = indices;
    this.#olds = olds;
  }
}

/** The finaliser of MurmurHash3 (Appleby, public domain). */
function mixed(value: number): number {
  let hash = value | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
