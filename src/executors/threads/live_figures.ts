import {
  ACTOR_BEGAN_NS,
  ACTOR_MEASURED_NS,
  ACTOR_PAUSED_NS,
} from "../../../assembly/shared/actor_layout.ts";
import { CPU_ACTOR } from "../../../assembly/shared/layout.ts";
import { clockZeroNs, monotonicNs } from "../../machine/clock.ts";
import { cpuAddress, type Machine } from "../../machine/machine.ts";
import { readFaults, readVmstat, readWork } from "../../machine/vmstat.ts";
import type { Calibration, OpName } from "../../results/record.ts";
import { findMetric, type MetricSource } from "../../scenario/metrics.ts";
import type { Scenario, Threshold } from "../../scenario/scenario.ts";
import type { Figures } from "../judge.ts";
import { Operations, readDirection } from "./collect.ts";
import type { PlacedActor } from "./placement.ts";
import { readPins } from "./read_pins.ts";
import type { Settings } from "./settings.ts";

/** A running machine, its clock, and the stonewall group that is being measured. */
export interface LiveRun {
  readonly scenario: Scenario;
  readonly machine: Machine;
  readonly calibration: Pick<Calibration, "clockReadNs" | "clockGrainNs">;
  readonly settings: Settings;
  readonly groupIndex: number;
  readonly actors: readonly PlacedActor[];
}

/**
 * Figures of the running group so far, as far as the thresholds need them: a histogram has 33,792
 * counters for each actor. As in the finished run's, each actor's time is its own, and what it did
 * before its measurement does not count. Counters of the machine (vmstat, pins, breaches) are
 * those of the whole run.
 */
export function liveFigures(run: LiveRun, thresholds: readonly Threshold[]): Figures {
  const { machine, calibration, settings, groupIndex } = run;
  const sources = thresholds.flatMap(({ metric }) => findMetric(metric)?.source ?? []);
  const ops = new Set(sources.flatMap(opOf));
  const nowNs = monotonicNs() + clockZeroNs();
  const measuring = run.actors
    .map((actor) => ({ ...actor, measuredNs: measuredNsOf(machine, actor, nowNs) }))
    .filter(({ measuredNs }) => measuredNs > 0);
  const durationNs = Math.max(0, ...measuring.map(({ measuredNs }) => measuredNs));
  const operations = new Operations();
  const jobs: Figures["jobs"][number][] = [];
  for (const { job, cpu, measuredNs } of sources.some(needsDirections) ? measuring : []) {
    const read = readDirection(machine, cpu, "read", measuredNs);
    const write = readDirection(machine, cpu, "write", measuredNs);
    jobs.push({ job, stonewallGroup: groupIndex, error: 0, read, write });
  }
  if (ops.size > 0) {
    measuring.forEach(({ cpu }, i) => {
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
    pins: readPins(machine, settings.plainPins(machine)),
    work: readWork(machine),
    invariants: {
      checked: [],
      promised: settings.promised,
      violated: settings.breachesOf(readFaults(machine), [], []),
    },
  };
}

/** For how long the actor's figures count, ns; 0: they are still the warm-up's. */
function measuredNsOf(machine: Machine, { cpu }: PlacedActor, nowNs: number): number {
  const block = cpuAddress(machine, cpu) + CPU_ACTOR;
  const ns = (offset: number): number => machine.doubles[(block + offset) >>> 3] ?? 0;
  const began = ns(ACTOR_BEGAN_NS);
  return (
    ns(ACTOR_MEASURED_NS) || (began > 0 ? Math.max(0, nowNs - began - ns(ACTOR_PAUSED_NS)) : 0)
  );
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
