import {
  ACCESS_AWAIT_CHANGE,
  ACCESS_AWAIT_ZERO,
  ACCESS_BLOCK,
  ACCESS_NOTIFY_ALL,
  ACCESS_NOTIFY_ONE,
} from "../../assembly/shared/codes.ts";
import { CONTROL_RUNNING_CPU } from "../../assembly/shared/layout.ts";
import type { TracedCore } from "../../src/machine/core.ts";
import { Lab, type LabOptions } from "./lab.ts";

/**
 * Virtual CPUs on one thread: the traced core unwinds at an access when the schedule says so, and
 * another CPU goes on. A program yields core calls; a call that was unwound is made again, which
 * rewinds it to the access where it stopped.
 */
export type Program = (lab: Lab) => Generator<() => number, number, number>;

/** One access of one CPU, in the order in which they happened. */
export interface Access {
  readonly cpu: number;
  readonly address: number;
  /** ACCESS_*, without the order. */
  readonly kind: number;
}

/**
 * Who runs: `turns` says after how many accesses of its own the running CPU is switched away from,
 * one number a turn, CPU 0 first. When they are used up each CPU runs as far as it can.
 */
export type Turns = readonly number[];

export interface Outcome {
  /** What each program returned; undefined: it never ended. */
  readonly results: (number | undefined)[];
  readonly deadlock: boolean;
  readonly accesses: Access[];
  /** Kinds of access at which CPUs had to stop and wait. */
  readonly waits: { cpu: number; address: number; kind: number }[];
}

const KIND_MASK = 15;
const STACK_HEADER_BYTES = 8;
/** Behind the arrays of pages at the start of each arena. */
const STACK_OFFSET = 16384;
const ARENA_BYTES = 65536;
const ACCESS_LIMIT = 200_000;

interface VirtualCpu {
  readonly program: Generator<() => number, number, number>;
  call: (() => number) | undefined;
  unwound: boolean;
  blockedOn: number | undefined;
  /** The word must become `until`, or anything but `unlike`. */
  awaits: { address: number; until?: number; unlike?: number } | undefined;
  done: boolean;
  result: number | undefined;
}

export class VirtualCpus {
  readonly lab: Lab;
  readonly #core: TracedCore;
  readonly #start: Uint8Array;
  #cpus: VirtualCpu[] = [];
  #running = 0;
  #active = false;
  #rewinding = false;
  #turn = 0;
  #stepsOfTurn = 0;
  #turns: Turns = [];
  #accesses: Access[] = [];
  #waits: Outcome["waits"] = [];

  /** `setUp` runs once on CPU 0, unobserved; every run starts from the memory that it left. */
  constructor(options: LabOptions, setUp: (lab: Lab) => void) {
    const step = (address: number, kind: number) => this.#step(address >>> 0, kind);
    this.lab = new Lab({ arenaBytes: ARENA_BYTES, ...options, build: "traced", step });
    this.#core = this.lab.core as TracedCore;
    setUp(this.lab);
    this.#start = this.lab.snapshot();
  }

  /** Runs one program a CPU to the end, or to where none can go on. */
  run(programs: readonly Program[], turns: Turns): Outcome {
    this.lab.restore(this.#start);
    this.#cpus = programs.map((program) => newCpu(program(this.lab)));
    this.#turns = turns;
    this.#turn = 0;
    this.#stepsOfTurn = 0;
    this.#accesses = [];
    this.#waits = [];
    this.#running = 0;
    this.#active = true;
    for (let next = this.#choose(); next !== undefined; next = this.#choose()) this.#resume(next);
    this.#active = false;
    return {
      results: this.#cpus.map(({ result }) => result),
      deadlock: this.#cpus.some(({ done }) => !done),
      accesses: this.#accesses,
      waits: this.#waits,
    };
  }

  /** The CPU whose turn it is, or the first other that can run. */
  #choose(): number | undefined {
    const count = this.#cpus.length;
    for (let i = 0; i < count; i++) {
      const index = (this.#running + i) % count;
      if (this.#isRunnable(this.#cpus[index])) return index;
    }
    return undefined;
  }

  #isRunnable(cpu: VirtualCpu | undefined): boolean {
    if (cpu === undefined || cpu.done || cpu.blockedOn !== undefined) return false;
    if (cpu.awaits === undefined) return true;
    const { address, until, unlike } = cpu.awaits;
    const value = this.lab.word(address);
    return until === undefined ? value !== unlike : value === until;
  }

  /** Runs one CPU until it is switched away from, blocks or ends. */
  #resume(index: number): void {
    const cpu = this.#cpus[index] as VirtualCpu;
    this.#running = index;
    this.lab.setWord(CONTROL_RUNNING_CPU, index);
    if (cpu.call === undefined) advance(cpu, 0);
    while (cpu.call !== undefined) {
      if (cpu.unwound) {
        this.#rewinding = true;
        this.#core.asyncify_start_rewind(this.#stack(index));
        cpu.unwound = false;
      }
      const result = cpu.call();
      if (cpu.unwound) {
        this.#core.asyncify_stop_unwind();
        return;
      }
      advance(cpu, result);
    }
  }

  #step(address: number, kind: number): void {
    if (!this.#active) return;
    const cpu = this.#cpus[this.#running] as VirtualCpu;
    const base = kind & KIND_MASK;
    if (this.#rewinding) {
      this.#rewinding = false;
      this.#core.asyncify_stop_rewind();
      cpu.awaits = undefined;
      this.#perform(address, base);
      return;
    }
    if (base === ACCESS_BLOCK) this.#block(cpu, { blockedOn: address }, base);
    else if (base === ACCESS_AWAIT_ZERO && this.lab.word(address) !== 0) {
      this.#block(cpu, { awaits: { address, until: 0 } }, base);
    } else if (base === ACCESS_AWAIT_CHANGE) {
      this.#block(cpu, { awaits: { address, unlike: this.lab.word(address) } }, base);
    } else if (this.#switchesHere()) this.#unwind(cpu);
    else this.#perform(address, base);
  }

  #switchesHere(): boolean {
    const limit = this.#turns[this.#turn];
    if (limit === undefined || !this.#isItsTurn() || this.#stepsOfTurn < limit) return false;
    this.#turn++;
    this.#stepsOfTurn = 0;
    this.#running = (this.#running + 1) % this.#cpus.length;
    return true;
  }

  #isItsTurn(): boolean {
    return this.#running === this.#turn % this.#cpus.length;
  }

  #block(
    cpu: VirtualCpu,
    on: Partial<Pick<VirtualCpu, "blockedOn" | "awaits">>,
    kind: number,
  ): void {
    Object.assign(cpu, on);
    const address = on.blockedOn ?? on.awaits?.address ?? 0;
    this.#waits.push({ cpu: this.#running, address, kind });
    this.#unwind(cpu);
  }

