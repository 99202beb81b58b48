import {
  ACTOR_BYTES_ISSUED,
  ACTOR_FLAGS,
  ACTOR_IOS_ISSUED,
  ACTOR_LIMIT_BYTES,
  ACTOR_LIMIT_IOS,
  ACTOR_REPLAY,
  ACTOR_REPLAY_OVER,
  ACTOR_REPLAY_PACED,
  ACTOR_REPLAY_PUT,
  ACTOR_REPLAY_TAKEN,
  REPLAY_DUE_NS,
  REPLAY_IS_READ,
} from "../../../assembly/shared/actor_layout.ts";
import { ACTOR_UNLIMITED } from "../../../assembly/shared/codes.ts";
import {
  PACING_FROM_NS,
  PACING_START_NS,
  PACING_STARTED,
  PACING_UNTIL_NS,
  SCHEDULE_DROPPED,
  SCHEDULE_DUE_NS,
  SCHEDULE_LATE,
  SCHEDULE_MEAN_GAP_NS,
  SCHEDULE_ON,
  SCHEDULE_READ,
  SCHEDULE_WRITE,
} from "../../../assembly/shared/pacing_layout.ts";
import { ringEntryAt } from "../../machine/replay_ring.ts";

const SCHEDULES = [SCHEDULE_READ, SCHEDULE_WRITE];

/** The schedules of an actor, as its worker sees them; `block` is the actor's address. */
export class Schedules {
  private readonly words: Int32Array;
  private readonly longs: BigUint64Array;
  private readonly doubles: Float64Array;

  constructor(
    memory: WebAssembly.Memory,
    private readonly block: number,
  ) {
    this.words = new Int32Array(memory.buffer);
    this.longs = new BigUint64Array(memory.buffer);
    this.doubles = new Float64Array(memory.buffer);
  }

  /** The schedules' zero: each actor's own, as it passes the barrier. */
  begin(nowNs: number): void {
    this.doubles[(this.block + PACING_START_NS) >>> 3] = nowNs;
  }

  /** Nothing starts at that time or after it, and nobody sleeps beyond it. */
  endAt(untilNs: number): void {
    this.doubles[(this.block + PACING_UNTIL_NS) >>> 3] = untilNs;
  }

  /** Everything that is still to come comes later. */
  putOff(ns: number): void {
    const later = (offset: number): void => {
      const at = (this.block + offset) >>> 3;
      const due = this.doubles[at] ?? 0;
      if (due > 0) this.doubles[at] = due + ns;
    };
    for (const offset of [PACING_START_NS, PACING_FROM_NS, PACING_UNTIL_NS]) later(offset);
    for (const schedule of SCHEDULES) later(schedule + SCHEDULE_DUE_NS);
  }

  /** Intended starts count from now on, and with them what is late or dropped. */
  restart(nowNs: number): void {
    const started = (this.block + PACING_STARTED) >>> 2;
    // Before anything has started, now is where the schedules begin: the first start is due.
    if (this.words[started] === 0) this.begin(nowNs);
    else this.doubles[(this.block + PACING_FROM_NS) >>> 3] = nowNs;
    this.words[started] = 0;
    for (const schedule of SCHEDULES) {
      this.longs[(this.block + schedule + SCHEDULE_LATE) >>> 3] = 0n;
      this.longs[(this.block + schedule + SCHEDULE_DROPPED) >>> 3] = 0n;
    }
  }

  /**
   * Counts the intended starts that time ran out for: those before now, or before the job's end
   * if that came first, that never happened, as far as the job had as much left to do. Of a log,
   * those that its ring held: true if all of them were due, and more of the log may have been.
   */
  countDropped(nowNs: number): boolean {
    if (this.words[(this.block + PACING_STARTED) >>> 2] === 0) return false;
    const untilNs = this.doubles[(this.block + PACING_UNTIL_NS) >>> 3] || Number.POSITIVE_INFINITY;
    const endNs = Math.min(nowNs, untilNs);
    if (this.words[(this.block + ACTOR_REPLAY_PACED) >>> 2] !== 0) {
      return this.countLeftInRing(endNs);
    }
    const missed = SCHEDULES.map((schedule) => this.missed(this.block + schedule, endNs));
    const total = missed.reduce((sum, one) => sum + one, 0);
    const share = Math.min(1, this.iosLeft() / total);
    SCHEDULES.forEach((schedule, i) => {
      const dropped = Math.round((missed[i] ?? 0) * (total > 0 ? share : 0));
      this.longs[(this.block + schedule + SCHEDULE_DROPPED) >>> 3] = BigInt(dropped);
    });
    return false;
  }

  private missed(schedule: number, endNs: number): number {
    if (this.words[(schedule + SCHEDULE_ON) >>> 2] === 0) return 0;
    const due = this.doubles[(schedule + SCHEDULE_DUE_NS) >>> 3] ?? 0;
    const gap = this.doubles[(schedule + SCHEDULE_MEAN_GAP_NS) >>> 3] ?? 0;
    return startsMissed(due, gap, endNs);
  }

  /** I/Os until the job's limits are reached; of bytes in I/Os as long as those so far. */
  private iosLeft(): number {
    const long = (offset: number): number => Number(this.longs[(this.block + offset) >>> 3] ?? 0n);
    if ((this.words[(this.block + ACTOR_FLAGS) >>> 2] ?? 0) & ACTOR_UNLIMITED) {
      return Number.POSITIVE_INFINITY;
    }
    const issued = long(ACTOR_IOS_ISSUED);
    const ios = Math.max(0, long(ACTOR_LIMIT_IOS) - issued);
    if (issued === 0) return ios;
    const bytes = Math.max(0, long(ACTOR_LIMIT_BYTES) - long(ACTOR_BYTES_ISSUED));
    return Math.min(ios, Math.ceil((bytes * issued) / long(ACTOR_BYTES_ISSUED)));
  }

  private countLeftInRing(endNs: number): boolean {
    const word = (at: number): number => (this.words[at >>> 2] ?? 0) >>> 0;
    const startNs = this.doubles[(this.block + PACING_START_NS) >>> 3] ?? 0;
    const put = word(this.block + ACTOR_REPLAY_PUT);
    // Both counts wrap at 2^32.
    for (let i = word(this.block + ACTOR_REPLAY_TAKEN); i !== put; i = (i + 1) >>> 0) {
      const entry = ringEntryAt(word(this.block + ACTOR_REPLAY), i);
      if (startNs + (this.doubles[(entry + REPLAY_DUE_NS) >>> 3] ?? 0) >= endNs) return false;
      const schedule = word(entry + REPLAY_IS_READ) !== 0 ? SCHEDULE_READ : SCHEDULE_WRITE;
      const at = (this.block + schedule + SCHEDULE_DROPPED) >>> 3;
      this.longs[at] = (this.longs[at] ?? 0n) + 1n;
    }
    return this.words[(this.block + ACTOR_REPLAY_OVER) >>> 2] === 0;
  }
}

/** Intended starts from `dueNs` on and before `endNs`, `gapNs` apart. */
export function startsMissed(dueNs: number, gapNs: number, endNs: number): number {
  return dueNs < endNs ? Math.ceil((endNs - dueNs) / gapNs) : 0;
}
