import { ACTOR_SAMPLE } from "../../../assembly/shared/actor_layout.ts";
import { CPU_ACTOR } from "../../../assembly/shared/layout.ts";
import { writeDepth } from "../../machine/actor_block.ts";
import { checkAtRest } from "../../machine/at_rest.ts";
import { monotonicNs } from "../../machine/clock.ts";
import { cpuAddress, type Machine, writeSpec } from "../../machine/machine.ts";
import { scaleRates } from "../../machine/pacing_block.ts";
import { isLongTerm } from "../../scenario/endless.ts";
import { LARGEST_SAMPLE } from "../../scenario/limits.ts";
import { effectiveSample, hasSchedule } from "../../scenario/pacing.ts";
import type { MachineSpec } from "../../scenario/scenario.ts";
import type { Change } from "../../scenario/timed_change.ts";
import { changedMachine } from "../changed_machine.ts";
import type { ChangeOutcome, ChangeRecord, ControlState, ControlTarget } from "../control.ts";
import { isAtRest, isOff, mustRest, setOff, setPaused } from "./rest.ts";
import type { RunningActor } from "./running_actor.ts";
import type { Settings } from "./settings.ts";

/** An actor that does not come to rest for this long is stuck; slices take a few ms. */
const REST_LIMIT_MS = 2000;
const MOST_RATE_PERCENT = 10_000;

/** What the group's supervisor knows and does of a pause. */
export interface GroupClock {
  readonly group: number;
  /** Refused outside of warm-up and measurement, with this reason; undefined: now is fine. */
  closed(): string | undefined;
  /** Measured ms so far, pauses left out. */
  atMs(): number;
  /** The group's time stands still, or goes on. */
  hold(): void;
  goOn(): void;
}

type Turned = Pick<ChangeRecord, "of" | "from" | "to" | "pauseMs">;

/** Turns the knobs of one running group. */
export class GroupControl implements ControlTarget {
  private paused = false;
  private pausedSinceNs = 0;

  constructor(
    private readonly machine: Machine,
    private readonly running: readonly RunningActor[],
    private readonly clock: GroupClock,
    private readonly settings: Settings,
  ) {}

  state(): ControlState {
    const { words } = this.machine;
    const { machine, sample, ratePercent, iodepths } = this.settings;
    const jobs = [...new Set(this.running.map(({ actor }) => actor.reported))];
    return {
      ...{ machine, sample, ratePercent, paused: this.paused },
      actors: clonesOf(this.running).map(({ actor }) => ({
        name: actor.name,
        job: actor.reported.name,
        on: !isOff(words, this.cpuOf(actor.cpu)),
      })),
      iodepths: jobs
        .filter(
          ({ submit, latencyGoal, iodepth }) => submit === "inline" && !latencyGoal && iodepth > 1,
        )
        .map(({ name, iodepth }) => ({
          job: name,
          iodepth: iodepths.get(name) ?? iodepth,
          most: iodepth,
        })),
    };
  }

  async change(change: Change): Promise<ChangeOutcome> {
    const closed = this.clock.closed();
    if (closed !== undefined) return { kind: "refused", reason: closed };
    const atMs = this.clock.atMs();
    const turned = await this.turn(change);
    if (typeof turned === "string") return { kind: "refused", reason: turned };
    const record: ChangeRecord = { group: this.clock.group, atMs, knob: change.knob, ...turned };
    this.settings.changed(record);
    return { kind: "changed", change: record };
  }

  /** What came of it, or why it is refused. */
  private turn(change: Change): Turned | string | Promise<Turned | string> {
    switch (change.knob) {
      case "bias":
      case "scheme":
      case "on-pinned": {
        const changed = changedMachine(this.settings.machine, change);
        if (changed.kind === "refused") return changed.reason;
        const { machine, from, to } = changed;
        const hindrance = this.hindrance(machine);
        if (hindrance !== undefined) return hindrance;
        return this.atRest({ of: undefined, from, to }, () => {
          this.settings.changesMachine(this.machine, machine);
          writeSpec(this.machine, machine);
        });
      }
      case "sample":
        return this.turnSample(change.value);
      case "rate":
        return this.turnRate(change.value);
      case "iodepth":
        return this.turnDepth(change.job, change.value);
      case "actor":
        return this.turnActor(change.actor, change.value);
      case "pause":
        return change.value ? this.pause() : this.resume();
    }
  }

  /** What a running job does that the machine would then refuse it: it would end with an error. */
  private hindrance(machine: MachineSpec): string | undefined {
    const jobs = this.running.map(({ actor }) => actor.reported);
    const large = jobs.find(({ folioOrder }) => folioOrder > 0);
    if (machine.scheme === "mapcount" && large) {
      return `scheme mapcount: it refuses to pin large folios, which ${large.name} has`;
    }
    const inFile = jobs.find((job) => isLongTerm(job) && job.bufferFile !== undefined);
    if (machine.rules === "6.13" && this.settings.machine.rules !== "6.13" && inFile) {
      return `rules 6.13: they refuse long-term pins of file pages, which ${inFile.name} holds`;
    }
    return undefined;
  }

