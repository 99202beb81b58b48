import type { InvariantName } from "../../scenario/promises.ts";
import { type Scheduler, type SchedulingPoint, straightOn } from "./scheduler.ts";
import type { UndoMemory } from "./undo_memory.ts";
import { Livelock, type VirtualCpus } from "./virtual_cpus.ts";

/** An invariant that did not hold, in words. */
export interface Breach {
  readonly invariant: InvariantName;
  readonly words: string;
}

/** A CPU that ran, and for how many units (accesses and beginnings of calls). */
export interface Turn {
  readonly cpu: number;
  readonly units: number;
}

export type Schedule = readonly Turn[];

/** Looks at the machine; undefined: all that must hold holds. */
export interface Judge {
  /** After each transition of the CPU. */
  afterStep(cpu: number): Breach | undefined;
  /** When all have ended. */
  atEnd(): Breach | undefined;
  /** When nobody can go on. */
  atDeadlock(): Breach;
  /** When the core has come to an impossible state and trapped. */
  atTrap(cpu: number): Breach;
}

export interface Limits {
  /** Executions at the most. */
  readonly schedules?: number | undefined;
  /** Transitions of one execution at the most: more are a livelock. */
  readonly depth: number;
  /** Why it is to end; undefined: it goes on. Asked now and then. */
  readonly endsFor?: (() => "time-limit" | "interrupted" | undefined) | undefined;
  /** True: the scheduler cannot remember more. */
  readonly isFull?: (() => boolean) | undefined;
}

export type StopReason =
  | "schedule-limit"
  | "time-limit"
  | "step-limit"
  | "memory-limit"
  | "interrupted";

export type Exploration =
  | { readonly kind: "exhausted" }
  | { readonly kind: "violated"; readonly breach: Breach; readonly schedule: Schedule }
  | { readonly kind: "stopped"; readonly reason: StopReason; readonly words: string }
  /** A word was found to be shared: what was explored before may have passed it by. */
  | { readonly kind: "learnt" };

export interface Counts {
  /** Executions that were ended, whatever ended them. */
  schedules: number;
  transitions: number;
  /** Accesses and beginnings of calls. */
  steps: number;
}

/** How many executions lie between two looks at the clock. */
const LOOKS_EVERY = 64;

/**
 * Runs executions as the scheduler wants them, going back by the undo log to where the next one
 * leaves the last, until it wants no more, an invariant is broken, or a limit is reached.
 */
export class Explorer {
  readonly counts: Counts = { schedules: 0, transitions: 0, steps: 0 };
  readonly #cpus: VirtualCpus;
  readonly #memory: UndoMemory;
  readonly #judge: Judge;
  readonly #point = { depth: 0, runnable: 0, running: -1, low: 0, high: 0 };
  /** Of the present execution, by depth: where its undo log stood, who ran, for how long. */
  #depth = 0;
  readonly #marks: number[] = [];
  readonly #ran: number[] = [];
  readonly #units: number[] = [];

  constructor(cpus: VirtualCpus, memory: UndoMemory, judge: Judge) {
    this.#cpus = cpus;
    this.#memory = memory;
    this.#judge = judge;
  }

  explore(scheduler: Scheduler, limits: Limits, learns: boolean): Exploration {
    const shared = this.#cpus.sharing.count;
    const begun = this.counts.schedules;
    // What is learnt comes in bursts: as long again as the search has gone, it goes on.
    let end = Number.POSITIVE_INFINITY;
    while (true) {
      const kept = scheduler.newExecution();
      const isOver = kept === undefined || this.counts.schedules >= end;
      if (isOver && learns && this.#cpus.sharing.count !== shared) {
        this.#goBack(0);
        return { kind: "learnt" };
      }
      if (kept === undefined) return { kind: "exhausted" };
      this.#goBack(kept);
      const found = this.#execute(scheduler, limits);
      this.counts.schedules++;
      if (found) return found;
      if (this.#cpus.sharing.count !== shared) {
        end = Math.min(end, 2 * this.counts.schedules - begun);
      }
      const stopped = this.#isStopped(limits);
      if (stopped) return stopped;
    }
  }

  /** To the state before transition number `depth` of the present execution. */
  #goBack(depth: number): void {
    if (depth >= this.#depth) return;
    this.#memory.undo(this.#marks[depth] as number);
    this.#depth = depth;
  }

