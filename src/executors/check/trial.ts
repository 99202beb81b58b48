import type { MachineSpec } from "../../scenario/scenario.ts";
import type { Actor } from "./actor.ts";
import { type Breach, Explorer, replay, type Schedule } from "./explore.ts";
import { RaceJudge } from "./judge.ts";
import type { LeftOut } from "./outcome.ts";
import type { Race } from "./race.ts";
import { Sharing } from "./sharing.ts";
import { VirtualCpus } from "./virtual_cpus.ts";
import { World } from "./world.ts";

/** Switching points of one execution at the most; more are a livelock. */
export const DEPTH_MAX = 20_000;

/** A race on a machine. */
export interface Subject {
  readonly race: Race;
  readonly machine: MachineSpec;
  readonly twist?: string | undefined;
}

/** A race set up on a machine of its own, some operations left out, ready to be explored. */
export class Trial {
  readonly world: World;
  readonly cpus: VirtualCpus;
  readonly explorer: Explorer;
  readonly actors: readonly Actor[];
  /** What the race itself finds; each breach once. */
  readonly heard: () => Breach | undefined;
  readonly #judge: RaceJudge;

  /** `Shares`: what tells where it matters who goes on. */
  constructor({ race, machine, twist }: Subject, leftOut: LeftOut = 0, Shares = Sharing) {
    this.world = new World(machine, race.actors.length);
    const stage = race.stage(this.world, twist);
    this.actors = without(stage.actors, leftOut);
    this.heard = stage.afterStep ?? (() => undefined);
    const { memory } = this.world;
    this.cpus = new VirtualCpus(this.world, memory, this.actors, Shares);
    this.cpus.onAccess = stage.onAccess ?? null;
    this.#judge = new RaceJudge(this.world, memory, this.cpus, { holds: race.holds, ...stage });
    this.explorer = new Explorer(this.cpus, memory, this.#judge);
  }

  /**
   * Runs a schedule from the start; undefined: it breaks nothing. `atEnd`: before it is undone;
   * `isOver`: nobody could run any more.
   */
  replay(schedule: Schedule, atEnd?: (isOver: boolean) => void): Breach | undefined {
    const mark = this.world.memory.mark();
    try {
      const breach = replay(this.cpus, this.#judge, schedule, DEPTH_MAX);
      atEnd?.(this.#judge.isOver);
      return breach;
    } finally {
      this.world.memory.undo(mark);
    }
  }
}

/** How many operations the race has. */
export function operationsOf(actors: readonly Actor[]): number {
  return actors.reduce((sum, { operations }) => sum + operations.length, 0);
}

function without(actors: readonly Actor[], leftOut: LeftOut): Actor[] {
  let index = 0;
  return actors.map((actor) => ({
    ...actor,
    operations: actor.operations.filter(() => (leftOut & (1 << index++)) === 0),
  }));
}
