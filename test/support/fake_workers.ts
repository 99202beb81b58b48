import { RunControl } from "../../src/executors/control.ts";
import { type PlacedActor, placeActors, planFor } from "../../src/executors/threads/placement.ts";
import type { GroupContext } from "../../src/executors/threads/run_group.ts";
import { Settings } from "../../src/executors/threads/settings.ts";
import { compileCore } from "../../src/machine/core.ts";
import { type Machine, makeMachine } from "../../src/machine/machine.ts";
import type { Scenario } from "../../src/scenario/scenario.ts";

/** The first group of a scenario on a machine of its own; its workers are the test's. */
export function emptyGroup(scenario: Scenario): {
  context: Omit<GroupContext, "pool">;
  actors: PlacedActor[];
} {
  const groups = scenario.groups.map(placeActors);
  const machine = makeMachine(planFor(scenario, groups), scenario.machine);
  const { module } = compileCore("native");
  const context = { scenario, machine, module, groupIndex: 0, signal: undefined };
  const settings = new Settings(scenario, undefined);
  const control = new RunControl();
  return { context: { ...context, settings, control, onTick: undefined }, actors: groups[0] ?? [] };
}

/** Until the word at the address is not 0. */
export async function becomesSet({ words }: Machine, address: number): Promise<void> {
  while (Atomics.load(words, address >>> 2) === 0) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
