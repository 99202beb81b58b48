import type { UndoMemory } from "./undo_memory.ts";
import { ARENA_REGISTERS, type World } from "./world.ts";

/** Which of the actor's calls is next or under way. */
export const REGISTER_CALL = 0;
export const REGISTER_STATUS = 4;
/** What it waits for: an address, and what must no longer stand there or who else waits. */
export const REGISTER_ADDRESS = 8;
export const REGISTER_VALUE = 12;
/** Of the frames that were unwound, 64 bits. */
export const REGISTER_DIGEST = 16;

// What REGISTER_STATUS says.
export const AT_A_CALL = 0;
export const UNWOUND = 1;
/** Sleeps on the address, as number REGISTER_VALUE in the queue there, until it is notified. */
export const SLEEPS = 2;
export const AWAITS_ZERO = 3;
export const AWAITS_CHANGE = 4;
export const DONE = 5;

/** The virtual CPUs' registers, in their arenas: part of the state like all other memory. */
export class CpuRegisters {
  readonly #memory: UndoMemory;
  readonly #words: Int32Array;
  readonly #at: readonly number[];

  constructor(world: World, memory: UndoMemory) {
    this.#memory = memory;
    this.#words = memory.words;
    this.#at = world.machine.plan.arenasAt.map((arena) => arena + ARENA_REGISTERS);
  }

  get(cpu: number, register: number): number {
    return this.#words[((this.#at[cpu] as number) + register) >>> 2] as number;
  }

  set(cpu: number, register: number, value: number): void {
    if (this.get(cpu, register) !== value) this.#memory.poke(this.at(cpu, register), value);
  }

  /** Its address. */
  at(cpu: number, register: number): number {
    return (this.#at[cpu] as number) + register;
  }
}
