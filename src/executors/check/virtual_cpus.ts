import {
  ACCESS_AWAIT_CHANGE,
  ACCESS_AWAIT_ZERO,
  ACCESS_BLOCK,
  ACCESS_NOTIFY_ALL,
  ACCESS_NOTIFY_ONE,
} from "../../../assembly/shared/codes.ts";
import { CONTROL_RUNNING_CPU } from "../../../assembly/shared/layout.ts";
import type { Actor, Call } from "./actor.ts";
import {
  AT_A_CALL,
  AWAITS_CHANGE,
  AWAITS_ZERO,
  CpuRegisters,
  DONE,
  REGISTER_ADDRESS,
  REGISTER_CALL,
  REGISTER_DIGEST,
  REGISTER_STATUS,
  REGISTER_VALUE,
  SLEEPS,
  UNWOUND,
} from "./cpu_registers.ts";
import { aheadOf, flatten, type Instruction, nextOf, sumOf } from "./instructions.ts";
import { Sharing } from "./sharing.ts";
import type { UndoMemory } from "./undo_memory.ts";
import type { World } from "./world.ts";

const KIND_MASK = 15;

/** The laboratory's own work may change anything: the ledgers lie elsewhere. */
const ALL_PAGES = -1;

/** A transition that takes more steps never ends. */
const STEPS_MAX = 100_000;

/** A CPU goes round and round: between two points where another could run, so many steps. */
export class Livelock extends Error {}

/** A CPU sleeps where nobody can wake it: while the machine is taken down. */
export class SleepsForEver extends Error {
  constructor(readonly address: number) {
    super("sleeps for ever");
  }
}

/**
 * Virtual CPUs on one thread. Each runs its actor's calls until it is at a point where it matters
 * who goes on: before an access to a word that CPUs share, or before a call; asyncify unwinds it
 * there, and rewinds it when it is its turn again. What it writes lies in memory, stack and all, so
 * that the memory is the state.
 */
export class VirtualCpus {
  readonly count: number;
  readonly sharing: Sharing;
  /** Accesses and beginnings of calls since the CPU was resumed. */
  units = 0;
  /** Pages of which the last transition may have changed what holds them, a bit each. */
  pagesTouched = 0;
  onAccess: ((cpu: number, address: number, kind: number) => void) | null = null;
  onCall: ((cpu: number, call: Call) => void) | null = null;
  readonly #world: World;
  readonly #memory: UndoMemory;
  readonly #registers: CpuRegisters;
  readonly #programs: readonly (readonly Instruction[])[];
  readonly #firstBits: readonly number[];
  /** By CPU and the call that it is at: its operation's, and what follows, as Sharing has them. */
  readonly #ahead: readonly (readonly number[])[];
  #running = 0;
  #isRewinding = false;
  #isUnwound = false;
  /** The call that is under way, as Sharing numbers it. */
  #bitOfCall = 0;
  /** Calls that other CPUs may still make, as Sharing numbers them. */
  #othersAhead = 0;
  /** Stops after so many units, wherever that is; 0: at points that matter. */
  #stopAfter = 0;

  constructor(world: World, memory: UndoMemory, actors: readonly Actor[], Shares = Sharing) {
    this.#world = world;
    this.#memory = memory;
    this.#registers = new CpuRegisters(world, memory);
    this.#programs = actors.map(flatten);
    this.count = actors.length;
    const lengths = this.#programs.map(({ length }) => length);
    this.#firstBits = lengths.map((_, cpu) => sumOf(lengths.slice(0, cpu)));
    this.#ahead = this.#programs.map((program, cpu) => aheadOf(program, this.#firstBits[cpu] ?? 0));
    this.sharing = new Shares(world.machine.plan.marksAt >>> 2, lengths);
    for (const [cpu, program] of this.#programs.entries()) {
      if (program.length === 0) this.#registers.set(cpu, REGISTER_STATUS, DONE);
    }
    world.hook = (address, kind) => this.#step(address, kind);
  }

