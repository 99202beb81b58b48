import type { Call, Operation } from "../../src/executors/check/actor.ts";
import type { Race, Stage } from "../../src/executors/check/race.ts";
import type { World } from "../../src/executors/check/world.ts";

/** Races made by hand, for what no race of the laboratory does. */

type Made = (world: World) => readonly (readonly Operation[])[];

/** `operations`: of each of the CPUs. */
export function madeRace(
  cpus: number,
  operations: Made,
  more: (world: World) => Partial<Stage> = () => ({}),
): Race {
  return {
    name: "made",
    title: "made by hand",
    story: "Nobody has told it.",
    actors: new Array<string>(cpus).fill("somebody"),
    holds: [],
    machines: [{ scheme: "bias" }],
    matters: [],
    expects: () => "violated",
    stage: (world) => ({
      takeDown: () => {},
      actors: operations(world).map((all) => ({ name: "somebody", operations: all })),
      ...more(world),
    }),
  };
}

export function operation(...calls: Call[]): Operation {
  return { words: calls.map(({ words }) => words).join(", "), calls };
}

/** A call of what returns nothing, or something that nobody asks for. */
export function call(words: string, work: () => unknown, more: Partial<Call> = {}): Call {
  const called = (): number => {
    work();
    return 0;
  };
  return { words, call: called, ...more };
}

/** As above; others may run just before it. */
export function callApart(words: string, work: () => unknown): Call {
  return call(words, work, { before: () => {} });
}
