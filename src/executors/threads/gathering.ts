import { EIO } from "../../../assembly/shared/codes.ts";
import { CPU_ACTOR } from "../../../assembly/shared/layout.ts";
import { PACING_END } from "../../../assembly/shared/pacing_layout.ts";
import type { Core } from "../../machine/core.ts";
import type { MachineEnvironment } from "../../machine/environment.ts";
import { checkFiles } from "../../machine/file_quiescence.ts";
import { fileAddress } from "../../machine/files.ts";
import { readPasses } from "../../machine/gup_passes.ts";
import { clearOperations } from "../../machine/latency.ts";
import { cpuAddress, type Machine } from "../../machine/machine.ts";
import { checkQuiescence } from "../../machine/quiescence.ts";
import { type PinsOfCpu, pinsOf, readFaults, readVmstat, readWork } from "../../machine/vmstat.ts";
import type {
  Calibration,
  DirectionRecord,
  JobRecord,
  RunRecord,
  TraceRecord,
} from "../../results/record.ts";
import type { Scenario } from "../../scenario/scenario.ts";
import { checkedInvariants } from "../findings.ts";
import { type EarlyEnd, judge } from "../judge.ts";
import { type MixedCallSite, mixedCallSites, withCallSites } from "./call_sites.ts";
import { addDirections, Operations, readDirection } from "./collect.ts";
import { errnoWords } from "./errno.ts";
import { addLatencyGoals, readLatencyGoal } from "./latency_goal.ts";
import type { PlacedActor } from "./placement.ts";
import { readPins } from "./read_pins.ts";
import type { GroupEnd, MeasuredPhase } from "./run_group.ts";
import type { ActorEnd } from "./running_actor.ts";
import type { Settings } from "./settings.ts";

const RECORDED_NOTE =
  "a traced run: latencies and rates include the recording of events; what is recorded includes " +
  "set-up, warm-up and teardown";

const CHANGED_NOTE =
  "knobs were turned while it ran: figures are of the whole run, under all its settings";

const LAGGING_NOTE =
  "its replay was cut short far behind its log: at least as many I/Os were dropped as are counted";

/** Gathers what the groups leave in the machine's memory and makes the run's record of it. */
export class Gathering {
  private readonly jobs: JobRecord[] = [];
  private readonly operations = new Operations();
  private readonly deaths: string[] = [];
  private readonly stuck: string[] = [];
  private readonly notes: string[] = [];
  private readonly ofFiles: string[] = [];
  private readonly callSites: MixedCallSite[] = [];
  private readonly pinsBefore = new Map<number, PinsOfCpu>();
  private durationNs = 0;
  private actorNs = 0;
  private actors = 0;

  constructor(
    private readonly scenario: Scenario,
    private readonly machine: Machine,
    private readonly settings: Settings,
  ) {}

  /** Of the groups so far. */
  get measuredMs(): number {
    return this.durationNs / 1e6;
  }

  hasFailed(): boolean {
    return this.jobs.some((job) => job.error !== 0);
  }

  /** Takes the figures of a finished group and zeroes them for the next one. */
  addGroup(groupIndex: number, actors: readonly PlacedActor[], group: GroupEnd): void {
    const { ends, measured, steadyStates } = group;
    const made: JobRecord[] = actors.map((actor, i) => {
      const end = ends[i] ?? { kind: "died", why: "never started" };
      // A worker that died before the measurement could not zero what the warm-up counted.
      if (end.kind === "died" && measured === undefined) this.clear(actor);
      return { ...this.recordOf(groupIndex, actor, end), steadyState: steadyStates[i] };
    });
    this.findCallSites(actors, ends);
    const longestNs = Math.max(0, ...made.map((job) => job.elapsedNs));
    const cpu = cpuPercents(measured, actors.length);
    this.durationNs += longestNs;
    this.operations.endGroup(longestNs);
    this.actorNs += made.reduce((total, job) => total + job.elapsedNs, 0);
    this.actors = Math.max(this.actors, actors.length);
    for (const job of mergeReported(mergeSubmitters(made))) {
      this.jobs.push({
        ...job,
        ...cpu,
      });
    }
  }

