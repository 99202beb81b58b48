import {
  ACCESS_BLOCK,
  ACCESS_FENCE,
  ACCESS_NOTIFY_ALL,
  ACCESS_NOTIFY_ONE,
  ACCESS_RMW,
  ACCESS_RMW_VOID,
  ACCESS_STORE,
} from "../../../assembly/shared/codes.ts";

const WRITES = bitsOf([
  ACCESS_STORE,
  ACCESS_RMW,
  ACCESS_RMW_VOID,
  ACCESS_NOTIFY_ALL,
  ACCESS_NOTIFY_ONE,
]);
const TOUCHES_NOTHING = bitsOf([ACCESS_FENCE, ACCESS_BLOCK]);

/** Does an access of the kind (ACCESS_*) change the word, or wake who waits there? */
export function isWrite(kind: number): boolean {
  return (WRITES & (1 << kind)) !== 0;
}

/** Calls of all CPUs, a bit each, at the most. */
export const CALLS_MAX = 31;

/**
 * Which calls touch which words, so that one knows where it matters who goes on: before an access
 * to a word that a call of another CPU may yet touch as well, one of the two writing. All other
 * accesses commute with whatever other CPUs have still to do: a persistent set of one.
 *
 * What calls touch is learnt while exploring. An exploration during which a conflict came to light
 * has passed it by before, and is begun again, until one ends in which none did: then no access
 * that was taken for harmless can meet another CPU's, for the first such pair would have been seen.
 */
export class Sharing {
  /** By word: a bit for each call that has read it, and for each that has written it. */
  readonly #reads: Int32Array;
  readonly #writes: Int32Array;
  /** By call: the bits of the other CPUs' calls. */
  readonly #others: number[] = [];
  /** Conflicts that have come to light. */
  count = 0;

  /** `calls`: how many each CPU makes; `words` of memory. */
  constructor(words: number, calls: readonly number[]) {
    this.#reads = new Int32Array(words);
    this.#writes = new Int32Array(words);
    const total = calls.reduce((sum, count) => sum + count, 0);
    if (total > CALLS_MAX) throw new Error(`${total} calls, at most ${CALLS_MAX} fit`);
    let first = 0;
    for (const count of calls) {
      const own = ((1 << count) - 1) << first;
      for (let call = 0; call < count; call++) this.#others.push(((1 << total) - 1) & ~own);
      first += count;
    }
  }

  /** May one of the calls of `mask` meet this access? */
  isContended(address: number, kind: number, mask: number): boolean {
    const index = address >>> 2;
    const met = this.#writes[index] as number;
    return ((isWrite(kind) ? met | (this.#reads[index] as number) : met) & mask) !== 0;
  }

  /** The call has made this access. */
  touch(address: number, kind: number, call: number): void {
    if (TOUCHES_NOTHING & (1 << kind)) return;
    const index = address >>> 2;
    const words = isWrite(kind) ? this.#writes : this.#reads;
    const before = words[index] as number;
    if (before & (1 << call)) return;
    words[index] = before | (1 << call);
    if (this.isContended(address, kind, this.#others[call] as number)) this.count++;
  }
}

function bitsOf(kinds: readonly number[]): number {
  return kinds.reduce((mask, kind) => mask | (1 << kind), 0);
}
