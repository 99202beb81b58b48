import { fstatSync, readlinkSync, realpathSync, type Stats, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { readPage, reportHtml } from "../dashboard/server/page.ts";
import { fioJson } from "../src/results/fio_json.ts";
import { hlog } from "../src/results/hlog.ts";
import { junitXml } from "../src/results/junit.ts";
import { openMetrics } from "../src/results/openmetrics.ts";
import type { TimelineJson } from "../src/results/pinlab_json.ts";
import type { RunRecord } from "../src/results/record.ts";
import { chromeTrace } from "../src/results/trace_chrome.ts";
import { ftraceText } from "../src/results/trace_ftrace.ts";
import type { Problem } from "../src/scenario/problem.ts";
import type { RunFlags } from "./flags.ts";

/** A file to be written after the run; long ones are made in parts. */
export interface OutputFile {
  readonly flag: string;
  readonly path: string;
  /** `timeline`: what the run did over time, if it was watched. */
  readonly make: (record: RunRecord, timeline?: TimelineJson) => string | Iterable<string>;
}

/** What a run writes beside its results. */
interface FurtherOutput {
  readonly flag: string;
  readonly about: string;
  /** The name that was given, if it was asked for. */
  readonly name: (flags: RunFlags) => string | undefined;
  /** One file, of that name, unless `beside` names another. */
  readonly make: OutputFile["make"];
  readonly beside?: (name: string) => Pick<OutputFile, "path" | "make">;
}

/** As many symbolic links as Linux follows. */
const MOST_LINKS = 40;

/** A further output is a row here and a key of RunFlags: the rest is done alike for all. */
export const FURTHER_OUTPUTS: readonly FurtherOutput[] = [
  {
    flag: "--hlog",
    about: "also write the latencies as an HdrHistogram interval log",
    name: (flags) => flags.hlog,
    make: (record) => hlog(record),
  },
  {
    flag: "--junit",
    about: "also write jobs, invariants and thresholds as JUnit XML",
    name: (flags) => flags.junit,
    make: (record) => junitXml(record),
  },
  {
    flag: "--openmetrics",
    about: "also write the figures as OpenMetrics text",
    name: (flags) => flags.openmetrics,
    make: (record) => openMetrics(record),
  },
  {
    flag: "--report",
    about: "also write a page that shows the run and opens offline",
    name: (flags) => flags.report,
    make: report,
  },
  {
    flag: "--trace",
    about: "record events: Chrome JSON there, ftrace text beside it (.ftrace)",
    name: (flags) => flags.trace,
    make: (record) => chromeTrace(record),
    beside: (name) => ({
      path: `${name.replace(/\.(json|ftrace)$/, "")}.ftrace`,
      make: (record) => ftraceText(record),
    }),
  },
];

/** The page with this run inside. */
function report(record: RunRecord, timeline?: TimelineJson): string {
  return reportHtml(readPage(), [fioJson(record, "json+", timeline)]);
}

/** The further outputs that were asked for. */
export function furtherFiles(flags: RunFlags): OutputFile[] {
  return FURTHER_OUTPUTS.flatMap(({ flag, name, make, beside }) => {
    const path = name(flags);
    if (path === undefined) return [];
    const second = path === "-" ? undefined : beside?.(path);
    return [{ flag, path, make }, ...(second ? [{ flag, ...second }] : [])];
  });
}

/** What a run reads and writes; undefined: standard output. */
export interface RunFiles {
  /** The job file and the logs that it replays. */
  readonly inputs: readonly { readonly what: string; readonly path: string }[];
  readonly output: string | undefined;
  readonly further: readonly Pick<OutputFile, "flag" | "path">[];
}

/** Refuses what would lose something: one file for two things, or a pipe that may never be read. */
export function checkFiles({ inputs, output, further }: RunFiles, problems: Problem[]): void {
  const files = output === undefined ? [] : [{ flag: "--output", path: output }];
  for (const { flag: where, path } of further) {
    if (path === "-" || (output === undefined && isStandardOutput(path))) {
      problems.push({
        where,
        found: `"${path}", but standard output is for the results`,
        accepted: "the name of a file",
      });
      continue;
    }
    const other = files.find((known) => isSame(known.path, path));
    if (other !== undefined) {
      const found = `"${path}" is the file of ${other.flag} as well`;
      problems.push({ where, found, accepted: "two different files" });
    }
    files.push({ flag: where, path });
  }
  for (const { flag: where, path } of files) {
    const input = inputs.find((known) => isSame(known.path, path));
    if (input !== undefined) {
      const found = `"${path}" is ${input.what}`;
      problems.push({ where, found, accepted: "another file: what it holds would be gone" });
    } else if (statsOf(path)?.isFIFO()) {
      const accepted = "a file, or a pipe behind standard output";
      problems.push({
        where,
        found: `"${path}" is a named pipe, which may never be read`,
        accepted,
      });
    }
  }
}

/** Is what is written to one lost when the other is written? A device keeps nothing anyway. */
function isSame(a: string, b: string): boolean {
  const [one, two] = [statsOf(a), statsOf(b)];
  if (one && two) return one.isFile() && one.dev === two.dev && one.ino === two.ino;
  return targetOf(a) === targetOf(b);
}

/** Where a path leads, links followed, whether or not anything is there yet. */
function targetOf(path: string): string {
  let at = resolve(path);
  for (let links = 0; links < MOST_LINKS; links++) {
    try {
      at = resolve(dirname(at), readlinkSync(at));
    } catch {
      break;
    }
  }
  try {
    return join(realpathSync(dirname(at)), basename(at));
  } catch {
    return at;
  }
}

function isStandardOutput(path: string): boolean {
  const [file, stdout] = [statsOf(path), fstatSync(process.stdout.fd)];
  return file?.isFile() === true && file.dev === stdout.dev && file.ino === stdout.ino;
}

function statsOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    // What cannot be looked at is refused where it is opened, with its reason.
    return undefined;
  }
}