  private turnSample(value: number): Turned | string {
    if (!Number.isInteger(value) || value < 0 || value > LARGEST_SAMPLE) {
      return `sample ${value}: a whole number from 0 to ${LARGEST_SAMPLE} is accepted`;
    }
    for (const { actor } of this.running) {
      const at = (this.cpuOf(actor.cpu) + CPU_ACTOR + ACTOR_SAMPLE) >>> 2;
      this.machine.words[at] = effectiveSample(actor.job, value);
    }
    const from = String(this.settings.sample);
    this.settings.sample = value;
    return { of: undefined, from, to: String(value), pauseMs: undefined };
  }

  private turnRate(percent: number): Turned | string {
    const paced = this.running.filter(({ actor }) => hasSchedule(actor.job));
    if (paced.length === 0) return "rate: no job has an arrival rate; give one rate_iops";
    if (!(percent >= 1 && percent <= MOST_RATE_PERCENT)) {
      return `rate ${percent}: 1 to ${MOST_RATE_PERCENT} percent of the jobs' rates are accepted`;
    }
    for (const { actor } of paced)
      scaleRates(this.machine, this.cpuOf(actor.cpu), actor.job, percent);
    const from = `${this.settings.ratePercent}%`;
    this.settings.ratePercent = percent;
    return { of: undefined, from, to: `${percent}%`, pauseMs: undefined };
  }

  private turnDepth(job: string, depth: number): Turned | string | Promise<Turned | string> {
    const known = this.state().iodepths.find((one) => one.job === job);
    if (known === undefined) {
      return `iodepth: ${job} has no queue depth that can be turned (one I/O at a time, or a goal)`;
    }
    if (!Number.isInteger(depth) || depth < 1 || depth > known.most) {
      return `iodepth ${depth}: ${job} has slots for 1 to ${known.most}`;
    }
    return this.atRest({ of: job, from: String(known.iodepth), to: String(depth) }, () => {
      for (const { actor } of this.running) {
        if (actor.reported.name === job) writeDepth(this.machine, actor.cpu, depth);
      }
      this.settings.iodepths.set(job, depth);
    });
  }

  private async turnActor(name: string, on: boolean): Promise<Turned | string> {
    const cpus = this.running
      .filter(({ actor }) => actor.name === name)
      .map(({ actor }) => this.cpuOf(actor.cpu));
    const [first] = cpus;
    if (first === undefined) return `actor: none is called ${name}`;
    const from = isOff(this.machine.words, first) ? "off" : "on";
    for (const cpu of cpus) setOff(this.machine.words, cpu, !on);
    await this.settled();
    return { of: name, from, to: on ? "on" : "off", pauseMs: undefined };
  }

  private async pause(): Promise<Turned | string> {
    if (this.paused) return "pause: it is paused already";
    this.pausedSinceNs = monotonicNs();
    const stuck = await this.hold();
    if (stuck !== undefined) return stuck;
    this.paused = true;
    return { of: undefined, from: "running", to: "paused", pauseMs: undefined };
  }

  private async resume(): Promise<Turned | string> {
    if (!this.paused) return "pause: it is not paused";
    this.paused = false;
    await this.letGo();
    const pauseMs = (monotonicNs() - this.pausedSinceNs) / 1e6;
    return { of: undefined, from: "paused", to: "running", pauseMs };
  }

  /** Everybody gives back what they hold, the machine is checked, `write` changes it. */
  private async atRest(told: Omit<Turned, "pauseMs">, write: () => void): Promise<Turned | string> {
    const beganNs = monotonicNs();
    const stuck = this.paused ? undefined : await this.hold();
    if (stuck !== undefined) return stuck;
    const [breach] = checkAtRest(this.machine);
    if (breach === undefined) write();
    else this.settings.breached(breach);
    if (!this.paused) await this.letGo();
    if (breach !== undefined)
      return `nobody holds a pin, and ${breach}: the machine stays as it is`;
    return { ...told, pauseMs: this.paused ? undefined : (monotonicNs() - beganNs) / 1e6 };
  }

  /** undefined: everybody is at rest; else who is not, and nobody was kept. */
  private async hold(): Promise<string | undefined> {
    this.clock.hold();
    setPaused(this.machine.words, true);
    if (await this.settled()) return undefined;
    const stuck = this.running.find((one) => !this.isSettled(one));
    await this.letGo();
    return `${stuck?.actor.name ?? "an actor"} did not come to rest within ${REST_LIMIT_MS} ms`;
  }

  /** Also waits until they have left: who still seems at rest could be taken for it again. */
  private async letGo(): Promise<void> {
    setPaused(this.machine.words, false);
    await this.settled();
    this.clock.goOn();
  }

  private async settled(): Promise<boolean> {
    const limitNs = monotonicNs() + REST_LIMIT_MS * 1e6;
    while (!this.running.every((one) => this.isSettled(one))) {
      if (monotonicNs() > limitNs) return false;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    return true;
  }

  private isSettled({ actor, end }: RunningActor): boolean {
    const { words } = this.machine;
    const cpu = this.cpuOf(actor.cpu);
    return end !== undefined || isAtRest(words, cpu) === mustRest(words, cpu);
  }

  private cpuOf(cpu: number): number {
    return cpuAddress(this.machine, cpu);
  }
}

/** One actor a clone: its submitters are turned together. */
function clonesOf(running: readonly RunningActor[]): RunningActor[] {
  return running.filter(({ actor }) => actor.submitter === 0);
}