  private recordOf(groupIndex: number, actor: PlacedActor, end: ActorEnd): JobRecord {
    const { machine } = this;
    const measuredNs = end.kind === "answered" ? end.answer.measuredNs : 0;
    const latencyGoal = readLatencyGoal(machine, actor);
    const read = readDirection(machine, actor.cpu, "read", measuredNs);
    const write = readDirection(machine, actor.cpu, "write", measuredNs);
    this.operations.addActor(machine, actor.cpu, [read, write]);
    const passes = readPasses(machine, actor.cpu, actor.job);
    this.clear(actor);
    // A dead worker: nothing of the emulated kernel returned it.
    const error = end.kind === "answered" ? end.answer.error : EIO;
    if (end.kind === "died") {
      const where = end.why.includes("watchdog") ? this.stuck : this.deaths;
      where.push(`actor ${actor.name}: ${end.why}`);
    }
    if (end.kind === "answered" && end.answer.hasDroppedMore) {
      this.notes.push(`${actor.name}: ${LAGGING_NOTE}`);
    }
    return {
      job: actor.reported,
      stonewallGroup: groupIndex,
      // Submitters of a clone are told as the one that they make up.
      clones: actor.submitter === 0 ? 1 : 0,
      error,
      errorText:
        end.kind === "died" ? end.why : (end.answer.why ?? errnoWords(error, end.answer.stage)),
      elapsedNs: measuredNs,
      read,
      write,
      userCpuPercent: 0,
      systemCpuPercent: 0,
      latencyGoal,
      steadyState: undefined,
      passes,
    };
  }

  /**
   * The last sync of every file, a look at what it left, and the files' end; nobody works on them
   * any more. A dead worker's locks would be waited for.
   */
  closeFiles(core: Core): void {
    if (this.deaths.length + this.stuck.length > 0) return;
    const { machine } = this;
    const cpu = cpuAddress(machine, 0);
    const files = machine.plan.files.map((_, i) => fileAddress(machine, i));
    for (const file of files) core.lastSync(cpu, file);
    this.ofFiles.push(...checkFiles(machine));
    for (const file of files) core.closeFile(cpu, file);
  }

  /** Who gave back by other calls than it got by, in the group that has just ended. */
  private findCallSites(actors: readonly PlacedActor[], ends: readonly ActorEnd[]): void {
    const sites = actors.map((actor, i) => {
      const total = pinsOf(this.machine, actor.cpu);
      const before = this.pinsBefore.get(actor.cpu) ?? { acquired: 0, released: 0 };
      this.pinsBefore.set(actor.cpu, total);
      return {
        name: actor.name,
        job: actor.reported,
        pinsAcquired: total.acquired - before.acquired,
        pinsReleased: total.released - before.released,
        answered: ends[i]?.kind === "answered",
      };
    });
    const answered = sites.filter((site) => site.answered);
    this.callSites.push(...mixedCallSites(answered, this.scenario.machine.scheme));
  }

  private clear(actor: PlacedActor): void {
    const block = cpuAddress(this.machine, actor.cpu);
    this.machine.words.fill(0, (block + CPU_ACTOR) / 4, (block + CPU_ACTOR + PACING_END) / 4);
    clearOperations(this.machine.words, block);
  }

  record(run: {
    startedAtMs: number;
    calibration: { clockReadNs: number; clockGrainNs: number };
    environment: MachineEnvironment;
    interrupted: boolean;
    /** The threshold that ended it. */
    ended: EarlyEnd | undefined;
    trace: TraceRecord | undefined;
  }): RunRecord {
    const { machine, scenario } = this;
    const faults = readFaults(machine);
    const died = this.deaths.length + this.stuck.length > 0;
    const { settings } = this;
    const counts = died ? [] : [...this.ofFiles, ...checkQuiescence(machine, settings.wasPlain)];
    const quiescence = [...settings.breaches, ...counts];
    const notes = [...scenario.notes, ...this.notes, ...settings.notes];
    if (settings.changes.length > 0) notes.push(CHANGED_NOTE);
    if (died) notes.push("a worker died: what it held was not returned, counts were not checked");
    if (run.trace !== undefined) notes.push(RECORDED_NOTE);
    const share = (this.operations.clockReads() * run.calibration.clockReadNs) / this.actorNs;
    const calibration: Calibration = {
      ...run.calibration,
      samplingShare: this.actorNs > 0 ? share : 0,
    };
    const { promised } = settings;
    const hasFiles = machine.plan.files.length > 0;
    const checked = checkedInvariants(hasFiles, scenario.machine.stablePages);
    const record: Omit<RunRecord, "thresholds"> = {
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
      pins: readPins(machine, settings.plainPins(machine)),
      work: readWork(machine),
      invariants: {
        checked: died ? checked.filter((name) => name !== "conserved-refcount") : checked,
        promised,
        violated: withCallSites(
          settings.breachesOf(faults, quiescence, this.stuck),
          this.callSites,
          promised,
        ),
      },
      calibration,
      environment: run.environment,
      trace: run.trace,
      changes: settings.changes,
      notes,
    };
    return { ...record, thresholds: judge(scenario.thresholds, record, run.ended) };
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

/** One record a clone; its submitters follow each other. */
function mergeSubmitters(records: readonly JobRecord[]): JobRecord[] {
  const merged: JobRecord[] = [];
  for (const record of records) {
    const clone = merged.at(-1);
    if (clone && record.clones === 0) merged[merged.length - 1] = addClones(clone, record);
    else merged.push(record);
  }
  return merged;
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
    latencyGoal: addLatencyGoals(a.latencyGoal, b.latencyGoal),
  };
}
