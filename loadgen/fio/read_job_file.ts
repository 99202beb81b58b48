import { basename } from "node:path";
import type { ScanProgress } from "../../src/scenario/iolog/scan_log.ts";
import { MOST_ACTORS } from "../../src/scenario/limits.ts";
import type { Group, Job } from "../../src/scenario/scenario.ts";
import { submittersOf } from "../../src/scenario/submitters.ts";
import { applySection } from "./apply_section.ts";
import { Notes } from "./notes.ts";
import { Problems } from "./problems.ts";
import { type ReadText, readText, sourceName, textOf } from "./read_text.ts";
import {
  type PlaceOfLine,
  readSections,
  SECTION_LIMITS,
  type Section,
  type SectionLimits,
} from "./sections.ts";
import { inheritSettings, initialSettings, type Settings } from "./settings.ts";
import { shown } from "./shown.ts";
import { checkSteadyState } from "./steady_groups.ts";
import type { Surroundings } from "./substitute.ts";
import { toJob } from "./to_job.ts";
import { LogScans, toReplay } from "./to_replay.ts";

export interface JobFileInput extends Surroundings {
  /** A path, or `-` for standard input. */
  readonly source: string;
  /** The text when it was read already. */
  readonly text?: string;
  /** The text stands within another file: how that names the text, and a line of it. */
  readonly within?: { readonly place: string; readonly placeOf: PlaceOfLine };
  /** Hears how far the I/O logs that its jobs replay were read. */
  readonly onScan?: (progress: ScanProgress) => void;
}

export interface JobFileLimits extends SectionLimits {
  readonly jobs: number;
  readonly actorsInGroup: number;
}

/** fio runs at most 4,096 jobs unless told otherwise. */
export const JOB_FILE_LIMITS: JobFileLimits = Object.freeze({
  ...SECTION_LIMITS,
  jobs: 4096,
  actorsInGroup: MOST_ACTORS,
});

export interface JobFile {
  readonly name: string;
  readonly groups: readonly Group[];
  /** Its first job has a stonewall, which counts if other jobs stand before the text. */
  readonly waitsForPrevious: boolean;
  readonly notes: readonly string[];
  /** Those of them that are true whoever runs the job, the real fio too. */
  readonly notesOfReading: readonly string[];
}

/** What a file that cannot be read comes to. */
const NO_JOBS: JobFile = {
  name: "",
  groups: [],
  waitsForPrevious: false,
  notes: [],
  notesOfReading: [],
};

interface Gathering {
  readonly groups: { jobs: Job[]; actors: number; full: boolean }[];
  reportingGroup: number;
  waitsForPrevious: boolean;
}

function textOfInput(input: JobFileInput, limits: JobFileLimits): ReadText {
  if (input.text === undefined) return readText(input.source, limits.bytes);
  return textOf(Buffer.from(input.text), limits.bytes);
}

/**
 * Reads a fio job file, unchanged, into groups of jobs that run one after the other.
 *
 * @throws ConfigurationError with every problem of the file at once (exit status 104); a file
 * that is missing or unreadable is such a problem too
 */
export function readJobFile(input: JobFileInput, limits = JOB_FILE_LIMITS): JobFile {
  const label = input.within?.place ?? sourceName(input.source);
  const problems = new Problems();
  const notes = new Notes();
  const read = textOfInput(input, limits);
  if (!read.ok) {
    problems.add(label, read.found, read.accepted);
    problems.throwIfAny(label);
    return NO_JOBS;
  }
  const sections = readSections(input.source, read.text, problems, limits, input.within?.placeOf);
  checkJobs(label, read.text, sections, problems, limits);
  const gathering: Gathering = { groups: [], reportingGroup: -1, waitsForPrevious: false };
  const scans = new LogScans(problems, input.onScan);
  let global = initialSettings();
  for (const section of sections) {
    const settings = section.global ? global : inheritSettings(global);
    applySection(section, settings, input, { problems, notes });
    if (section.global) global = settings;
    else gather(gathering, section, settings, { problems, notes, limits, scans });
  }
  problems.throwIfAny(label);
  return {
    name: input.source === "-" ? "stdin" : basename(input.source).replace(/\.(fio|job|ini)$/, ""),
    groups: gathering.groups.map(({ jobs }) => ({ jobs })),
    waitsForPrevious: gathering.waitsForPrevious,
    notes: notes.all(),
    notesOfReading: notes.ofReading(),
  };
}

function checkJobs(
  label: string,
  text: string,
  sections: readonly Section[],
  problems: Problems,
  limits: JobFileLimits,
): void {
  const jobs = sections.filter((section) => !section.global).length;
  const accepted = "a [name] section with the options of a job";
  if (text.trim() === "") problems.add(label, "an empty file", accepted);
  else if (jobs === 0) problems.add(label, "no job section", accepted);
  if (jobs > limits.jobs) {
    problems.add(label, `${jobs} job sections`, `at most ${limits.jobs}; split the file`);
    problems.throwIfAny(label);
  }
}

/** Puts a job into its stonewall group and its reporting group. */
function gather(
  gathering: Gathering,
  section: Section,
  settings: Settings,
  outcome: { problems: Problems; notes: Notes; limits: JobFileLimits; scans: LogScans },
): void {
  const { problems, notes, limits, scans } = outcome;
  const first = gathering.groups.length === 0;
  if (first) gathering.waitsForPrevious = settings.stonewall;
  if (first || settings.stonewall) gathering.groups.push({ jobs: [], actors: 0, full: false });
  if (first || settings.stonewall || settings.newGroup) gathering.reportingGroup++;
  const group = gathering.groups.at(-1);
  const made = toJob(section, settings, gathering.reportingGroup, problems, notes);
  if (!group || !made) return;
  const job = toReplay(made, settings, scans, notes);
  checkSteadyState(
    group.jobs,
    job,
    settings.at.get("steadystate_duration") ?? section.where,
    problems,
  );
  group.jobs.push(job);
  group.actors += job.clones * submittersOf(job);
  if (group.actors > limits.actorsInGroup && !group.full) {
    group.full = true;
    const found = `${group.actors} actors together with job ${shown(section.name)}`;
    const remedy = `at most ${limits.actorsInGroup} in a stonewall group`;
    const lower = job.submit === "offload" ? "numjobs or iodepth" : "numjobs";
    problems.add(section.where, found, `${remedy}; lower ${lower} or add a stonewall`);
  }
}
