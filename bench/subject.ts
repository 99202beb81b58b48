import { closeSync, openSync, writeSync } from "node:fs";
import { ACTOR_COMMAND, ACTOR_FLAGS, ACTOR_SAMPLE } from "../assembly/shared/actor_layout.ts";
import {
  ACTOR_UNLIMITED,
  COMMAND_DRAIN,
  COMMAND_EXIT,
  COMMAND_RUN,
  COMMAND_SETUP,
  STATUS_FAILED,
} from "../assembly/shared/codes.ts";
import { CPU_ACTOR } from "../assembly/shared/layout.ts";
import { placeActors, planFor } from "../src/executors/threads/placement.ts";
import { writeActor } from "../src/machine/actor_block.ts";
import { type Core, coreModule, instantiateCore } from "../src/machine/core.ts";
import { cpuAddress, type Machine, makeMachine } from "../src/machine/machine.ts";
import { makeScenario, type ScenarioInput } from "../src/scenario/make_scenario.ts";
import { busyNs, wallNs } from "./time.ts";

/** What one slice of work took: processor time and wall-clock time, ns. */
export interface Spent {
  readonly busyNs: number;
  readonly wallNs: number;
}

/** Something that does a number of calls and says what they took. */
export interface Runner {
  run(calls: number): Promise<Spent>;
}

/** Wall-clock time of the parts of a start, ns. */
export interface StartTimes {
  readonly plan: number;
  readonly memory: number;
  readonly boot: number;
  readonly populate: number;
}

/**
 * The native core with one actor, in this process, on this thread. Actors of further jobs are set
 * up and stay idle.
 */
export class Subject implements Runner {
  readonly machine: Machine;
  readonly startTimes: StartTimes;
  readonly cpu: number;
  readonly core: Core;

  constructor(input: ScenarioInput, module?: WebAssembly.Module) {
    const compiled = module ?? coreModule("native");
    const begin = wallNs();
    const scenario = makeScenario(input);
    const groups = scenario.groups.map(placeActors);
    const plan = planFor(scenario, groups);
    const planned = wallNs();
    this.machine = makeMachine(plan, scenario.machine);
    this.core = instantiateCore(compiled, this.machine.memory);
    this.cpu = cpuAddress(this.machine, 0);
    const allocated = wallNs();
    this.core.boot(this.cpu);
    const booted = wallNs();
    const [actor, ...idle] = groups[0] ?? [];
    if (actor === undefined) throw new Error("a subject needs one job");
    const { seed, sample } = scenario.run;
    writeActor(this.machine, { ...actor, seed: BigInt(seed), sample });
    this.change(ACTOR_FLAGS, (flags) => flags | ACTOR_UNLIMITED);
    this.command(COMMAND_SETUP);
    for (const other of idle) {
      writeActor(this.machine, { ...other, seed: BigInt(seed), sample });
      this.command(COMMAND_SETUP, 0, cpuAddress(this.machine, other.cpu));
    }
    this.startTimes = {
      plan: planned - begin,
      memory: allocated - planned,
      boot: booted - allocated,
      populate: wallNs() - booted,
    };
  }

  run(calls: number): Promise<Spent> {
    const wall = wallNs();
    const busy = busyNs();
    this.command(COMMAND_RUN, calls);
    return Promise.resolve({ busyNs: busyNs() - busy, wallNs: wallNs() - wall });
  }

  /** One operation in `sample` is timed from now on; 0 times none. */
  setSample(sample: number): void {
    this.change(ACTOR_SAMPLE, () => sample);
  }

  /** Writes the whole memory to a file. */
  dump(path: string): void {
    const bytes = new Uint8Array(this.machine.memory.buffer);
    const file = openSync(path, "w");
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
    } finally {
      closeSync(file);
    }
  }

  /** Gives every pin and the memory back. */
  end(): void {
    this.command(COMMAND_DRAIN);
    this.command(COMMAND_EXIT);
  }

  /** A 32-bit word of the actor's block. */
  word(offset: number): number {
    return (this.machine.words[(this.cpu + CPU_ACTOR + offset) >>> 2] ?? 0) >>> 0;
  }

  private change(offset: number, to: (before: number) => number, cpu = this.cpu): void {
    const at = (cpu + CPU_ACTOR + offset) >>> 2;
    this.machine.words[at] = to(this.machine.words[at] ?? 0);
  }

  private command(value: number, budget = 0, cpu = this.cpu): void {
    this.change(ACTOR_COMMAND, () => value, cpu);
    const status = this.core.runActor(cpu, budget);
    if (status === STATUS_FAILED) throw new Error(`the actor failed on command ${value}`);
  }
}
