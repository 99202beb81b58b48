import {
  ACTOR_COMMAND,
  ACTOR_FLAGS,
  ACTOR_IN_FLIGHT,
  ACTOR_READ_IOS,
  ACTOR_WRITE_IOS,
} from "../../assembly/shared/actor_layout.ts";
import {
  ACTOR_UNLIMITED,
  COMMAND_RUN,
  COMMAND_SETUP,
  OP_READ_CORRECTED,
  OP_WRITE_CORRECTED,
  STATUS_DONE,
} from "../../assembly/shared/codes.ts";
import { CPU_ACTOR } from "../../assembly/shared/layout.ts";
import {
  PACING_START_NS,
  PACING_STARTED,
  SCHEDULE_DUE_NS,
  SCHEDULE_LATE,
  SCHEDULE_READ,
  SCHEDULE_WRITE,
} from "../../assembly/shared/pacing_layout.ts";
import { arenaBytesOf, pagesOfClone } from "../../src/machine/actor_arena.ts";
import { writeActor } from "../../src/machine/actor_block.ts";
import { type Core, coreModule } from "../../src/machine/core.ts";
import type { LatencyHistogram } from "../../src/machine/histogram.ts";
import { readHistogram } from "../../src/machine/latency.ts";
import { cpuAddress, type Machine, makeMachine } from "../../src/machine/machine.ts";
import type { PacePlace } from "../../src/machine/pacing_block.ts";
import { planMachine } from "../../src/machine/plan.ts";
import { DEFAULT_JOB } from "../../src/scenario/defaults.ts";
import { DEFAULT_MACHINE } from "../../src/scenario/machine_spec.ts";
import type { Job } from "../../src/scenario/scenario.ts";

type Direction = "read" | "write";
const SPARE_BYTES = 1024;
const scheduleOf = (direction: Direction) =>
  direction === "read" ? SCHEDULE_READ : SCHEDULE_WRITE;

export interface PacedOptions {
  /** How far each look at the clock moves it. */
  readonly stepNs?: number;
  readonly serviceNs?: readonly number[];
  readonly pace?: PacePlace;
  readonly sample?: number;
}

/**
 * One actor on a clock of the test's own: each look at it moves it on by a step, and nobody ever
 * sleeps. The build is the traced one, in which a sleep is nothing.
 */
export class PacedActor {
  readonly machine: Machine;
  readonly block: number;
  /** Memory behind the actor's tables that is the test's. */
  readonly spare: number;
  nowNs = 1_000_000;
  private readonly core: Core;
  private readonly cpu: number;

  constructor(given: Partial<Job>, options: PacedOptions = {}) {
    const { stepNs = 100, serviceNs = [], sample = 1 } = options;
    const job = { ...DEFAULT_JOB, ...given };
    const plan = planMachine({
      pages: pagesOfClone(job) + 64,
      cpus: 1,
      mms: 1,
      vmas: 8,
      arenaBytes: [arenaBytesOf(job) + SPARE_BYTES],
      serviceValues: serviceNs.length,
      histograms: true,
    });
    this.machine = makeMachine(plan, DEFAULT_MACHINE);
    this.machine.doubles.set(serviceNs, plan.serviceAt / 8);
    const now = () => {
      this.nowNs += stepNs;
      return this.nowNs;
    };
    const env = { memory: this.machine.memory, now, step: () => {} };
    const { exports } = new WebAssembly.Instance(coreModule("traced"), { env });
    this.core = exports as unknown as Core;
    this.cpu = cpuAddress(this.machine, 0);
    this.block = this.cpu + CPU_ACTOR;
    this.spare = (plan.arenasAt[0] ?? 0) + arenaBytesOf(job);
    this.core.boot(this.cpu);
    const { pace } = options;
    writeActor(this.machine, { job, cpu: 0, mm: 0, seed: 5n, sample, ...(pace ? { pace } : {}) });
    if (this.command(COMMAND_SETUP, 0) !== STATUS_DONE) throw new Error("the actor has no memory");
  }

  command(code: number, budget: number): number {
    this.setWord(ACTOR_COMMAND, code);
    return this.core.runActor(this.cpu, budget);
  }

  /** One round of the loop. */
  round(): number {
    return this.command(COMMAND_RUN, 1);
  }

  /** Rounds until the clock has reached `untilNs`, or the job has ended: its last status. */
  runUntil(untilNs: number): number {
    let status = 0;
    while (status === 0 && this.nowNs < untilNs) status = this.round();
    return status;
  }

  /** The job's limits do not count. */
  setUnlimited(): void {
    this.setWord(ACTOR_FLAGS, this.word(ACTOR_FLAGS) | ACTOR_UNLIMITED);
  }

  /** As the worker does when the measurement begins. */
  startAt(ns: number): void {
    this.machine.doubles[(this.block + PACING_START_NS) >>> 3] = ns;
    this.setWord(PACING_STARTED, 0);
  }

  word(offset: number): number {
    return (this.machine.words[(this.block + offset) >>> 2] ?? 0) >>> 0;
  }

  setWord(offset: number, value: number): void {
    this.machine.words[(this.block + offset) >>> 2] = value;
  }

  ios(direction: Direction): number {
    return this.long(direction === "read" ? ACTOR_READ_IOS : ACTOR_WRITE_IOS);
  }

  get inFlight(): number {
    return this.word(ACTOR_IN_FLIGHT);
  }

  /** The next intended start. */
  due(direction: Direction): number {
    return this.machine.doubles[(this.block + scheduleOf(direction) + SCHEDULE_DUE_NS) >>> 3] ?? 0;
  }

  late(direction: Direction): number {
    return this.long(scheduleOf(direction) + SCHEDULE_LATE);
  }

  corrected(direction: Direction): LatencyHistogram {
    const op = direction === "read" ? OP_READ_CORRECTED : OP_WRITE_CORRECTED;
    return readHistogram(this.machine, 0, op);
  }

  private long(offset: number): number {
    return Number(this.machine.longs[(this.block + offset) >>> 3]);
  }
}
