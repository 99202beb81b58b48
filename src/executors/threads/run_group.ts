import {
  CONTROL_KILL,
  CONTROL_PHASE,
  CONTROL_READY,
  CONTROL_START,
  CONTROL_STOP,
} from "../../../assembly/shared/layout.ts";
import { writeActor } from "../../machine/actor_block.ts";
import { monotonicNs } from "../../machine/clock.ts";
import { cpuAddress } from "../../machine/machine.ts";
import { replayedShare } from "../../machine/replay_ring.ts";
import type { SteadyStateRecord } from "../../results/record.ts";
import { isEndless } from "../../scenario/endless.ts";
import type { TimedChange } from "../../scenario/timed_change.ts";
import { warmupOf } from "../../scenario/warmup.ts";
import type { RunControl } from "../control.ts";
import { type GroupClock, GroupControl } from "./group_control.ts";
import type { PlacedActor } from "./placement.ts";
import { PHASE_MEASURE, PHASE_WARMUP } from "./protocol.ts";
import { setPaused } from "./rest.ts";
import { type ActorContext, type ActorEnd, RunningActor } from "./running_actor.ts";
import type { Settings } from "./settings.ts";
import { SteadyWatch } from "./steady_watch.ts";

const TICK_MS = 20;

export interface GroupProgress {
  readonly phase: "setup" | "warmup" | "measure" | "paused" | "drain";
  /** ms since the phase began, and how long it will last if that is known. */
  readonly elapsedMs: number;
  readonly limitMs: number | undefined;
  /** How much of its log the slowest replaying job was given, 0 to 1; undefined: none replays. */
  readonly replayed?: number | undefined;
}

/** The measured phase: how long it lasted, and the CPU time that this process took in it. */
export interface MeasuredPhase {
  readonly wallNs: number;
  readonly usage: NodeJS.CpuUsage;
}

export interface GroupEnd {
  readonly ends: readonly ActorEnd[];
  /** undefined: it ended before. */
  readonly measured: MeasuredPhase | undefined;
  /** What became of the steady states, actor by actor as they were placed. */
  readonly steadyStates: readonly (SteadyStateRecord | undefined)[];
}

export interface GroupContext extends ActorContext {
  readonly groupIndex: number;
  readonly signal: AbortSignal | undefined;
  readonly onTick: ((progress: GroupProgress, ended: boolean) => void) | undefined;
  readonly settings: Settings;
  readonly control: RunControl;
  /** Asked at every tick of the measured phase: shall it end? It only reads. */
  readonly endsEarly?: (elapsedMs: number) => boolean;
}

/** Runs one stonewall group to its end and says how each actor ended, and what it cost. */
export async function runGroup(
  context: GroupContext,
  actors: readonly PlacedActor[],
): Promise<GroupEnd> {
  const { machine, scenario, groupIndex } = context;
  const words = machine.words;
  const startWord = groupIndex + 1;
  words[CONTROL_STOP >>> 2] = 0;
  words[CONTROL_READY >>> 2] = 0;
  const warmupMs = warmupOf(scenario.groups[groupIndex] ?? { jobs: [] }, scenario.run);
  words[CONTROL_PHASE >>> 2] = warmupMs > 0 ? PHASE_WARMUP : PHASE_MEASURE;
  for (const actor of actors) {
    const seed = BigInt(scenario.run.seed) * 1000n + BigInt(groupIndex);
    writeActor(machine, { ...actor, seed, sample: context.settings.sample });
  }
  context.settings.beginGroup();
  setPaused(words, false);
  const running = actors.map((actor) => new RunningActor(context, actor, startWord));
  const steady = new SteadyWatch(machine, running);
  const supervisor = new Supervisor(context, running, warmupMs, steady);
  context.control.bind(new GroupControl(machine, running, supervisor, context.settings));
  await supervisor.supervise(startWord);
  context.control.bind(undefined);
  // A change that is still being made must not reach into the next group.
  await context.control.idle();
  const ends = await Promise.all(running.map((actor) => actor.ended));
  return { ends, measured: supervisor.measured, steadyStates: steady.records() };
}

