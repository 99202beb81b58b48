import {
  ACTOR_READ_BYTES,
  ACTOR_READ_IOS,
  ACTOR_WRITE_BYTES,
  ACTOR_WRITE_IOS,
} from "../../../assembly/shared/actor_layout.ts";
import { CPU_ACTOR } from "../../../assembly/shared/layout.ts";
import { cpuAddress, type Machine } from "../../machine/machine.ts";
import type { SteadyStateRecord } from "../../results/record.ts";
import type { SteadyState } from "../../scenario/pace.ts";
import type { Job } from "../../scenario/scenario.ts";
import type { PlacedActor } from "./placement.ts";
import { SteadyStateDetector } from "./steady_state.ts";
import { askToStop } from "./stop_word.ts";

/** fio looks once a second. */
const EVERY_MS = 1000;

/** An actor as it runs; `end` is undefined until it has ended. */
interface Watched {
  readonly actor: PlacedActor;
  readonly end: unknown;
}

/**
 * Watches the jobs of a group that want a steady state, and asks those that have it to end. A
 * clone is judged by itself; jobs that are reported as one are judged, and end, as one.
 */
export class SteadyWatch {
  readonly #running: readonly Watched[];
  readonly #units = new Map<string, WatchedUnit>();

  constructor(machine: Machine, running: readonly Watched[]) {
    this.#running = running;
    const jobs = [...new Set(running.map(({ actor }) => actor.reported))];
    for (const one of running) {
      const { steadyState } = one.actor.job;
      if (steadyState === undefined) continue;
      const key = this.#keyOf(one.actor, jobs);
      const unit = this.#units.get(key) ?? new WatchedUnit(machine, steadyState);
      this.#units.set(key, unit);
      unit.members.push(one);
    }
  }

  /** Samples what is due; `measuredMs` is the measured time so far. */
  look(measuredMs: number): void {
    for (const unit of this.#units.values()) unit.look(measuredMs);
  }

  /** In the order of the actors; undefined for those whose job wants no steady state. */
  records(): (SteadyStateRecord | undefined)[] {
    const units = [...this.#units.values()];
    return this.#running.map((one) =>
      units.find(({ members }) => members.includes(one))?.detector.record(),
    );
  }

  /** Submitters are a clone's, and no jobs of their own. */
  #keyOf({ reported: job, clone }: PlacedActor, jobs: readonly Job[]): string {
    if (!job.groupReporting) return `job ${jobs.indexOf(job)} clone ${clone}`;
    return `group ${job.reportingGroup} ${JSON.stringify(job.steadyState)}`;
  }
}

interface Counted {
  readonly atMs: number;
  readonly ios: number;
  readonly bytes: number;
}

/** The counters begin with the measurement; each worker zeroes its own a little later. */
const AT_THE_BEGIN: Counted = { atMs: 0, ios: 0, bytes: 0 };

/** Actors that are judged together. */
class WatchedUnit {
  readonly members: Watched[] = [];
  readonly detector: SteadyStateDetector;
  readonly #machine: Machine;
  readonly #rampMs: number;
  #last: Counted | undefined;
  #dueMs = EVERY_MS;
  #done = false;

  constructor(machine: Machine, wanted: SteadyState) {
    this.#machine = machine;
    this.#rampMs = wanted.rampMs;
    this.detector = new SteadyStateDetector(wanted);
  }

  look(measuredMs: number): void {
    if (this.#done) return;
    this.#done = this.members.every(({ end }) => end !== undefined);
    const last = this.#last ?? this.#begin(measuredMs);
    if (this.#done || last === undefined || measuredMs < this.#dueMs) return;
    const now = this.#count(measuredMs);
    const rate = (count: number): number =>
      Math.max(0, Math.floor((count * 1000) / (now.atMs - last.atMs)));
    this.#last = now;
    // A host that was late keeps to the second, unless the next look would come at once.
    const next = this.#dueMs + EVERY_MS;
    this.#dueMs = next < measuredMs + EVERY_MS / 2 ? measuredMs + EVERY_MS : next;
    this.#done = this.detector.add(rate(now.ios - last.ios), rate(now.bytes - last.bytes));
    if (this.#done) this.#endMembers();
  }

  /** What the first second counts from: once one of the jobs has started and the ramp is over. */
  #begin(measuredMs: number): Counted | undefined {
    const delays = this.members.map(({ actor }) => actor.job.startDelayMs);
    const fromMs = Math.min(...delays) + this.#rampMs;
    if (measuredMs < fromMs) return undefined;
    this.#last = fromMs === 0 ? AT_THE_BEGIN : this.#count(measuredMs);
    this.#dueMs = this.#last.atMs + EVERY_MS;
    return this.#last;
  }

  #endMembers(): void {
    for (const { actor } of this.members) {
      askToStop(this.#machine.words, cpuAddress(this.#machine, actor.cpu));
    }
  }

  #count(atMs: number): Counted {
    let ios = 0;
    let bytes = 0;
    for (const { actor } of this.members) {
      const block = cpuAddress(this.#machine, actor.cpu) + CPU_ACTOR;
      const long = (offset: number): number =>
        Number(Atomics.load(this.#machine.longs, (block + offset) >>> 3));
      ios += long(ACTOR_READ_IOS) + long(ACTOR_WRITE_IOS);
      bytes += long(ACTOR_READ_BYTES) + long(ACTOR_WRITE_BYTES);
    }
    return { atMs, ios, bytes };
  }
}
