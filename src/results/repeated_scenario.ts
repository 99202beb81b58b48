import type { ChangeRecord } from "../executors/control.ts";
import type { Scenario } from "../scenario/scenario.ts";
import type { Change, TimedChange } from "../scenario/timed_change.ts";
import type { RunRecord } from "./record.ts";

/** The scenario that does what the run did: knobs that somebody turned turn by themselves. */
export function repeatedScenario({ scenario, changes }: RunRecord): Scenario {
  return { ...scenario, changes: timedChanges(changes) };
}

function timedChanges(changes: readonly ChangeRecord[]): TimedChange[] {
  return changes.flatMap((one, i): TimedChange[] => {
    const change = changeOf(one);
    const { group, atMs } = one;
    if (change.knob !== "pause") return [{ group, atMs, change }];
    if (!change.value) return [];
    // How long it lasted is told where it ended; one that did not end lasted to the run's end.
    const end = changes.slice(i + 1).find(({ knob }) => knob === "pause");
    return end === undefined ? [] : [{ group, atMs, change, forMs: end.pauseMs ?? 0 }];
  });
}

function changeOf({ knob, of = "", to }: ChangeRecord): Change {
  switch (knob) {
    case "scheme":
    case "on-pinned":
      return { knob, value: to };
    case "bias":
    case "sample":
    case "rate":
      return { knob, value: Number.parseFloat(to) };
    case "iodepth":
      return { knob, job: of, value: Number(to) };
    case "actor":
      return { knob, actor: of, value: to === "on" };
    case "pause":
      return { knob, value: to === "paused" };
  }
}