/** Opens the barrier, ends the warm-up, stops everybody in time, watches over the stuck. */
class Supervisor implements GroupClock {
  measured: MeasuredPhase | undefined;
  private phaseBeganNs = monotonicNs();
  private usageBefore: NodeJS.CpuUsage | undefined;
  private phase: GroupProgress["phase"] = "setup";
  /** While everybody is kept at rest: since when, and what goes on afterwards. */
  private held: { readonly sinceNs: number; readonly phase: GroupProgress["phase"] } | undefined;
  private readonly due: TimedChange[];
  private isTurning = false;

  constructor(
    private readonly context: GroupContext,
    private readonly running: readonly RunningActor[],
    private readonly warmupMs: number,
    private readonly steady: SteadyWatch,
  ) {
    const { scenario, groupIndex } = context;
    this.due = scenario.changes.filter(({ group }) => group === groupIndex);
  }

  get group(): number {
    return this.context.groupIndex;
  }

  closed(): string | undefined {
    if (this.phase === "setup") return "the actors are still being set up";
    return this.phase === "drain" ? "the run is ending" : undefined;
  }

  atMs(): number {
    return (this.held?.phase ?? this.phase) === "measure" ? this.elapsedMs(monotonicNs()) : 0;
  }

  hold(): void {
    this.held = { sinceNs: monotonicNs(), phase: this.phase };
    this.phase = "paused";
  }

  goOn(): void {
    if (this.held === undefined) return;
    // Time stood still.
    this.phaseBeganNs += monotonicNs() - this.held.sinceNs;
    if (this.phase === "paused") this.phase = this.held.phase;
    this.held = undefined;
  }

  async supervise(startWord: number): Promise<void> {
    const all = Promise.all(this.running.map((actor) => actor.ended));
    let done = false;
    const finished = all.then(() => {
      done = true;
    });
    while (!done) {
      await Promise.race([finished, sleep(TICK_MS)]);
      this.tick(startWord);
    }
    this.enter("drain");
    this.tell(monotonicNs(), true);
  }

  private tick(startWord: number): void {
    const { machine, signal } = this.context;
    const nowNs = monotonicNs();
    this.releaseWaiters();
    if (this.phase === "setup" && this.allReady()) {
      this.enter(this.warmupMs > 0 ? "warmup" : "measure");
      Atomics.store(machine.words, CONTROL_START >>> 2, startWord);
      Atomics.notify(machine.words, CONTROL_START >>> 2);
    }
    if (this.phase === "warmup" && this.elapsedMs(nowNs) >= this.warmupMs) {
      this.enter("measure");
      Atomics.store(machine.words, CONTROL_PHASE >>> 2, PHASE_MEASURE);
    }
    if (this.phase === "measure") this.steady.look(this.elapsedMs(nowNs));
    if (this.phase === "measure") void this.turnDue();
    const over = this.phase === "measure" && (this.isOver(nowNs) || this.endsEarly(nowNs));
    if (this.phase !== "drain" && (over || signal?.aborted || this.anyFailed())) this.stop();
    this.watch(nowNs);
    this.tell(nowNs, false);
  }

  private tell(nowNs: number, ended: boolean): void {
    const progress = {
      phase: this.phase,
      elapsedMs: this.elapsedMs(nowNs),
      limitMs: this.phase === "warmup" ? this.warmupMs : this.limitMs(),
      replayed: this.replayed(),
    };
    this.context.onTick?.(progress, ended);
  }

  /** Turns what the scenario wants turned by now; a pause ends before the next one is turned. */
  private async turnDue(): Promise<void> {
    if (this.isTurning) return;
    this.isTurning = true;
    for (let next = this.due[0]; next && next.atMs <= this.atMs(); next = this.due[0]) {
      this.due.shift();
      await this.turn(next);
    }
    this.isTurning = false;
  }

