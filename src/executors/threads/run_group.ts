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
import { isEndless } from "../../scenario/endless.ts";
import type { PlacedActor } from "./placement.ts";
import { PHASE_MEASURE, PHASE_WARMUP } from "./protocol.ts";
import { type ActorContext, type ActorEnd, RunningActor } from "./running_actor.ts";

const TICK_MS = 20;

export interface GroupProgress {
  readonly phase: "setup" | "warmup" | "measure" | "drain";
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
}

export interface GroupContext extends ActorContext {
  readonly groupIndex: number;
  readonly signal: AbortSignal | undefined;
  readonly onTick: ((progress: GroupProgress) => void) | undefined;
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
  const warm = scenario.run.warmupMs > 0;
  words[CONTROL_PHASE >>> 2] = warm ? PHASE_WARMUP : PHASE_MEASURE;
  for (const actor of actors) {
    const seed = BigInt(scenario.run.seed) * 1000n + BigInt(groupIndex);
    writeActor(machine, { ...actor, seed, sample: scenario.run.sample });
  }
  const running = actors.map((actor) => new RunningActor(context, actor, startWord));
  const supervisor = new Supervisor(context, running);
  await supervisor.supervise(startWord);
  const ends = await Promise.all(running.map((actor) => actor.ended));
  return { ends, measured: supervisor.measured };
}

/** Opens the barrier, ends the warm-up, stops everybody in time, watches over the stuck. */
class Supervisor {
  measured: MeasuredPhase | undefined;
  private phaseBeganNs = monotonicNs();
  private usageBefore: NodeJS.CpuUsage | undefined;
  private phase: GroupProgress["phase"] = "setup";

  constructor(
    private readonly context: GroupContext,
    private readonly running: readonly RunningActor[],
  ) {}

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
  }

  private tick(startWord: number): void {
    const { machine, scenario, signal, onTick } = this.context;
    const nowNs = monotonicNs();
    this.releaseWaiters();
    if (this.phase === "setup" && this.allReady()) {
      this.enter(scenario.run.warmupMs > 0 ? "warmup" : "measure");
      Atomics.store(machine.words, CONTROL_START >>> 2, startWord);
      Atomics.notify(machine.words, CONTROL_START >>> 2);
    }
    if (this.phase === "warmup" && this.elapsedMs(nowNs) >= scenario.run.warmupMs) {
      this.enter("measure");
      Atomics.store(machine.words, CONTROL_PHASE >>> 2, PHASE_MEASURE);
    }
    const over = this.phase === "measure" && this.isOver(nowNs);
    if (this.phase !== "drain" && (over || signal?.aborted || this.anyFailed())) this.stop();
    this.watch(nowNs);
    onTick?.({
      phase: this.phase,
      elapsedMs: this.elapsedMs(nowNs),
      limitMs: this.phase === "warmup" ? scenario.run.warmupMs : this.limitMs(),
      replayed: this.replayed(),
    });
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
    return Math.max(0, nowNs - this.phaseBeganNs) / 1e6;
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
