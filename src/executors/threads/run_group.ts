import type { Piscina } from "piscina";
import {
  CONTROL_KILL,
  CONTROL_PHASE,
  CONTROL_READY,
  CONTROL_START,
  CONTROL_STOP,
  CPU_HEARTBEAT,
} from "../../../assembly/shared/layout.ts";
import { writeActor } from "../../machine/actor_block.ts";
import { monotonicNs } from "../../machine/clock.ts";
import { cpuAddress, type Machine } from "../../machine/machine.ts";
import type { Scenario } from "../../scenario/scenario.ts";
import type { PlacedActor } from "./placement.ts";
import { PHASE_MEASURE, PHASE_WARMUP, type WorkerAnswer, type WorkerTask } from "./protocol.ts";

/** An actor that makes no progress for this long is ended by the watchdog. */
export const STUCK_AFTER_MS = 5000;
const TICK_MS = 20;

/** How one actor ended: its answer, or why its worker died. */
export type ActorEnd =
  | { readonly kind: "answered"; readonly answer: WorkerAnswer }
  | { readonly kind: "died"; readonly why: string };

export interface GroupProgress {
  readonly phase: "setup" | "warmup" | "measure" | "drain";
  /** ms since the phase began, and how long it will last if that is known. */
  readonly elapsedMs: number;
  readonly limitMs: number | undefined;
}

export interface GroupContext {
  readonly scenario: Scenario;
  readonly machine: Machine;
  readonly module: WebAssembly.Module;
  readonly pool: Piscina;
  readonly groupIndex: number;
  readonly signal: AbortSignal | undefined;
  readonly onTick: ((progress: GroupProgress) => void) | undefined;
}

/** Runs one stonewall group to its end and says how each actor ended. */
export async function runGroup(
  context: GroupContext,
  actors: readonly PlacedActor[],
): Promise<ActorEnd[]> {
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
  return Promise.all(running.map((actor) => actor.ended));
}

/** A worker with its actor: its end as a promise, its heartbeat, and a way to end it. */
class RunningActor {
  readonly ended: Promise<ActorEnd>;
  end: ActorEnd | undefined;
  private readonly abort = new AbortController();
  private lastBeat = -1;
  private lastBeatNs = monotonicNs();
  private stuck = false;

  constructor(
    private readonly context: GroupContext,
    readonly actor: PlacedActor,
    startWord: number,
  ) {
    const { scenario, machine, module, pool } = context;
    const { durationMs } = scenario.run;
    const { job } = actor;
    const task: WorkerTask = {
      module,
      memory: machine.memory,
      cpu: cpuAddress(machine, actor.cpu),
      startWord,
      runtimeMs: durationMs ?? job.runtimeMs,
      endless: durationMs !== undefined || job.timeBased,
    };
    this.ended = pool
      .run(task, { signal: this.abort.signal })
      .then((answer: WorkerAnswer): ActorEnd => ({ kind: "answered", answer }))
      .catch((error: unknown): ActorEnd => ({ kind: "died", why: this.whyDied(error) }))
      .then((end) => {
        this.end = end;
        return end;
      });
  }

  /** True while it has neither moved nor ended for too long. */
  isStuck(nowNs: number): boolean {
    const beat =
      this.context.machine.words[
        (cpuAddress(this.context.machine, this.actor.cpu) + CPU_HEARTBEAT) >>> 2
      ];
    if (beat !== this.lastBeat) {
      this.lastBeat = beat ?? 0;
      this.lastBeatNs = nowNs;
    }
    return this.end === undefined && nowNs - this.lastBeatNs > STUCK_AFTER_MS * 1e6;
  }

  /** The watchdog's last resort. */
  terminate(): void {
    this.stuck = true;
    this.abort.abort();
  }

  private whyDied(error: unknown): string {
    if (this.stuck) return `no progress for ${STUCK_AFTER_MS / 1000} s, ended by the watchdog`;
    const message = error instanceof Error ? error.message : String(error);
    return message === "unreachable" ? "the core met an impossible state and trapped" : message;
  }
}

/** Opens the barrier, ends the warm-up, stops everybody in time, watches over the stuck. */
class Supervisor {
  private phaseBeganNs = monotonicNs();
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
  }

  private tick(startWord: number): void {
    const { machine, scenario, signal, onTick } = this.context;
    const nowNs = monotonicNs();
    if (this.phase === "setup" && this.allReady()) {
      Atomics.store(machine.words, CONTROL_START >>> 2, startWord);
      Atomics.notify(machine.words, CONTROL_START >>> 2);
      this.enter(scenario.run.warmupMs > 0 ? "warmup" : "measure");
    }
    if (this.phase === "warmup" && this.elapsedMs(nowNs) >= scenario.run.warmupMs) {
      Atomics.store(machine.words, CONTROL_PHASE >>> 2, PHASE_MEASURE);
      this.enter("measure");
    }
    const over = this.phase === "measure" && this.isOver(nowNs);
    if (this.phase !== "drain" && (over || signal?.aborted || this.anyFailed())) this.stop();
    this.watch(nowNs);
    onTick?.({
      phase: this.phase,
      elapsedMs: this.elapsedMs(nowNs),
      limitMs: this.phase === "warmup" ? scenario.run.warmupMs : this.limitMs(),
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
    return left.length > 0 && left.every(({ actor }) => isBackground(actor));
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

  private stop(): void {
    const { words } = this.context.machine;
    // Whoever waits for a lock of a dead worker must not wait for ever.
    if (this.running.some(({ end }) => end?.kind === "died")) {
      Atomics.store(words, CONTROL_KILL >>> 2, 1);
    }
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
    if (this.phase === "setup") return;
    for (const actor of this.running) {
      if (!actor.isStuck(nowNs)) continue;
      Atomics.store(this.context.machine.words, CONTROL_KILL >>> 2, 1);
      actor.terminate();
    }
  }

  private enter(phase: GroupProgress["phase"]): void {
    this.phase = phase;
    this.phaseBeganNs = monotonicNs();
  }

  private elapsedMs(nowNs: number): number {
    return (nowNs - this.phaseBeganNs) / 1e6;
  }
}

/** Patterns that only stop when they are told to. */
function isBackground(actor: PlacedActor): boolean {
  return actor.job.pattern === "mapper" || actor.job.pattern === "gup_test";
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
