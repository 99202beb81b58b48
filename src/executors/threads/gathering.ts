import { ACTOR_END } from "../../../assembly/shared/actor_layout.ts";
import {
  SCHEME_REFCOUNT,
  VERDICT_FALSE_NEGATIVE,
  VERDICT_FALSE_POSITIVE,
  VERDICT_TRUE_NEGATIVE,
  VERDICT_TRUE_POSITIVE,
  VERDICT_UNDECIDED,
  VERDICT_UNKNOWN,
} from "../../../assembly/shared/codes.ts";
import { CPU_ACTOR } from "../../../assembly/shared/layout.ts";
import type { MachineEnvironment } from "../../machine/environment.ts";
import { readPasses } from "../../machine/gup_passes.ts";
import { clearOperations } from "../../machine/latency.ts";
import { cpuAddress, type Machine, SCHEME_CODES } from "../../machine/machine.ts";
import { checkQuiescence } from "../../machine/quiescence.ts";
import { readFallbacks, readFaults, readVerdicts, readVmstat } from "../../machine/vmstat.ts";
import type {
  Calibration,
  DirectionRecord,
  JobRecord,
  PinsRecord,
  RunRecord,
} from "../../results/record.ts";
import type { Scenario } from "../../scenario/scenario.ts";
import { addDirections, Operations, readDirection } from "./collect.ts";
import { errnoWords } from "./errno.ts";
import { breachesOf, CHECKED_INVARIANTS } from "./findings.ts";
import type { PlacedActor } from "./placement.ts";
import type { GroupEnd, MeasuredPhase } from "./run_group.ts";
import type { ActorEnd } from "./running_actor.ts";

/** EIO: the job's worker died; nothing of the emulated kernel returned it. */
const EIO = 5;

/** Gathers what the groups leave in the machine's memory and makes the run's record of it. */
export class Gathering {
  private readonly jobs: JobRecord[] = [];
  private readonly operations = new Operations();
  private readonly deaths: string[] = [];
  private readonly stuck: string[] = [];
  private durationNs = 0;
  private actorNs = 0;
  private actors = 0;

  constructor(
    private readonly scenario: Scenario,
    private readonly machine: Machine,
  ) {}

  hasFailed(): boolean {
    return this.jobs.some((job) => job.error !== 0);
  }

  /** Takes the figures of a finished group and zeroes them for the next one. */
  addGroup(groupIndex: number, actors: readonly PlacedActor[], { ends, measured }: GroupEnd): void {
    const made: JobRecord[] = actors.map((actor, i) => {
      const end = ends[i] ?? { kind: "died", why: "never started" };
      // A worker that died before the measurement could not zero what the warm-up counted.
      if (end.kind === "died" && measured === undefined) this.clear(actor);
      return this.recordOf(groupIndex, actor, end);
    });
    const longestNs = Math.max(0, ...made.map((job) => job.elapsedNs));
    const cpu = cpuPercents(measured, actors.length);
    this.durationNs += longestNs;
    this.operations.endGroup(longestNs);
    this.actorNs += made.reduce((total, job) => total + job.elapsedNs, 0);
    this.actors = Math.max(this.actors, actors.length);
    for (const job of mergeReported(made)) {
      this.jobs.push({
        ...job,
        ...cpu,
      });
    }
  }

  private recordOf(groupIndex: number, actor: PlacedActor, end: ActorEnd): JobRecord {
    const { machine } = this;
    const measuredNs = end.kind === "answered" ? end.answer.measuredNs : 0;
    const read = readDirection(machine, actor.cpu, "read", measuredNs);
    const write = readDirection(machine, actor.cpu, "write", measuredNs);
    this.operations.addActor(machine, actor.cpu, [read, write]);
    const passes = readPasses(machine, actor.cpu, actor.job);
    this.clear(actor);
    const error = end.kind === "answered" ? end.answer.error : EIO;
    if (end.kind === "died") {
      const where = end.why.includes("watchdog") ? this.stuck : this.deaths;
      where.push(`actor ${actor.name}: ${end.why}`);
    }
    return {
      job: actor.job,
      stonewallGroup: groupIndex,
      clones: 1,
      error,
      errorText: end.kind === "died" ? end.why : errnoWords(error, end.answer.stage),
      elapsedNs: measuredNs,
      read,
      write,
      userCpuPercent: 0,
      systemCpuPercent: 0,
      latencyGoal: undefined,
      steadyState: undefined,
      passes,
    };
  }

