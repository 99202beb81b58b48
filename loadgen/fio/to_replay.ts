import { type LogScan, type ScanProgress, scanLog } from "../../src/scenario/iolog/scan_log.ts";
import { ConfigurationError } from "../../src/scenario/problem.ts";
import type { Job, Replay } from "../../src/scenario/scenario.ts";
import type { Notes } from "./notes.ts";
import { namesIn } from "./options_replay.ts";
import type { Problems } from "./problems.ts";
import type { Settings } from "./settings.ts";
import { shown, shownBare } from "./shown.ts";

const SECTOR_BYTES = 512;
/** Options that make no difference to a replay, in fio 3.33 neither. */
const IDLE = ["io_size", "number_ios", "loops", "time_based"];
const RATES = ["rate", "rate_iops"];

/** Scans logs, each once for each way of looking at it. */
export class LogScans {
  private readonly scans = new Map<string, LogScan | undefined>();

  constructor(
    private readonly problems: Problems,
    private readonly onProgress: ((progress: ScanProgress) => void) | undefined,
  ) {}

  /** undefined: something is wrong with it, which is among the problems; `at` names it. */
  of(path: string, options: Looking, at: string): LogScan | undefined {
    const key = JSON.stringify([path, options]);
    if (!this.scans.has(key)) this.scans.set(key, this.scan(path, options, at));
    return this.scans.get(key);
  }

  private scan(path: string, options: Looking, at: string): LogScan | undefined {
    try {
      return scanLog(path, { ...options, onProgress: this.onProgress });
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error;
      for (const { where, found, accepted } of error.problems) {
        if (where !== path) this.problems.add(where, found, accepted);
        else this.problems.add(at, `read_iolog ${shown(path)}: ${found}`, accepted);
      }
      return undefined;
    }
  }
}

interface Looking {
  readonly skip: Replay["skip"];
  readonly offsetUnit: number;
  readonly lengthUnit: number;
}

/** Turns a job with `read_iolog` into one that replays; its rw= and sizes do not count. */
export function toReplay(job: Job, settings: Settings, scans: LogScans, notes: Notes): Job {
  const { logs, noStall, timeScalePercent, skip } = settings.replay;
  if (logs === undefined || settings.malformed.has("read_iolog")) return job;
  const names = namesIn(logs);
  // fio goes round the list.
  const files = Array.from({ length: job.clones }, (_, i) => names[i % names.length] ?? "");
  const skipped = skip.filter((word) => word === "read" || word === "write");
  const looking = { skip: skipped, ...unitsOf(job, settings) };
  const at = settings.at.get("read_iolog") ?? "read_iolog";
  const found = files.map((file) => scans.of(file, looking, at));
  const known = found.filter((scan) => scan !== undefined);
  if (known.length < found.length) return job;
  const note = (text: string): void => notes.add(`job ${shownBare(job.name)}: ${text}`);
  note(foundWords(known));
  const idle = IDLE.filter((option) => settings.at.has(option));
  if (idle.length > 0) note(`${idle.join(", ")}: a replay ends with its log, as in fio`);
  const rates = RATES.filter((option) => job.arrivals && settings.at.has(option));
  if (rates.length > 0) note(`${rates.join(", ")}: a replay goes by its log's times, as in fio`);
  if (skipped.length > 0) note("replay_skip: fio 3.33 itself skips in a blktrace only");
  const waits = known.some(({ waits }) => waits > 0);
  if (waits && !noStall) {
    const scale = timeScalePercent === 100 ? "" : ", whatever replay_time_scale says";
    note(`wait N lasts until N ms after the start${scale}, as in fio 3.33`);
  }
  const reads = sum(known, (scan) => scan.reads);
  const writes = sum(known, (scan) => scan.writes);
  return {
    ...job,
    readPercent: (100 * reads) / (reads + writes),
    random: false,
    randomDistribution: { kind: "random" },
    numberIos: undefined,
    timeBased: false,
    loops: 1,
    arrivals: undefined,
    replay: {
      files,
      keepsTime: !noStall,
      timeScalePercent,
      skip: skipped,
      largestBytes: Math.max(...known.map((scan) => scan.largestBytes)),
    },
  };
}

/** O_DIRECT takes whole sectors; offsets that fio moves are not looked at. */
function unitsOf(job: Job, { at }: Settings): Omit<Looking, "skip"> {
  const direct = job.pattern === "direct_io" || job.pattern === "fixed_buffers";
  const moved = at.has("replay_scale") || at.has("replay_align");
  return {
    offsetUnit: direct && !moved ? SECTOR_BYTES : 1,
    lengthUnit: direct ? SECTOR_BYTES : 1,
  };
}

function sum(scans: readonly LogScan[], of: (scan: LogScan) => number): number {
  return scans.reduce((total, scan) => total + of(scan), 0);
}

function foundWords(scans: readonly LogScan[]): string {
  const paths = [...new Set(scans.map(({ path }) => path))];
  const first = shownBare(paths[0] ?? "");
  const which = paths.length === 1 ? first : `${paths.length} I/O logs`;
  const clones = scans.length > 1 ? `, ${scans.length} clones together` : "";
  const of = (name: keyof LogScan): string =>
    sum(scans, (scan) => Number(scan[name])).toLocaleString("en-US");
  const left = (["syncs", "trims", "skipped"] as const).filter((name) => of(name) !== "0");
  const words = { syncs: "syncs", trims: "trims", skipped: "skipped I/Os" };
  const without = left.map((name) => `${of(name)} ${words[name]}`).join(", ");
  const rest = without === "" ? "" : `, without ${without}`;
  return `replays ${which}${clones}: ${of("reads")} reads, ${of("writes")} writes${rest}`;
}
