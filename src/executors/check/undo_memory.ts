import {
  CONTROL_JOURNAL_DIGEST,
  CONTROL_JOURNAL_END,
  CONTROL_JOURNAL_FINGERPRINT,
  CONTROL_JOURNAL_MARKS,
  CONTROL_JOURNAL_SETTLED,
  CONTROL_JOURNAL_SHADOW,
  CONTROL_JOURNAL_STEP,
} from "../../../assembly/shared/layout.ts";
import type { TracedCore } from "../../machine/core.ts";
import type { Machine } from "../../machine/machine.ts";

/**
 * The machine's memory with a way back, which the core keeps (assembly/memory/undo.ts), and a
 * fingerprint of 64 bits over all words that count: 0 at the start.
 */
export class UndoMemory {
  readonly words: Int32Array;
  readonly #core: TracedCore;
  readonly #marksAt: number;
  readonly #lastPlace: number;
  /** The host has written since the last time that all was settled. */
  #isUnsettled = false;

  /** From here on everything can be undone. */
  constructor({ words, plan }: Machine, core: TracedCore) {
    this.words = words;
    this.#core = core;
    this.#marksAt = plan.marksAt;
    const set = (address: number, value: number): void => {
      words[address >>> 2] = value;
    };
    const firstArena = plan.arenasAt[0] as number;
    words.copyWithin(plan.shadowAt >>> 2, firstArena >>> 2, plan.marksAt >>> 2);
    set(CONTROL_JOURNAL_SHADOW, plan.shadowAt - firstArena);
    set(CONTROL_JOURNAL_END, plan.logAt);
    set(CONTROL_JOURNAL_SETTLED, plan.logAt);
    set(CONTROL_JOURNAL_STEP, 2);
    set(CONTROL_JOURNAL_MARKS, plan.marksAt);
    // A step notes each word once, and each word of a frame.
    const longestStep = 2 * plan.marksAt + 2 * (plan.marksAt - firstArena);
    this.#lastPlace = plan.bytes - longestStep;
  }

  get low(): number {
    return this.words[CONTROL_JOURNAL_FINGERPRINT >>> 2] as number;
  }

  get high(): number {
    return this.words[(CONTROL_JOURNAL_FINGERPRINT >>> 2) + 1] as number;
  }

  /** Of the frames that were settled last. */
  get digestLow(): number {
    return this.words[CONTROL_JOURNAL_DIGEST >>> 2] as number;
  }

  get digestHigh(): number {
    return this.words[(CONTROL_JOURNAL_DIGEST >>> 2) + 1] as number;
  }

  /** True: the log may not hold what a further step writes. */
  get isFull(): boolean {
    return (this.words[CONTROL_JOURNAL_END >>> 2] as number) > this.#lastPlace;
  }

  /** What lies in [from, to) tells no states apart: counters of the laboratory. */
  ignore(from: number, to: number): void {
    for (let at = from; at < to; at += 4) this.#setIgnored(at, 1);
  }

  heed(from: number, to: number): void {
    for (let at = from; at < to; at += 4) this.#setIgnored(at, 0);
  }

  #setIgnored(address: number, isIgnored: number): void {
    const index = (this.#marksAt + address) >>> 2;
    this.words[index] = ((this.words[index] as number) & ~1) | isIgnored;
  }

  /** A place to which undo() can go back; what was written before it is settled. */
  mark(): number {
    return this.#core.markPlace() >>> 0;
  }

  /** A write of the host's. */
  poke(address: number, value: number): void {
    this.#isUnsettled = true;
    this.#core.poke(address, value);
  }

  /** Takes in what the host has written: the fingerprint is that of the memory. */
  settle(): void {
    if (!this.#isUnsettled) return;
    this.#isUnsettled = false;
    this.#core.settle();
  }

  /** Takes in all that a CPU's step has written, its frames as a digest at `digestAt`. */
  endStep(stack: number, digestAt: number): void {
    this.#isUnsettled = false;
    this.#core.endStep(stack, digestAt);
  }

  /**
   * Takes in what asyncify has unwound to [from, to), which the core writes without telling and
   * which tells states apart by its digest alone.
   */
  settleFrames(from: number, to: number): void {
    this.#core.settleFrames(from, to);
  }

  /** Back to where mark() was called. */
  undo(place: number): void {
    this.#core.undoTo(place);
  }
}
