import { type FioOption, modelled } from "./option.ts";
import type { SteadyCriterion } from "./pacing_settings.ts";
import { bad, good, type Reader } from "./reader.ts";
import { boolean, dayAtMost, microseconds } from "./scalars.ts";
import { shown } from "./shown.ts";
import { parseBytes } from "./units.ts";

/** One share of I/Os in percent; fio reads the option as a list, of which it takes one value. */
const percentile: Reader<number> = {
  accepts: "one number from 0 to 100",
  blank: "digits",
  parse(value) {
    const number = /^(\d+\.?\d*|\.\d+)$/.test(value) ? Number(value) : Number.NaN;
    if (value.includes(":")) return bad(`${shown(value)} is more than one percentile`);
    return number <= 100 ? good(number) : bad(`${shown(value)} is no percentile`);
  },
};

const CRITERIA: Record<string, Pick<SteadyCriterion, "measure" | "criterion">> = {
  iops: { measure: "iops", criterion: "deviation" },
  iops_slope: { measure: "iops", criterion: "slope" },
  bw: { measure: "bw", criterion: "deviation" },
  bw_slope: { measure: "bw", criterion: "slope" },
};
const LIMITS = "I/Os, or bytes as 4096 or 1m, or percent of the mean as 5%";

/** `ss=iops:5%`, `ss=iops_slope:0.3%`, `ss=bw:1m`. */
const steadiness: Reader<SteadyCriterion> = {
  accepts: `${Object.keys(CRITERIA).join(", ")}, a colon and a limit: ${LIMITS}`,
  blank: "digits",
  parse(value, context) {
    const colon = value.indexOf(":");
    const word = colon < 0 ? value : value.slice(0, colon);
    const what = CRITERIA[word];
    if (!Object.hasOwn(CRITERIA, word) || !what) return bad(shown(word));
    if (colon < 0) return bad(`${word} without a limit`);
    const limit = value.slice(colon + 1).trim();
    const inPercent = limit.endsWith("%");
    const plain = inPercent ? limit.slice(0, -1).trim() : limit;
    if (what.measure === "bw" && !inPercent) {
      const bytes = parseBytes(plain, context);
      return bytes.ok ? good({ ...what, limit: bytes.value, inPercent }) : bytes;
    }
    if (!/^(\d+\.?\d*|\.\d+)$/.test(plain)) return bad(`${shown(limit)} is no limit`);
    const number = Number(plain);
    return Number.isFinite(number) ? good({ ...what, limit: number, inPercent }) : bad("too large");
  },
};

/** What a job is after: a latency that holds, a rate that stands still. */
export const GOAL_OPTIONS: readonly FioOption[] = [
  modelled(
    "latency_target",
    "latency to keep while the queue is as deep as it can be; a bare number is in us",
    microseconds,
    (s, value) => {
      s.goals = { ...s.goals, latencyTargetNs: value };
    },
  ),
  modelled(
    "latency_window",
    "how long a depth is tried against latency_target; a bare number is in us",
    microseconds,
    (s, value) => {
      s.goals = { ...s.goals, latencyWindowMs: value / 1e6 };
    },
  ),
  modelled(
    "latency_percentile",
    "share of I/Os that must keep latency_target, in percent",
    percentile,
    (s, value) => {
      s.goals = { ...s.goals, latencyPercentile: value };
    },
  ),
  modelled(
    "latency_run",
    "go on adjusting the depth instead of ending at the one found",
    boolean,
    (s, value) => {
      s.goals = { ...s.goals, latencyRun: value };
    },
  ),
  modelled(
    "steadystate",
    "end the job when its rate holds still; takes effect with steadystate_duration",
    steadiness,
    (s, value) => {
      s.goals = { ...s.goals, steady: value };
    },
    { aliases: ["ss"] },
  ),
  modelled(
    "steadystate_duration",
    "how long the rate must hold still, in whole seconds; a bare number is in seconds",
    dayAtMost,
    (s, value) => {
      s.goals = { ...s.goals, steadyWindowMs: value };
    },
    { aliases: ["ss_dur"] },
  ),
  modelled(
    "steadystate_ramp_time",
    "time before the rate is looked at; a bare number is in seconds",
    dayAtMost,
    (s, value) => {
      s.goals = { ...s.goals, steadyRampMs: value };
    },
    { aliases: ["ss_ramp"] },
  ),
];
