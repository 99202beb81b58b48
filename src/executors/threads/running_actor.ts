import type { Piscina } from "piscina";
import {
  OP_MR_DEREG,
  OP_MR_REG,
  OP_PIN_FAST,
  OP_PIN_SLOW,
  OP_UNPIN,
} from "../../../assembly/shared/codes.ts";
import { CPU_HEARTBEAT } from "../../../assembly/shared/layout.ts";
import { monotonicNs } from "../../machine/clock.ts";
import { cpuAddress, type Machine } from "../../machine/machine.ts";
import { isLongTerm, isTimed } from "../../scenario/endless.ts";
import type { Job, Scenario } from "../../scenario/scenario.ts";
import type { PlacedActor } from "./placement.ts";
import type { ReplayTask, WorkerAnswer, WorkerTask } from "./protocol.ts";

/** An actor that makes no progress for this long is ended by the watchdog. */
export const STUCK_AFTER_MS = 5000;
/** The heartbeat stands still while a worker starts and an actor faults its memory in. */
export const SETUP_LIMIT_MS = 60_000;

/** Who looks this much later than before was stopped, as by Ctrl-Z, and its actors with it. */
const ABSENT_NS = 1e9;

/** How one actor ended: its answer, or why its worker died. */
export type ActorEnd =
  | { readonly kind: "answered"; readonly answer: WorkerAnswer }
  | { readonly kind: "died"; readonly why: string };

export interface ActorContext {
  readonly scenario: Scenario;
  readonly machine: Machine;
  readonly module: WebAssembly.Module;
  readonly pool: Pick<Piscina, "run">;
}

/** A worker with its actor: its end as a promise, its heartbeat, and a way to end it. */
export class RunningActor {
  readonly ended: Promise<ActorEnd>;
  end: ActorEnd | undefined;
  private readonly abort = new AbortController();
  private readonly heartbeat: number;
  private lastBeat: number;
  private lastBeatNs = monotonicNs();
  private lastLookNs = this.lastBeatNs;
  private limitMs = SETUP_LIMIT_MS;
  private stuck = false;

  constructor(
    private readonly context: ActorContext,
    readonly actor: PlacedActor,
    startWord: number,
  ) {
    const { scenario, machine, module, pool } = context;
    const { durationMs } = scenario.run;
    const { job } = actor;
    const cpu = cpuAddress(machine, actor.cpu);
    this.heartbeat = (cpu + CPU_HEARTBEAT) >>> 2;
    this.lastBeat = this.beat();
    const task: WorkerTask = {
      module,
      memory: machine.memory,
      cpu,
      startWord,
      runtimeMs: durationMs ?? job.runtimeMs,
      endless: durationMs !== undefined || isTimed(job),
      startDelayMs: job.startDelayMs,
      latencyGoal: job.latencyGoal,
      iodepth: job.iodepth,
      keeps: keptOperations(job),
      replay: replayOf(actor),
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

  /** True while it has neither moved nor ended for too long; to be asked many times a second. */
  isStuck(nowNs: number): boolean {
    const beat = this.beat();
    const passedNs = nowNs - this.lastLookNs;
    this.lastLookNs = nowNs;
    if (passedNs > ABSENT_NS) this.lastBeatNs += passedNs;
    if (beat !== this.lastBeat) {
      this.lastBeat = beat;
      this.lastBeatNs = nowNs;
      this.limitMs = STUCK_AFTER_MS;
    }
    return this.end === undefined && nowNs - this.lastBeatNs > this.limitMs * 1e6;
  }

  /** The watchdog's last resort. */
  terminate(): void {
    this.stuck = true;
    this.abort.abort();
  }

  private beat(): number {
    return this.context.machine.words[this.heartbeat] ?? 0;
  }

  private whyDied(error: unknown): string {
    if (this.stuck) return `no progress for ${this.limitMs / 1000} s, ended by the watchdog`;
    const message = error instanceof Error ? error.message : String(error);
    return message === "unreachable" ? "the core met an impossible state and trapped" : message;
  }
}

/** The log of a clone; clones beyond the last log replay the last one too. */
function replayOf({ job, clone }: PlacedActor): ReplayTask | undefined {
  if (job.replay === undefined) return undefined;
  const { files, keepsTime, timeScalePercent, skip } = job.replay;
  const path = files[Math.min(clone, files.length - 1)] ?? "";
  return { path, keepsTime, timeScalePercent, skip };
}

/**
 * What a job does once, before its measurement, and is reported all the same: registrations that
 * last the whole run. With a lifetime they are work like everything else.
 */
export function keptOperations(job: Job): readonly number[] {
  if (job.lifetimeMs > 0) return [];
  if (job.pattern === "fixed_buffers") return [OP_PIN_FAST, OP_PIN_SLOW, OP_UNPIN];
  return isLongTerm(job) ? [OP_MR_REG, OP_MR_DEREG] : [];
}
