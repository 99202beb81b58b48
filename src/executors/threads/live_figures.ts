import type { Machine } from "../../machine/machine.ts";
import { readFaults, readVmstat } from "../../machine/vmstat.ts";
import type { Calibration, OpName } from "../../results/record.ts";
import { findMetric, type MetricSource } from "../../scenario/metrics.ts";
import type { Scenario, Threshold } from "../../scenario/scenario.ts";
import type { Figures } from "../judge.ts";
import { Operations, readDirection } from "./collect.ts";
import { breachesOf } from "./findings.ts";
import type { PlacedActor } from "./placement.ts";
import { readPins } from "./read_pins.ts";

/** A running machine, its clock, and the stonewall group that is being measured. */
export interface LiveRun {
  readonly scenario: Scenario;
  readonly machine: Machine;
  readonly calibration: Pick<Calibration, "clockReadNs" | "clockGrainNs">;
  readonly groupIndex: number;
  readonly actors: readonly PlacedActor[];
}

/**
 * Figures of the running group after `elapsedMs` of measuring, as far as the thresholds need
 * them: a histogram has 33,792 counters for each actor. Counters of the machine (vmstat, pins,
 * breaches) are those of the whole run so far.
 */
export function liveFigures(
  run: LiveRun,
  thresholds: readonly Threshold[],
  elapsedMs: number,
): Figures {
  const { scenario, machine, calibration, groupIndex, actors } = run;
  const sources = thresholds.flatMap(({ metric }) => findMetric(metric)?.source ?? []);
  const ops = new Set(sources.flatMap(opOf));
  const durationNs = elapsedMs * 1e6;
  const operations = new Operations();
  const jobs: Figures["jobs"][number][] = [];
  for (const { job, cpu } of sources.some(needsDirections) ? actors : []) {
    const read = readDirection(machine, cpu, "read", durationNs);
    const write = readDirection(machine, cpu, "write", durationNs);
    jobs.push({ job, stonewallGroup: groupIndex, error: 0, read, write });
  }
  if (ops.size > 0) {
    actors.forEach(({ cpu }, i) => {
      const sides = jobs[i] === undefined ? [] : [jobs[i].read, jobs[i].write];
      operations.addActor(machine, cpu, sides, ops);
    });
  }
  operations.endGroup(durationNs);
  return {
    durationNs,
    ops: operations.records(calibration),
    jobs,
    vmstat: readVmstat(machine),
    pins: readPins(machine, scenario.machine.scheme),
    invariants: { checked: [], violated: breachesOf(readFaults(machine), [], []) },
  };
}

function opOf(source: MetricSource): OpName[] {
  if (source.from === "op") return [source.op];
  const isLatency = source.from === "latency" || source.from === "percentile";
  return isLatency && "op" in source.of ? [source.of.op] : [];
}

/** I/Os are counted and timed by direction. */
function needsDirections(source: MetricSource): boolean {
  const ops = opOf(source);
  if (ops.length > 0) return ops.some((op) => op === "io" || op === "io_corrected");
  return source.from === "direction" || source.from === "latency" || source.from === "percentile";
}