  private clear(actor: PlacedActor): void {
    const block = cpuAddress(this.machine, actor.cpu);
    this.machine.words.fill(0, (block + CPU_ACTOR) / 4, (block + CPU_ACTOR + ACTOR_END) / 4);
    clearOperations(this.machine.words, block);
  }

  record(run: {
    startedAtMs: number;
    calibration: { clockReadNs: number; clockGrainNs: number };
    environment: MachineEnvironment;
    interrupted: boolean;
  }): RunRecord {
    const { machine, scenario } = this;
    const faults = readFaults(machine);
    const died = this.deaths.length + this.stuck.length > 0;
    const quiescence = died ? [] : checkQuiescence(machine);
    const notes = [...scenario.notes];
    if (died) notes.push("a worker died: what it held was not returned, counts were not checked");
    const share = (this.operations.clockReads() * run.calibration.clockReadNs) / this.actorNs;
    const calibration: Calibration = {
      ...run.calibration,
      samplingShare: this.actorNs > 0 ? share : 0,
    };
    return {
      scenario,
      executor: "threads",
      startedAtMs: run.startedAtMs,
      durationNs: this.durationNs,
      actors: this.actors,
      pages: machine.plan.pages,
      memoryBytes: machine.plan.bytes,
      interrupted: run.interrupted,
      jobs: this.jobs,
      ops: this.operations.records(calibration),
      vmstat: readVmstat(machine),
      pins: this.pins(),
      invariants: {
        checked: died
          ? CHECKED_INVARIANTS.filter((name) => name !== "conserved-refcount")
          : CHECKED_INVARIANTS,
        violated: breachesOf(faults, quiescence, this.stuck),
      },
      thresholds: [],
      calibration,
      environment: run.environment,
      notes,
    };
  }

  private pins(): PinsRecord {
    const { machine, scenario } = this;
    const verdicts = readVerdicts(machine);
    const of = (code: number): number => verdicts[code] ?? 0;
    const vmstat = readVmstat(machine);
    const pinned = (vmstat.nr_foll_pin_acquired ?? 0) > 0;
    const tells = SCHEME_CODES[scenario.machine.scheme] !== SCHEME_REFCOUNT;
    return {
      covered: pinned ? (tells ? 1 : 0) : undefined,
      truePositive: of(VERDICT_TRUE_POSITIVE),
      falsePositive: of(VERDICT_FALSE_POSITIVE),
      trueNegative: of(VERDICT_TRUE_NEGATIVE),
      falseNegative: of(VERDICT_FALSE_NEGATIVE),
      undecided: of(VERDICT_UNDECIDED),
      unknown: of(VERDICT_UNKNOWN),
      refusedOverflow: vmstat.nr_gup_page_count_overflows ?? 0,
      fastFallbacks: readFallbacks(machine),
    };
  }
}

/** CPU time of the measured phase in percent of one CPU, shared evenly among the actors. */
function cpuPercents(
  measured: MeasuredPhase | undefined,
  actors: number,
): Pick<JobRecord, "userCpuPercent" | "systemCpuPercent"> {
  if (measured === undefined || measured.wallNs <= 0) {
    return { userCpuPercent: 0, systemCpuPercent: 0 };
  }
  const share = 100 / (measured.wallNs / 1e3) / actors;
  return {
    userCpuPercent: measured.usage.user * share,
    systemCpuPercent: measured.usage.system * share,
  };
}

/** One record a clone; clones of a `group_reporting` group become one. */
function mergeReported(records: readonly JobRecord[]): JobRecord[] {
  const merged: JobRecord[] = [];
  for (const record of records) {
    const at = merged.findIndex(
      (known) =>
        record.job.groupReporting && known.job.reportingGroup === record.job.reportingGroup,
    );
    const known = merged[at];
    if (known) merged[at] = addClones(known, record);
    else merged.push(record);
  }
  return merged;
}

function addClones(a: JobRecord, b: JobRecord): JobRecord {
  const read: DirectionRecord = addDirections(a.read, b.read);
  const write: DirectionRecord = addDirections(a.write, b.write);
  const failed = a.error !== 0 ? a : b;
  return {
    ...a,
    clones: a.clones + b.clones,
    error: failed.error,
    errorText: failed.errorText,
    elapsedNs: Math.max(a.elapsedNs, b.elapsedNs),
    read,
    write,
  };
}
