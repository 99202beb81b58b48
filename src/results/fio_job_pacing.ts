import type { Rate, SteadyState } from "../scenario/pace.ts";
import type { Job } from "../scenario/scenario.ts";

/** The later part of a job's options: when its I/Os start, and what ends it. */

/** Rates, pauses, delays and repetitions, as a fio job file spells them. */
export function pacingOptions(job: Job): Record<string, string> {
  const { loops, startDelayMs, rampMs, submit } = job;
  return {
    ...rateOptions(job),
    ...thinktimeOptions(job),
    ...(startDelayMs > 0 ? { startdelay: timeWords(startDelayMs) } : {}),
    ...(rampMs === undefined ? {} : { ramp_time: timeWords(rampMs) }),
    ...(loops > 1 ? { loops: String(loops) } : {}),
    ...(submit === "offload" ? { io_submit_mode: "offload" } : {}),
  };
}

/** Latency goal and steady state, as a fio job file spells them. */
export function goalOptions({ latencyGoal, steadyState }: Job): Record<string, string> {
  const options: Record<string, string> = {};
  if (latencyGoal) {
    options.latency_target = timeWords(latencyGoal.targetNs / 1e6);
    options.latency_window = timeWords(latencyGoal.windowMs);
    options.latency_percentile = String(latencyGoal.percentile);
    if (latencyGoal.keepsRunning) options.latency_run = "1";
  }
  if (steadyState) {
    const unit = steadyState.inPercent ? "%" : "";
    options.steadystate = `${steadyStateName(steadyState)}:${steadyState.limit}${unit}`;
    options.steadystate_duration = timeWords(steadyState.windowMs);
    if (steadyState.rampMs > 0) options.steadystate_ramp_time = timeWords(steadyState.rampMs);
  }
  return options;
}

/** fio's `iops`, `iops_slope`, `bw`, `bw_slope`. */
export function steadyStateName({ measure, criterion }: SteadyState): string {
  return criterion === "slope" ? `${measure}_slope` : measure;
}

function rateOptions({ arrivals, readPercent }: Job): Record<string, string> {
  if (!arrivals) return {};
  const { read, write, process } = arrivals;
  const words = (per: Rate["per"]): string | undefined => {
    const [forReads, forWrites] = [read, write].map((rate) =>
      rate?.per === per ? String(rate.aSecond) : "",
    );
    if (!forReads && !forWrites) return undefined;
    if (readPercent === 100 || forReads === forWrites) return forReads;
    return readPercent === 0 ? forWrites : `${forReads},${forWrites}`;
  };
  const [bytes, ios] = [words("bytes"), words("ios")];
  return {
    ...(bytes ? { rate: bytes } : {}),
    ...(ios ? { rate_iops: ios } : {}),
    ...(process === "poisson" ? { rate_process: "poisson" } : {}),
  };
}

function thinktimeOptions({ thinktime }: Job): Record<string, string> {
  if (!thinktime) return {};
  const { pauseNs, spinNs, blocks, countedAt, holdsRate } = thinktime;
  return {
    thinktime: timeWords(pauseNs / 1e6),
    ...(spinNs > 0 ? { thinktime_spin: timeWords(spinNs / 1e6) } : {}),
    ...(blocks > 1 ? { thinktime_blocks: String(blocks) } : {}),
    ...(holdsRate ? { rate_ignore_thinktime: "1" } : {}),
    ...(countedAt === "issue" ? { thinktime_blocks_type: "issue" } : {}),
  };
}

/** Always with a unit: a bare number means seconds in one option and microseconds in another. */
function timeWords(ms: number): string {
  return Number.isInteger(ms) ? `${ms}ms` : `${Math.round(ms * 1e6) / 1e3}us`;
}
