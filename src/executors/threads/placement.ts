import { availableParallelism } from "node:os";
import { arenaBytesOf, pagesOfClone } from "../../machine/actor_arena.ts";
import type { FileSpec } from "../../machine/files.ts";
import { filesOf, MOST_FILE_PAGES } from "../../machine/job_files.ts";
import type { PacePlace } from "../../machine/pacing_block.ts";
import { type MachinePlan, planMachine } from "../../machine/plan.ts";
import { ringEvents } from "../../machine/trace.ts";
import { actorsOf, tooManyActors } from "../../scenario/group_size.ts";
import { ConfigurationError } from "../../scenario/problem.ts";
import type { Group, Job, Scenario } from "../../scenario/scenario.ts";
import { partOf, submittersOf } from "../../scenario/submitters.ts";

/** One clone of one job, or one of its submitters: its CPU, its address space, its name. */
export interface PlacedActor {
  /** What this actor does: a submitter does part of its clone's work. */
  readonly job: Job;
  /** The job as it was given, and as it is reported. */
  readonly reported: Job;
  readonly clone: number;
  readonly submitter: number;
  readonly pace: PacePlace;
  readonly cpu: number;
  readonly mm: number;
  readonly name: string;
}

/**
 * Every clone gets a CPU; jobs with `thread` share one address space, as fio's process does.
 * Throws ConfigurationError.
 */
export function placeActors(group: Group): PlacedActor[] {
  const crowd = tooManyActors(group, "jobs");
  if (crowd) throw new ConfigurationError([crowd]);
  const crowded = actorsOf(group) > availableParallelism();
  const placed: PlacedActor[] = [];
  let nextMm = 0;
  let threadMm: number | undefined;
  for (const job of group.jobs) {
    for (let clone = 0; clone < job.clones; clone++) {
      if (job.thread && threadMm === undefined) threadMm = nextMm++;
      const mm = job.thread && threadMm !== undefined ? threadMm : nextMm++;
      const name = job.clones > 1 ? `${job.name}.${clone}` : job.name;
      for (let submitter = 0; submitter < submittersOf(job); submitter++) {
        const pace = { phase: submitter / submittersOf(job), crowded };
        const part = { job: partOf(job, submitter), reported: job, submitter, pace };
        placed.push({ ...part, clone, cpu: placed.length, mm, name });
      }
    }
  }
  return placed;
}

/** What a traced run keeps: at least so many events of each CPU and group. */
export interface TraceOptions {
  readonly eventsPerCpu?: number | undefined;
}

/** The machine that is large enough for each group in turn. Throws ConfigurationError. */
export function planFor(
  scenario: Scenario,
  groups: readonly PlacedActor[][],
  trace?: TraceOptions,
): MachinePlan {
  const cpus = Math.max(1, ...groups.map((actors) => actors.length));
  const files = filesOf(scenario, groups.flat());
  const needed = Math.max(...groups.map((actors) => sum(actors, framesOf))) + cachedPages(files);
  const order = Math.max(0, ...groups.flat().map((actor) => actor.job.folioOrder));
  const block = 2 ** Math.max(order, 6);
  // Room for the zero page and for what alignment leaves between buffers.
  const automatic = Math.ceil((needed + 64 + (order ? 2 * block : 0)) / block) * block;
  const pages = scenario.machine.pages === "auto" ? automatic : scenario.machine.pages;
  if (pages < needed + 1) throw tooFewPages(pages, needed);
  const arenaBytes = Array.from({ length: cpus }, (_, cpu) =>
    Math.max(...groups.map((actors) => (actors[cpu] ? arenaBytesOf(actors[cpu].job) : 0))),
  );
  return planMachine({
    pages,
    cpus,
    mms: Math.max(1, ...groups.flat().map((actor) => actor.mm + 1)),
    vmas: 2 * cpus + 8,
    arenaBytes,
    serviceValues: scenario.serviceNs.length,
    histograms: true,
    files,
    traceEvents: trace && ringEvents(cpus, groups.length, trace.eventsPerCpu),
  });
}

/**
 * Clones of one region need its frames once, and one folio more each when their faults race. Pages
 * of files are counted once a file; one more a buffer may be held after truncation.
 */
function framesOf({ job, clone }: PlacedActor): number {
  if (job.passes !== undefined && clone > 0) return 2 ** job.folioOrder;
  const mapsItsFile = job.bufferFile !== undefined && job.passes?.shared === true;
  return mapsItsFile ? 0 : pagesOfClone(job);
}

/** Frames for the page caches of all files; beyond that, reclaim makes room. */
function cachedPages(files: readonly FileSpec[]): number {
  return Math.min(
    MOST_FILE_PAGES,
    sum(files, ({ pages }) => pages),
  );
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}

function tooFewPages(pages: number, needed: number): ConfigurationError {
  return new ConfigurationError([
    {
      where: "machine.pages",
      found: `${pages} pages, but the jobs' buffers and files need ${needed} and the machine 1`,
      accepted: `at least ${needed + 1}, or "auto"`,
    },
  ]);
}