  #unwind(cpu: VirtualCpu): void {
    const index = this.#cpus.indexOf(cpu);
    const stack = this.#stack(index);
    this.lab.setWord(stack, stack + STACK_HEADER_BYTES);
    this.lab.setWord(stack + 4, this.lab.arena(index) + ARENA_BYTES);
    cpu.unwound = true;
    this.#core.asyncify_start_unwind(stack);
  }

  /** What an access does beyond the memory itself: a notify wakes whoever sleeps there. */
  #perform(address: number, kind: number): void {
    if (kind === ACCESS_BLOCK) return;
    this.#accesses.push({ cpu: this.#running, address, kind });
    if (this.#isItsTurn()) this.#stepsOfTurn++;
    if (this.#accesses.length > ACCESS_LIMIT) throw new Error("the programs never end");
    const sleepers = this.#cpus.filter((cpu) => cpu.blockedOn === address);
    const woken = kind === ACCESS_NOTIFY_ALL ? sleepers.length : kind === ACCESS_NOTIFY_ONE ? 1 : 0;
    for (const cpu of sleepers.slice(0, woken)) cpu.blockedOn = undefined;
  }

  #stack(index: number): number {
    return this.lab.arena(index) + STACK_OFFSET;
  }
}

function newCpu(program: Generator<() => number, number, number>): VirtualCpu {
  return {
    program,
    call: undefined,
    unwound: false,
    blockedOn: undefined,
    awaits: undefined,
    done: false,
    result: undefined,
  };
}

/** The program's next call, or its end. */
function advance(cpu: VirtualCpu, result: number): void {
  const { done, value } = cpu.program.next(result);
  cpu.call = undefined;
  if (done === true) {
    cpu.done = true;
    cpu.result = value;
  } else cpu.call = value;
}

/** A program of one call. */
export function calls(make: (lab: Lab) => number | undefined): Program {
  return function* once(lab) {
    return yield () => make(lab) ?? 0;
  };
}

/**
 * Every schedule that switches away from CPU 0 once, before each of its accesses in turn, and
 * runs CPU 1 to its end there; `look` hears of each outcome.
 */
export function atEverySwitch(
  cpus: VirtualCpus,
  programs: readonly Program[],
  look: (outcome: Outcome, position: number) => void,
): number {
  const alone = cpus.run(programs, []).accesses.filter(({ cpu }) => cpu === 0).length;
  for (let position = 0; position <= alone; position++) {
    look(cpus.run(programs, [position]), position);
  }
  return alone;
}

/** As atEverySwitch, and CPU 1 is left again before each of its accesses in turn. */
export function atEveryTwoSwitches(
  cpus: VirtualCpus,
  programs: readonly Program[],
  look: (outcome: Outcome, turns: Turns) => void,
): number {
  let schedules = 0;
  atEverySwitch(cpus, programs, ({ accesses }, first) => {
    const others = accesses.filter(({ cpu }) => cpu === 1).length;
    for (let second = 1; second < others; second++) {
      look(cpus.run(programs, [first, second]), [first, second]);
      schedules++;
    }
  });
  return schedules;
}