  private async turn({ change, forMs }: TimedChange): Promise<void> {
    const { control, settings } = this.context;
    const outcome = await control.change(change);
    if (outcome.kind === "refused") settings.refused(change, outcome.reason);
    else if (change.knob === "pause" && change.value && forMs !== undefined) {
      await sleep(forMs);
      await control.change({ knob: "pause", value: false });
    }
  }

  private allReady(): boolean {
    const ready = Atomics.load(this.context.machine.words, CONTROL_READY >>> 2);
    return (
      ready + this.running.filter((actor) => actor.end?.kind === "died").length >=
      this.running.length
    );
  }

  /** The duration has passed, or only actors without an end of their own are left. */
  private isOver(nowNs: number): boolean {
    const { durationMs } = this.context.scenario.run;
    if (durationMs !== undefined) return this.elapsedMs(nowNs) >= durationMs;
    const left = this.running.filter((actor) => actor.end === undefined);
    return left.length > 0 && left.every(({ actor }) => isEndless(actor.job));
  }

  private replayed(): number | undefined {
    const { machine } = this.context;
    const replaying = this.running.filter(({ actor }) => actor.job.replay !== undefined);
    if (replaying.length === 0) return undefined;
    const shareOf = ({ actor, end }: RunningActor): number =>
      end ? 1 : replayedShare(machine.words, cpuAddress(machine, actor.cpu));
    return Math.min(...replaying.map(shareOf));
  }

  private endsEarly(nowNs: number): boolean {
    return this.context.endsEarly?.(this.elapsedMs(nowNs)) ?? false;
  }

  private limitMs(): number | undefined {
    const { durationMs } = this.context.scenario.run;
    if (durationMs !== undefined) return durationMs;
    const limits = this.running.map(({ actor }) => actor.job.runtimeMs);
    const known = limits.filter((limit) => limit !== undefined);
    return known.length === limits.length ? Math.max(...known) : undefined;
  }

  private anyFailed(): boolean {
    return this.running.some(
      ({ end }) => end?.kind === "died" || (end?.kind === "answered" && end.answer.error !== 0),
    );
  }

  /** Whoever waits for a lock of a dead worker must not wait for ever. */
  private releaseWaiters(): void {
    if (this.running.some(({ end }) => end?.kind === "died")) this.kill();
  }

  private kill(): void {
    Atomics.store(this.context.machine.words, CONTROL_KILL >>> 2, 1);
  }

  private stop(): void {
    const { words } = this.context.machine;
    Atomics.store(words, CONTROL_STOP >>> 2, 1);
    Atomics.notify(words, CONTROL_STOP >>> 2);
    // A barrier that never opened would hold the others for ever.
    if (this.phase === "setup") {
      Atomics.store(words, CONTROL_START >>> 2, this.context.groupIndex + 1);
      Atomics.notify(words, CONTROL_START >>> 2);
    }
    this.enter("drain");
  }

  private watch(nowNs: number): void {
    for (const actor of this.running) {
      if (!actor.isStuck(nowNs)) continue;
      this.kill();
      actor.terminate();
    }
  }

  private enter(phase: GroupProgress["phase"]): void {
    const nowNs = monotonicNs();
    this.goOn();
    if (this.usageBefore !== undefined && this.measured === undefined) {
      const usage = process.cpuUsage(this.usageBefore);
      this.measured = { wallNs: nowNs - this.phaseBeganNs, usage };
    }
    if (phase === "measure") this.usageBefore = process.cpuUsage();
    this.phase = phase;
    this.phaseBeganNs = nowNs;
  }

  private elapsedMs(nowNs: number): number {
    // A phase may begin after the tick that asks has looked at the clock.
    return Math.max(0, (this.held?.sinceNs ?? nowNs) - this.phaseBeganNs) / 1e6;
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
