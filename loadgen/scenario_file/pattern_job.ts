import { DEFAULT_JOB, PATTERN_DEFAULTS } from "../../src/scenario/defaults.ts";
import { doesIo } from "../../src/scenario/endless.ts";
import type { Job, PatternName } from "../../src/scenario/scenario.ts";
import { applySection } from "../fio/apply_section.ts";
import type { Notes } from "../fio/notes.ts";
import type { Problems } from "../fio/problems.ts";
import type { Section } from "../fio/sections.ts";
import { initialSettings, type Settings } from "../fio/settings.ts";
import type { Surroundings } from "../fio/substitute.ts";
import { toJob } from "../fio/to_job.ts";
import type { PatternEntry } from "./pattern_schema.ts";

/** The job of a pattern, and whether it waits for the group before it. */
export interface PatternJob {
  readonly job: Job;
  readonly waitsForPrevious: boolean;
}

/** What a job of fio would have to say to be of the pattern; it is reported as such a job. */
const ENGINES: Readonly<Record<PatternName, Partial<Settings>>> = {
  direct_io: { ioengine: "libaio", direct: true },
  buffered_io: { ioengine: "libaio" },
  fixed_buffers: { ioengine: "io_uring", direct: true, fixedbufs: true },
  rdma_mr: { ioengine: "rdma" },
  xsk_umem: { ioengine: "null" },
  mapper: { ioengine: "null" },
  gup_test: { ioengine: "null" },
  writeback: { ioengine: "null" },
  reclaim: { ioengine: "null" },
  truncate: { ioengine: "null" },
};

interface Reading extends Surroundings {
  readonly problems: Problems;
  readonly notes: Notes;
  /** Where the entry stands, or a key of it. */
  readonly placeOf: (key?: string) => string;
}

/** Makes a job of a pattern; fio's words go through fio's own option table. */
export function patternJob(entry: PatternEntry, reading: Reading): PatternJob | undefined {
  const { problems, notes, placeOf } = reading;
  const { pattern, ...keys } = entry;
  const section: Section = {
    name: pattern,
    global: false,
    where: placeOf(),
    lines: Object.entries(keys).flatMap(([key, value]) =>
      typeof value === "string" ? [{ text: `${key}=${value}`, where: placeOf(key) }] : [],
    ),
  };
  const settings: Settings = {
    ...initialSettings(),
    size: { bytes: DEFAULT_JOB.sizeBytes },
    ...ENGINES[pattern],
    pattern,
  };
  applySection(section, settings, reading, { problems, notes });
  const made = toJob(section, settings, 0, problems, notes);
  if (made === undefined) return undefined;
  const own = Object.values(keys).filter((value) => typeof value === "object");
  const job: Job = Object.assign({ ...made, ...PATTERN_DEFAULTS[pattern] }, ...own);
  return { job: withRegion(job, made, reading), waitsForPrevious: settings.stonewall };
}

/** A region of so many bytes is the buffers of all the I/Os in flight. */
function withRegion(job: Job, made: Job, { problems, placeOf }: Reading): Job {
  if (!doesIo(job) || job.bufferBytes === made.bufferBytes) return job;
  const region = job.bufferBytes;
  const least = job.iodepth * made.bufferBytes;
  if (region < least) {
    const found = `found ${region} bytes`;
    const accepted = `at least ${least} bytes: iodepth ${job.iodepth} times ${made.bufferBytes}`;
    problems.add(placeOf("region"), found, accepted);
  }
  return { ...job, bufferBytes: Math.floor(region / job.iodepth) };
}