  #execute(scheduler: Scheduler, limits: Limits): Exploration | undefined {
    while (true) {
      const point = this.#pointNow();
      if (point.runnable === 0) return this.#judgeEnd();
      if (point.depth >= limits.depth) {
        const words = `an execution came to ${limits.depth} switching points: a livelock`;
        return { kind: "stopped", reason: "step-limit", words };
      }
      if (this.#memory.isFull) {
        const words = "an execution wrote more than its log holds";
        return { kind: "stopped", reason: "memory-limit", words };
      }
      const cpu = scheduler.next(point);
      if (cpu === undefined) return undefined;
      const breach = this.#transition(cpu);
      if (breach !== undefined) return breach;
    }
  }

  /** One object for all, valid until the next: millions a second. */
  #pointNow(): SchedulingPoint {
    const [point, memory] = [this.#point, this.#memory];
    memory.settle();
    point.depth = this.#depth;
    point.runnable = this.#cpus.runnable;
    point.running = this.#depth === 0 ? -1 : (this.#ran[this.#depth - 1] as number);
    point.low = memory.low;
    point.high = memory.high;
    return point;
  }

  #transition(cpu: number): Exploration | undefined {
    this.#marks[this.#depth] = this.#memory.mark();
    const fault = faultOf(this.#cpus, cpu, 0);
    this.#ran[this.#depth] = cpu;
    this.#units[this.#depth++] = this.#cpus.units;
    this.counts.transitions++;
    this.counts.steps += this.#cpus.units;
    if (fault === undefined) return this.#found(this.#judge.afterStep(cpu));
    if (fault instanceof WebAssembly.RuntimeError) return this.#found(this.#judge.atTrap(cpu));
    return { kind: "stopped", reason: "step-limit", words: fault.message };
  }

  #judgeEnd(): Exploration | undefined {
    const { unfinished } = this.#cpus;
    return this.#found(unfinished === 0 ? this.#judge.atEnd() : this.#judge.atDeadlock());
  }

  #found(breach: Breach | undefined): Exploration | undefined {
    if (breach === undefined) return undefined;
    return { kind: "violated", breach, schedule: joined(this.#turns()) };
  }

  #turns(): Turn[] {
    const cpus = this.#ran.slice(0, this.#depth);
    return cpus.map((cpu, depth) => ({ cpu, units: this.#units[depth] as number }));
  }

  #isStopped(limits: Limits): Exploration | undefined {
    const { schedules } = this.counts;
    if (limits.schedules !== undefined && schedules >= limits.schedules) {
      return { kind: "stopped", reason: "schedule-limit", words: `after schedule ${schedules}` };
    }
    if (schedules % LOOKS_EVERY !== 0) return undefined;
    if (limits.isFull?.()) {
      return { kind: "stopped", reason: "memory-limit", words: "no more states fit into memory" };
    }
    const reason = limits.endsFor?.();
    if (reason === undefined) return undefined;
    return {
      kind: "stopped",
      reason,
      words: reason === "time-limit" ? "--time has run out" : "by a signal",
    };
  }
}

/** Runs the CPU; what it threw that is an outcome: a trap of the core, or a livelock. */
function faultOf(cpus: VirtualCpus, cpu: number, units: number): Error | undefined {
  try {
    cpus.run(cpu, units);
    return undefined;
  } catch (fault) {
    const isOutcome = fault instanceof WebAssembly.RuntimeError || fault instanceof Livelock;
    if (isOutcome) return fault;
    throw fault;
  }
}

/** Turns of one CPU behind each other are one. */
export function joined(turns: readonly Turn[]): Schedule {
  const all: Turn[] = [];
  for (const turn of turns) {
    const last = all.at(-1);
    if (last?.cpu === turn.cpu) all[all.length - 1] = { ...last, units: last.units + turn.units };
    else all.push(turn);
  }
  return all;
}

/** Runs a schedule turn by turn, then everybody straight on to the end. */
export function replay(
  cpus: VirtualCpus,
  judge: Judge,
  schedule: Schedule,
  depthMax: number,
): Breach | undefined {
  let running = -1;
  const run = (cpu: number, units: number): Breach | undefined => {
    if ((cpus.runnable & (1 << cpu)) === 0) throw new Error(`CPU${cpu} cannot go on there`);
    running = cpu;
    const fault = faultOf(cpus, cpu, units);
    if (fault instanceof Livelock) throw fault;
    return fault === undefined ? judge.afterStep(cpu) : judge.atTrap(cpu);
  };
  for (const { cpu, units } of schedule) {
    let left = units;
    while (left > 0 && cpus.runnable & (1 << cpu)) {
      const breach = run(cpu, left);
      if (breach) return breach;
      left -= cpus.units;
    }
  }
  for (let depth = 0; cpus.runnable !== 0; depth++) {
    if (depth === depthMax) throw new Livelock("the schedule never ends");
    const point = { depth, runnable: cpus.runnable, running, low: 0, high: 0 };
    const breach = run(straightOn(point), 0);
    if (breach) return breach;
  }
  return cpus.unfinished === 0 ? judge.atEnd() : judge.atDeadlock();
}
