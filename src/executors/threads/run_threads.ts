import { Piscina } from "piscina";
import { builtFile } from "../../machine/built.ts";
import { wallClockMs } from "../../machine/clock.ts";
import { compileCore, instantiateCore } from "../../machine/core.ts";
import { describeEnvironment, type MachineEnvironment } from "../../machine/environment.ts";
import { cpuAddress, type Machine, makeMachine } from "../../machine/machine.ts";
import type { RunRecord } from "../../results/record.ts";
import type { Scenario } from "../../scenario/scenario.ts";
import { type ChangeRecord, RunControl } from "../control.ts";
import { calibrateClock } from "./calibrate.ts";
import { Gathering } from "./gathering.ts";
import { type PlacedActor, placeActors, planFor, type TraceOptions } from "./placement.ts";
import { type GroupProgress, runGroup } from "./run_group.ts";
import { Settings } from "./settings.ts";
import { ThresholdWatch } from "./threshold_watch.ts";
import { Tracing } from "./tracing.ts";

/** What an observer of a running run is shown, about 50 times a second. */
export interface RunProgress extends GroupProgress {
  readonly group: number;
  readonly groups: number;
  readonly actors: number;
  /** The machine as it is now: to be read, never written. */
  readonly machine: Machine;
}

/** What an observer gets to know before anything runs. */
export interface ObservedRun {
  readonly scenario: Scenario;
  readonly machine: Machine;
  readonly calibration: { readonly clockReadNs: number; readonly clockGrainNs: number };
  readonly environment: MachineEnvironment;
  readonly startedAtMs: number;
  readonly groups: readonly (readonly PlacedActor[])[];
  readonly settings: Settings;
}

export interface RunObserver {
  began(run: ObservedRun): void;
  /**
   * About 50 times a second while a group runs, and once more (`ended`) when its last actor has
   * ended, with its figures still in memory.
   */
  looked(progress: RunProgress, ended: boolean): void;
  changed(change: ChangeRecord): void;
}

export interface ThreadsOptions {
  /** Aborting ends the run early; what was measured is still returned. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: RunProgress) => void) | undefined;
  /** Turns knobs of the running run. */
  readonly control?: RunControl | undefined;
  /** Watches; it may read the machine, and must not keep anybody waiting. */
  readonly observer?: RunObserver | undefined;
  /** Runs the recorded core and keeps its newest events; figures then include the recording. */
  readonly trace?: TraceOptions | undefined;
}

/**
 * Runs a scenario on real worker threads, one per actor. Throws ConfigurationError for what cannot
 * be run, EnvironmentFault for what this computer cannot give.
 */
export async function runThreads(
  scenario: Scenario,
  options: ThreadsOptions = {},
): Promise<RunRecord> {
  const groups = scenario.groups.map(placeActors);
  const plan = planFor(scenario, groups, options.trace);
  const startedAtMs = wallClockMs();
  const { module, sha256 } = compileCore(options.trace ? "recorded" : "native");
  const machine = makeMachine(plan, scenario.machine);
  const tracing = options.trace && new Tracing(machine);
  machine.doubles.set(scenario.serviceNs, plan.serviceAt / 8);
  const core = instantiateCore(module, machine.memory);
  core.boot(cpuAddress(machine, 0));
  const calibration = calibrateClock(core);
  const pool = new Piscina({
    filename: builtFile("src/executors/threads/worker.js").href,
    minThreads: plan.cpus,
    maxThreads: plan.cpus,
    concurrentTasksPerWorker: 1,
    idleTimeout: Number.POSITIVE_INFINITY,
    atomics: "disabled",
  });
  const { observer, control = new RunControl() } = options;
  const environment = describeEnvironment(sha256);
  const settings = new Settings(scenario, (change) => observer?.changed(change));
  const gathering = new Gathering(scenario, machine, settings);
  const watch = new ThresholdWatch(scenario.thresholds);
  try {
    observer?.began({ scenario, machine, calibration, environment, startedAtMs, groups, settings });
    for (const [groupIndex, actors] of groups.entries()) {
      if (options.signal?.aborted || gathering.hasFailed() || watch.ended) break;
      const live = { scenario, machine, calibration, settings, groupIndex, actors };
      const end = await runGroup(
        {
          scenario,
          machine,
          module,
          pool,
          groupIndex,
          settings,
          control,
          signal: options.signal,
          endsEarly: watch.ofGroup(live, gathering.measuredMs),
          onTick: (progress, ended) => {
            const group = { group: groupIndex, groups: groups.length, actors: actors.length };
            const now: RunProgress = { ...progress, ...group, machine };
            if (!ended) options.onProgress?.(now);
            observer?.looked(now, ended);
          },
        },
        actors,
      );
      gathering.addGroup(groupIndex, actors, end);
      gathering.closeFiles(core);
      tracing?.addGroup(actors);
    }
  } finally {
    await pool.destroy();
  }
  return gathering.record({
    startedAtMs,
    calibration,
    environment,
    interrupted: options.signal?.aborted ?? false,
    ended: watch.ended,
    trace: tracing?.record(),
  });
}