  /** CPUs that can go on, a bit each. Time passes, and ends a wait, where nobody else can. */
  get runnable(): number {
    let mask = 0;
    let impatient = 0;
    for (let cpu = 0; cpu < this.count; cpu++) {
      if (this.#isRunnable(cpu)) mask |= 1 << cpu;
      else if (this.#registers.get(cpu, REGISTER_STATUS) === AWAITS_CHANGE) impatient |= 1 << cpu;
    }
    return mask !== 0 ? mask : impatient;
  }

  get unfinished(): number {
    let mask = 0;
    for (let cpu = 0; cpu < this.count; cpu++) {
      if (this.#registers.get(cpu, REGISTER_STATUS) !== DONE) mask |= 1 << cpu;
    }
    return mask;
  }

  /** What the CPU waits for: the address; undefined: it does not wait. */
  waitsAt(cpu: number): number | undefined {
    const status = this.#registers.get(cpu, REGISTER_STATUS);
    const waits = status === SLEEPS || status === AWAITS_ZERO || status === AWAITS_CHANGE;
    return waits ? this.#registers.get(cpu, REGISTER_ADDRESS) >>> 0 : undefined;
  }

  /** The call that the CPU is in or about to make. */
  callOf(cpu: number): Call | undefined {
    return this.#programs[cpu]?.[this.#registers.get(cpu, REGISTER_CALL)];
  }

  /**
   * One transition: the CPU goes on to the next point where another could, or (`units`) for so many
   * units at the most.
   */
  run(cpu: number, units = 0): void {
    const { core, machine } = this.#world;
    this.#running = cpu;
    this.#othersAhead = this.#callsAhead(cpu);
    this.#stopAfter = units;
    this.units = 0;
    this.pagesTouched = 0;
    machine.words[CONTROL_RUNNING_CPU >>> 2] = cpu;
    if (this.#registers.get(cpu, REGISTER_STATUS) === AT_A_CALL) this.#begin(cpu);
    else {
      this.#isRewinding = true;
      core.asyncify_start_rewind(this.#world.stack(cpu));
    }
    try {
      while (this.#callOnce(cpu));
    } finally {
      this.#isRewinding = false;
      this.#memory.endStep(this.#world.stack(cpu), this.#registers.at(cpu, REGISTER_DIGEST));
    }
  }

  /** Runs what the host asks of the core with nobody else about; what it waits for never comes. */
  alone(work: () => void): void {
    const { hook } = this.#world;
    this.#world.hook = (address, kind) => {
      const base = kind & KIND_MASK;
      const waits = base === ACCESS_AWAIT_ZERO && this.#world.word(address) !== 0;
      if (base === ACCESS_BLOCK || base === ACCESS_AWAIT_CHANGE || waits) {
        throw new SleepsForEver(address);
      }
    };
    try {
      work();
    } finally {
      this.#world.hook = hook;
    }
  }

  /** True: the next call follows at once. */
  #callOnce(cpu: number): boolean {
    const program = this.#programs[cpu] as readonly Instruction[];
    const at = this.#registers.get(cpu, REGISTER_CALL);
    const instruction = program[at] as Instruction;
    this.#bitOfCall = (this.#firstBits[cpu] as number) + at;
    this.#isUnwound = false;
    const result = instruction.call();
    if (this.#isUnwound) {
      this.#world.core.asyncify_stop_unwind();
      return false;
    }
    if (instruction.after) this.pagesTouched = ALL_PAGES;
    const onward = instruction.after?.(result);
    const next = nextOf(instruction, at, onward);
    this.#registers.set(cpu, REGISTER_CALL, next);
    const isDone = next >= program.length;
    this.#registers.set(cpu, REGISTER_STATUS, isDone ? DONE : AT_A_CALL);
    const stops = isDone || program[next]?.before !== undefined || next <= at;
    if (this.#stopAfter > 0 ? isDone || this.units >= this.#stopAfter : stops) return false;
    this.#begin(cpu);
    return true;
  }

  #begin(cpu: number): void {
    const instruction = this.#programs[cpu]?.[
      this.#registers.get(cpu, REGISTER_CALL)
    ] as Instruction;
    this.units++;
    this.onCall?.(cpu, instruction);
    if (instruction.before) this.pagesTouched = ALL_PAGES;
    instruction.before?.();
  }

  #step(address: number, kind: number): void {
    const base = kind & KIND_MASK;
    if (this.#isRewinding) {
      this.#isRewinding = false;
      this.#world.core.asyncify_stop_rewind();
      if (base !== ACCESS_BLOCK && base !== ACCESS_AWAIT_CHANGE) {
        this.#perform(address, kind, base);
      }
      return;
    }
    if (base === ACCESS_BLOCK) this.#sleep(address);
    else if (base === ACCESS_AWAIT_CHANGE) {
      this.#wait(AWAITS_CHANGE, address, this.#world.word(address));
    } else if (this.#stopsBefore(address, base)) {
      this.#wait(base === ACCESS_AWAIT_ZERO ? AWAITS_ZERO : UNWOUND, address, 0);
    } else if (base === ACCESS_AWAIT_ZERO && this.#world.word(address) !== 0) {
      this.sharing.touch(address, base, this.#bitOfCall);
      this.#wait(AWAITS_ZERO, address, 0);
    } else this.#perform(address, kind, base);
  }

  #stopsBefore(address: number, base: number): boolean {
    if (this.#stopAfter > 0) return this.units >= this.#stopAfter;
    return this.sharing.isContended(address, base, this.#othersAhead);
  }

  /** Of all CPUs but this one: the operations that they are in, and those that follow. */
  #callsAhead(self: number): number {
    let mask = 0;
    for (let cpu = 0; cpu < this.count; cpu++) {
      if (cpu === self) continue;
      mask |= this.#ahead[cpu]?.[this.#registers.get(cpu, REGISTER_CALL)] as number;
    }
    return mask;
  }

  /** What an access does beyond the memory itself: a notify wakes whoever sleeps there. */
  #perform(address: number, kind: number, base: number): void {
    if (++this.units > STEPS_MAX) throw new Livelock(`CPU${this.#running} goes round and round`);
    this.sharing.touch(address, base, this.#bitOfCall);
    this.pagesTouched |= this.#world.pageBit(address);
    this.onAccess?.(this.#running, address, kind);
    if (base === ACCESS_NOTIFY_ALL || base === ACCESS_NOTIFY_ONE) {
      this.#wake(address, base === ACCESS_NOTIFY_ALL);
    }
  }

  /** As a futex does: in the order in which they went to sleep. */
  #wake(address: number, all: boolean): void {
    for (let cpu = 0; cpu < this.count; cpu++) {
      if (!this.#sleepsAt(cpu, address)) continue;
      const place = this.#registers.get(cpu, REGISTER_VALUE);
      if (all || place === 0) this.#registers.set(cpu, REGISTER_STATUS, UNWOUND);
      else this.#registers.set(cpu, REGISTER_VALUE, place - 1);
    }
  }

  #sleep(address: number): void {
    let place = 0;
    for (let cpu = 0; cpu < this.count; cpu++) if (this.#sleepsAt(cpu, address)) place++;
    this.#wait(SLEEPS, address, place);
  }

  #sleepsAt(cpu: number, address: number): boolean {
    if (this.#registers.get(cpu, REGISTER_STATUS) !== SLEEPS) return false;
    return this.#registers.get(cpu, REGISTER_ADDRESS) >>> 0 === address;
  }

  #wait(status: number, address: number, value: number): void {
    const cpu = this.#running;
    const waits = status !== UNWOUND;
    this.#registers.set(cpu, REGISTER_STATUS, status);
    this.#registers.set(cpu, REGISTER_ADDRESS, waits ? address : 0);
    this.#registers.set(cpu, REGISTER_VALUE, value);
    this.#isUnwound = true;
    this.#world.core.asyncify_start_unwind(this.#world.stack(cpu));
  }

  #isRunnable(cpu: number): boolean {
    const status = this.#registers.get(cpu, REGISTER_STATUS);
    if (status === AT_A_CALL || status === UNWOUND) return true;
    if (status === SLEEPS || status === DONE) return false;
    const now = this.#world.word(this.#registers.get(cpu, REGISTER_ADDRESS) >>> 0);
    return status === AWAITS_ZERO ? now === 0 : now !== this.#registers.get(cpu, REGISTER_VALUE);
  }
}
