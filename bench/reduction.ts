import { Choices } from "../src/executors/check/choices.ts";
import { DepthFirst } from "../src/executors/check/depth_first.ts";
import type { Exploration } from "../src/executors/check/explore.ts";
import {
  type Scheduler,
  type SchedulingPoint,
  straightOn,
} from "../src/executors/check/scheduler.ts";
import { Sharing } from "../src/executors/check/sharing.ts";
import { DEPTH_MAX, type Subject, Trial } from "../src/executors/check/trial.ts";
import { schemeName } from "../src/scenario/machine_words.ts";
import { subjectOf } from "./explorer_speed.ts";
import type { Table } from "./table.ts";

const SUBJECTS = [
  subjectOf("try-get-vs-put", { scheme: "exact" }),
  subjectOf("pin-vs-munmap", { scheme: "bias" }),
  subjectOf("pin-vs-mkclean", { scheme: "bias" }),
];

/** Every access is a point where another CPU may go on. */
export class EveryAccess extends Sharing {
  override isContended(): boolean {
    return true;
  }
}

/** Every path, wherever it leads. */
class EveryPath implements Scheduler {
  readonly #choices = new Choices();

  newExecution(): number | undefined {
    return this.#choices.newExecution();
  }

  next(point: SchedulingPoint): number {
    const { depth, runnable } = point;
    if (this.#choices.left(depth) !== undefined) return this.#choices.take(depth);
    const straight = straightOn(point);
    this.#choices.open(depth, runnable, straight);
    return straight;
  }
}

/** What the two reductions save: points that matter alone, and states that are known. */
export function reduction(executionsMost: number): Table {
  const ways: readonly (readonly [string, typeof Sharing, () => DepthFirst | EveryPath])[] = [
    ["neither", EveryAccess, () => new EveryPath()],
    ["known states are left", EveryAccess, () => new DepthFirst()],
    ["others meet only shared words", Sharing, () => new EveryPath()],
    ["both", Sharing, () => new DepthFirst()],
  ];
  return {
    title: "What the reductions save",
    note:
      "executions, states and steps until every interleaving was explored, what is learnt about " +
      `sharing on the way included; “>”: stopped after ${executionsMost} executions`,
    head: ["race", "reduction", "executions", "states", "steps"],
    rows: SUBJECTS.flatMap((subject) =>
      ways.map(([name, Shares, begin]) => [
        `${subject.race.name} ${schemeName(subject.machine)}`,
        name,
        ...explored(subject, Shares, begin, executionsMost),
      ]),
    ),
  };
}

function explored(
  subject: Subject,
  Shares: typeof Sharing,
  begin: () => DepthFirst | EveryPath,
  schedules: number,
): string[] {
  const trial = new Trial(subject, 0, Shares);
  const { found, scheduler } = exploredBy(trial, begin, schedules);
  const { explorer } = trial;
  if (found.kind === "violated") throw new Error(`${subject.race.name} is violated`);
  const isCut = found.kind === "stopped" ? "> " : "";
  const states = scheduler instanceof DepthFirst ? `${scheduler.states.size}` : "–";
  const { counts } = explorer;
  return [`${isCut}${counts.schedules}`, states, `${isCut}${counts.steps}`];
}

/** Begun again until nothing is learnt. */
export function exploredBy<Kind extends Scheduler>(
  { explorer }: Trial,
  begin: () => Kind,
  schedules?: number,
): { readonly found: Exploration; readonly scheduler: Kind } {
  while (true) {
    const scheduler = begin();
    const found = explorer.explore(scheduler, { depth: DEPTH_MAX, schedules }, true);
    if (found.kind !== "learnt") return { found, scheduler };
  }
}
