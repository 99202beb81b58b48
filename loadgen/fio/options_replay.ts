import { accepted, type FioOption, modelled, refused } from "./option.ts";
import { bad, good, type Reader } from "./reader.ts";
import { boolean, count, text } from "./scalars.ts";
import { shown } from "./shown.ts";

/** What the options say of an I/O log to replay. */
export interface ReplaySettings {
  /** Names parted by colons; a colon in a name has a backslash before it. */
  readonly logs: string | undefined;
  readonly noStall: boolean;
  readonly timeScalePercent: number;
  readonly skip: readonly SkippedWord[];
}

export const NO_REPLAY: ReplaySettings = {
  logs: undefined,
  noStall: false,
  timeScalePercent: 100,
  skip: [],
};

const SKIPPED_WORDS = ["read", "write", "trim", "sync"] as const;
type SkippedWord = (typeof SKIPPED_WORDS)[number];

const logNames: Reader<string> = {
  ...text,
  accepts: "the name of an I/O log, or several parted by colons, one a clone in turn",
  parse(value, context) {
    const names = namesIn(value);
    if (names.includes("-")) return bad("standard input cannot be read twice; name a file");
    return names.length === 0 ? bad("no name") : text.parse(value, context);
  },
};

const skipped: Reader<readonly SkippedWord[]> = {
  accepts: `${SKIPPED_WORDS.join(", ")}, parted by commas`,
  blank: "digits",
  parse(value) {
    const words = value.split(",");
    const odd = words.find((word) => !SKIPPED_WORDS.includes(word as SkippedWord));
    return odd === undefined ? good(words as SkippedWord[]) : bad(`${shown(odd)} is none of them`);
  },
};

const LARGEST_INT = 2 ** 31 - 1;
const NO_MERGE = "traces of the kernel's block layer are not merged; replay an I/O log of fio";

/** The names of a list as fio parts it. */
export function namesIn(list: string): string[] {
  const names = list.split(/(?<!\\):/).map((name) => name.replaceAll("\\:", ":"));
  return names.filter((name) => name !== "");
}

/** Replay of I/O logs in place of generated I/O. */
export const REPLAY_OPTIONS: readonly FioOption[] = [
  modelled("read_iolog", "replays an I/O log in place of rw=", logNames, (settings, value) => {
    settings.replay = { ...settings.replay, logs: value };
  }),
  modelled("replay_no_stall", "replays as fast as it can", boolean, (settings, value) => {
    settings.replay = { ...settings.replay, noStall: value };
  }),
  modelled(
    "replay_time_scale",
    "speed of a replay in percent",
    count(1, LARGEST_INT),
    (settings, value) => {
      settings.replay = { ...settings.replay, timeScalePercent: value };
    },
  ),
  modelled("replay_skip", "kinds of I/O that a replay leaves out", skipped, (settings, value) => {
    settings.replay = { ...settings.replay, skip: value };
  }),
  ...accepted("where a replay goes in the file", ["replay_scale", "replay_align"]),
  ...accepted("how a log is replayed", ["replay_redirect", "read_iolog_chunked"]),
  refused("merge_blktrace_file", "merges traces", NO_MERGE),
  refused("merge_blktrace_scalars", "merges traces", NO_MERGE),
  refused("merge_blktrace_iters", "merges traces", NO_MERGE),
];
