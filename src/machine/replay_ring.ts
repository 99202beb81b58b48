import {
  ACTOR_REPLAY,
  ACTOR_REPLAY_OVER,
  ACTOR_REPLAY_PACED,
  ACTOR_REPLAY_PUT,
  ACTOR_REPLAY_SHARE,
  ACTOR_REPLAY_TAKEN,
  REPLAY_BYTES,
  REPLAY_DUE_NS,
  REPLAY_ENTRIES,
  REPLAY_IS_READ,
  REPLAY_LENGTH,
  REPLAY_OFFSET,
  REPLAY_WHOLE,
} from "../../assembly/shared/actor_layout.ts";
import { CPU_ACTOR } from "../../assembly/shared/layout.ts";
import type { Job } from "../scenario/scenario.ts";

const U32 = 2 ** 32;

/** Bytes of the ring that a clone of this job replays from; 0: it generates its I/Os. */
export function ringBytesOf(job: Job): number {
  return job.replay === undefined ? 0 : REPLAY_ENTRIES * REPLAY_BYTES;
}

/** Where I/O number `count` of a ring that lies at `ring` stands; counts wrap at 2^32. */
export function ringEntryAt(ring: number, count: number): number {
  return ring + ((count >>> 0) % REPLAY_ENTRIES) * REPLAY_BYTES;
}

/** How much of its log an actor has been given, 0 to 1; `block` is its CPU's. */
export function replayedShare(words: Int32Array, block: number): number {
  return (words[(block + CPU_ACTOR + ACTOR_REPLAY_SHARE) >>> 2] ?? 0) / REPLAY_WHOLE;
}

/** The putting end of an actor's ring: only for the thread that calls the actor, between calls. */
export class ReplayRing {
  private readonly words: Int32Array;
  private readonly doubles: Float64Array;
  private readonly entries: number;
  private put: number;

  /** `block` is the address of the CPU's block. */
  constructor(
    memory: WebAssembly.Memory,
    private readonly block: number,
  ) {
    this.words = new Int32Array(memory.buffer);
    this.doubles = new Float64Array(memory.buffer);
    this.entries = this.word(ACTOR_REPLAY) >>> 0;
    this.put = this.word(ACTOR_REPLAY_PUT);
  }

  /** How many I/Os fit in. */
  get room(): number {
    return REPLAY_ENTRIES - ((this.put - this.word(ACTOR_REPLAY_TAKEN)) >>> 0);
  }

  /** One I/O: bytes from the start of the file, bytes, ns since the start of the replay. */
  add(isRead: boolean, offset: number, length: number, dueNs: number): void {
    const { words } = this;
    const at = ringEntryAt(this.entries, this.put);
    words[(at + REPLAY_OFFSET) >>> 2] = (offset % U32) | 0;
    words[(at + REPLAY_OFFSET + 4) >>> 2] = Math.floor(offset / U32);
    this.doubles[(at + REPLAY_DUE_NS) >>> 3] = dueNs;
    words[(at + REPLAY_LENGTH) >>> 2] = length | 0;
    words[(at + REPLAY_IS_READ) >>> 2] = isRead ? 1 : 0;
    this.put = (this.put + 1) | 0;
  }

  /** Shows the actor what was added, and the rest which share of the log that makes. */
  publish(share: number): void {
    this.setWord(ACTOR_REPLAY_PUT, this.put);
    this.setWord(ACTOR_REPLAY_SHARE, Math.floor(share * REPLAY_WHOLE));
  }

  /** The I/Os' times count. */
  keepTime(): void {
    this.setWord(ACTOR_REPLAY_PACED, 1);
  }

  /** Nothing will be added any more. */
  end(): void {
    this.setWord(ACTOR_REPLAY_OVER, 1);
  }

  private word(offset: number): number {
    return this.words[(this.block + CPU_ACTOR + offset) >>> 2] ?? 0;
  }

  private setWord(offset: number, value: number): void {
    this.words[(this.block + CPU_ACTOR + offset) >>> 2] = value;
  }
}
