import type { ControlState } from "../../src/executors/control.ts";
import { checkedInvariants } from "../../src/executors/findings.ts";
import type { ObservedRun } from "../../src/executors/threads/run_threads.ts";
import { machineParameters } from "../../src/scenario/machine_words.ts";
import {
  FALLBACK_NAMES,
  OP_NAMES,
  VMSTAT_NAMES,
  WORK_NAMES,
} from "../../src/scenario/metric_names.ts";
import type { Rate } from "../../src/scenario/pace.ts";
import { rateOf } from "../../src/scenario/pacing.ts";
import { INVARIANT_NAMES, promisesOf } from "../../src/scenario/promises.ts";
import type { Job } from "../../src/scenario/scenario.ts";
import type { JobInfo, RunInfo, RunState, ThresholdState } from "../../src/stream/state.ts";
import { IO_COUNTERS } from "./actor_looks.ts";

/** Verdicts of the pinned test, in the order of VERDICT_*. */
export const VERDICT_COUNTERS = [
  "pins.true_positive",
  "pins.false_positive",
  "pins.true_negative",
  "pins.false_negative",
  "pins.undecided",
  "pins.unknown",
] as const;

/** Every counter of the wire by its index: the machine's, the actors', the watch's own. */
export const COUNTERS: readonly string[] = [
  ...VMSTAT_NAMES,
  ...WORK_NAMES.map((name) => `work.${name}`),
  ...FALLBACK_NAMES.map((name) => `fallback.${name}`),
  ...VERDICT_COUNTERS,
  ...INVARIANT_NAMES.map((name) => `broken.${name}`),
  ...IO_COUNTERS.map(([name]) => name),
  "watch.sampling_us",
];

/** What does not change while the run runs. */
export function runInfo(run: ObservedRun, id: string, command: string): RunInfo {
  const { scenario, machine, calibration, environment } = run;
  return {
    id,
    name: scenario.name,
    source: scenario.source,
    startedAtMs: run.startedAtMs,
    executor: "threads",
    seed: scenario.run.seed,
    groups: scenario.groups.length,
    actors: Math.max(0, ...run.groups.map((actors) => actors.length)),
    pages: machine.plan.pages,
    jobs: scenario.groups.flatMap(({ jobs }, group) => jobs.map((job) => jobInfo(job, group))),
    ops: OP_NAMES,
    counters: COUNTERS,
    clockReadNs: calibration.clockReadNs,
    clockGrainNs: calibration.clockGrainNs,
    environment: Object.entries(environment).map(([name, value]) => ({
      name,
      value: String(value),
    })),
    checked: checkedInvariants(machine.plan.files.length > 0, scenario.machine.stablePages),
    command,
  };
}

function jobInfo(job: Job, group: number): JobInfo {
  const { name, pattern, clones, iodepth } = job;
  const rates = (["read", "write"] as const).flatMap((direction) => {
    const rate = rateOf(job, direction);
    return rate === undefined ? [] : [`${direction} ${rateWords(rate)}`];
  });
  return { name, group, pattern, clones, iodepth, rates };
}

function rateWords({ per, aSecond }: Rate): string {
  return per === "ios" ? `${aSecond} IOPS` : `${aSecond} B/s`;
}

/** How the knobs stand. */
export function runState(
  control: ControlState,
  limitMs: number | undefined,
  thresholds: readonly ThresholdState[],
): RunState {
  const { machine, sample, ratePercent, paused, iodepths, actors } = control;
  return {
    machine: machineParameters(machine),
    sample,
    ratePercent,
    paused,
    iodepths,
    actors,
    limitMs,
    thresholds,
    promised: promisesOf(machine),
  };
}
