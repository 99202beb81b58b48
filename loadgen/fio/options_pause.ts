import { LONGEST_RUN_MS } from "../../src/scenario/limits.ts";
import { type FioOption, modelled } from "./option.ts";
import { bad, good, type Reader } from "./reader.ts";
import { count, dayAtMost, microseconds, oneOf } from "./scalars.ts";
import { shown } from "./shown.ts";
import { parseTimeMs, TIME_FORMS } from "./units.ts";

const MOST_REPEATS = 2 ** 32 - 1;

interface DelayMs {
  readonly low: number;
  readonly high: number;
}

/** `startdelay=5`, `startdelay=500ms`, `startdelay=5-10`. */
const startDelay: Reader<DelayMs> = {
  accepts: `${TIME_FORMS}, up to a day; or a range of seconds to draw from, as 5-10`,
  blank: "digits",
  parse(value, context) {
    if (value.startsWith("-")) return bad(`${shown(value)} is negative`);
    const ends = context.computed ? [value] : value.split(/[-,:]/);
    if (ends.length > 2) return bad(`${shown(value)} is more than one range`);
    const [first = "", last = first] = ends;
    if (ends.length === 2 && !/^\d+$/.test(first)) return bad(dropsUnit(first));
    const low = parseTimeMs(first, context);
    const high = parseTimeMs(last, context);
    if (!low.ok) return low;
    if (!high.ok) return high;
    if (high.value < low.value) return bad(`${shown(value)} ends before it begins`);
    if (high.value > LONGEST_RUN_MS) return bad(`${shown(value)} is more than a day`);
    return good({ low: low.value, high: high.value });
  },
};

/** fio takes `1m-2m` as 1 us to 2 minutes. */
function dropsUnit(first: string): string {
  return `${shown(first)} begins a range, and fio drops its unit; write it in seconds`;
}

/** Time that passes without I/O, and how often the I/O is done over. */
export const PAUSE_OPTIONS: readonly FioOption[] = [
  modelled("thinktime", "pause between I/Os; a bare number is in us", microseconds, (s, value) => {
    s.pacing = { ...s.pacing, pauseNs: value };
  }),
  modelled(
    "thinktime_spin",
    "part of thinktime spent spinning, at most all of it; a bare number is in us",
    microseconds,
    (s, value) => {
      s.pacing = { ...s.pacing, spinNs: value };
    },
  ),
  modelled(
    "thinktime_blocks",
    "I/Os between two pauses; 0 is 1",
    count(0, MOST_REPEATS),
    (s, value) => {
      s.pacing = { ...s.pacing, blocks: Math.max(1, value) };
    },
  ),
  modelled(
    "thinktime_blocks_type",
    "which I/Os thinktime_blocks counts: completed or issued ones",
    oneOf(["complete", "issue"]),
    (s, { word }) => {
      s.pacing = { ...s.pacing, countedAt: word === "issue" ? "issue" : "complete" };
    },
  ),
  modelled(
    "startdelay",
    "how long after its group a job starts; a bare number is in seconds",
    startDelay,
    (s, value) => {
      s.pacing = { ...s.pacing, startDelayMs: value };
    },
  ),
  modelled(
    "ramp_time",
    "time left out of the figures, in place of --warmup; a bare number is in seconds",
    dayAtMost,
    (s, value) => {
      s.pacing = { ...s.pacing, rampMs: value };
    },
  ),
  modelled("loops", "how often the job is done; 0 is 1", count(0, MOST_REPEATS), (s, value) => {
    s.pacing = { ...s.pacing, loops: Math.max(1, value) };
  }),
  modelled(
    "io_submit_mode",
    "who submits: the job, or iodepth submitters with one I/O each",
    oneOf(["inline", "offload"]),
    (s, { word }) => {
      s.pacing = { ...s.pacing, submit: word === "offload" ? "offload" : "inline" };
    },
  ),
];
