import type { BlockSizeShare, PatternName } from "../../src/scenario/scenario.ts";
import type { ReadDistribution } from "./distribution.ts";
import { NO_REPLAY, type ReplaySettings } from "./options_replay.ts";
import {
  DEFAULT_GOALS,
  DEFAULT_PACING,
  type GoalSettings,
  type PacingSettings,
} from "./pacing_settings.ts";
import type { PerDirection } from "./per_direction.ts";
import type { Extent } from "./scalars.ts";

/** What `rw=` says. */
export interface Direction {
  readonly reads: boolean;
  readonly writes: boolean;
  readonly random: boolean;
}

/** What the options seen so far say; a job starts with a copy of what [global] said above it. */
export interface Settings {
  kbBase: 1000 | 1024;
  /** `name=` of the job's own section. */
  name: string | undefined;
  /** A scenario file names it; in a job file the engine decides. */
  pattern: PatternName | undefined;
  ioengine: string;
  direction: Direction;
  rwmixread: number;
  direct: boolean;
  atomic: boolean;
  fixedbufs: boolean;
  blocks: PerDirection<number>;
  blockRanges: PerDirection<readonly BlockSizeShare[] | undefined>;
  blockShares: PerDirection<readonly BlockSizeShare[] | undefined>;
  blocksBySequence: boolean;
  blockAlign: PerDirection<number | undefined> | undefined;
  distribution: PerDirection<ReadDistribution>;
  norandommap: boolean;
  iodepth: number;
  size: Extent | undefined;
  ioSize: Extent | undefined;
  fileSize: number | undefined;
  files: number;
  filename: string | undefined;
  directory: string | undefined;
  numberIos: number | undefined;
  pacing: PacingSettings;
  goals: GoalSettings;
  runtimeMs: number;
  timeBased: boolean;
  mem: string;
  /** The file of `mem=mmapshared:FILE`. */
  memFile: string | undefined;
  memAlign: number;
  hugepageBytes: number;
  numjobs: number;
  stonewall: boolean;
  newGroup: boolean;
  groupReporting: boolean;
  thread: boolean;
  percentiles: readonly number[] | undefined;
  createOnly: boolean;
  replay: ReplaySettings;
  /** Where each option was last named, well-formed or not, by its canonical name. */
  readonly at: Map<string, string>;
  /** Options whose last value was refused, so that nothing more is said about them. */
  readonly malformed: Set<string>;
}

/** fio's defaults. */
export function initialSettings(): Settings {
  return {
    kbBase: 1024,
    name: undefined,
    pattern: undefined,
    ioengine: "psync",
    direction: { reads: true, writes: false, random: false },
    rwmixread: 50,
    direct: false,
    atomic: false,
    fixedbufs: false,
    blocks: { read: 4096, write: 4096 },
    blockRanges: { read: undefined, write: undefined },
    blockShares: { read: undefined, write: undefined },
    blocksBySequence: false,
    blockAlign: undefined,
    distribution: { read: { kind: "random" }, write: { kind: "random" } },
    norandommap: false,
    iodepth: 1,
    size: undefined,
    ioSize: undefined,
    fileSize: undefined,
    files: 1,
    filename: undefined,
    directory: undefined,
    numberIos: undefined,
    pacing: DEFAULT_PACING,
    goals: DEFAULT_GOALS,
    runtimeMs: 0,
    timeBased: false,
    mem: "malloc",
    memFile: undefined,
    memAlign: 0,
    hugepageBytes: 2 << 20,
    numjobs: 1,
    stonewall: false,
    newGroup: false,
    groupReporting: false,
    thread: false,
    percentiles: undefined,
    createOnly: false,
    replay: NO_REPLAY,
    at: new Map(),
    malformed: new Set(),
  };
}

/** A job's own settings: everything but the name comes from [global]. */
export function inheritSettings(from: Settings): Settings {
  return {
    ...from,
    name: undefined,
    at: new Map(from.at),
    malformed: new Set(from.malformed),
  };
}
