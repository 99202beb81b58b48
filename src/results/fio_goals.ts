import type { SteadyState } from "../scenario/pace.ts";
import { steadyStateName } from "./fio_job_pacing.ts";
import { rounded } from "./latency_json.ts";
import type { JobRecord, SteadyStateRecord } from "./record.ts";
import { binaryBytes, decimalBytes, fioNumber } from "./words.ts";

/** What became of a job's latency goal and steady state, in fio's layout. */

/** fio's latency target, in ns, and window, in us, and the depth that it came to. */
export function latencyGoalJson({ job, latencyGoal }: JobRecord) {
  const goal = job.latencyGoal;
  return {
    latency_depth: latencyGoal?.depth ?? job.iodepth,
    latency_target: goal?.targetNs ?? 0,
    latency_percentile: goal?.percentile ?? 100,
    latency_window: goal ? Math.round(goal.windowMs * 1000) : 0,
  };
}

/**
 * fio's `steadystate`, for a job that wants one. The rates are those of the last window, oldest
 * first; one that was never full has fewer than `duration`, where fio puts zeros, and no criterion.
 */
export function steadyStateJson({ job, steadyState: state }: JobRecord) {
  const wanted = job.steadyState;
  if (!wanted || !state) return {};
  const unit = wanted.inPercent ? "%" : "";
  const found = inUnits(wanted, state);
  return {
    steadystate: {
      ss: `${steadyStateName(wanted)}:${wanted.limit.toFixed(6)}${unit}`,
      duration: secondsOf(wanted),
      attained: Number(state.attained),
      criterion: state.found === undefined ? null : `${state.found.toFixed(6)}${unit}`,
      max_deviation: wanted.criterion === "deviation" ? found : 0,
      slope: wanted.criterion === "slope" ? found : 0,
      data: {
        bw_mean: Math.floor(state.bytesMean),
        iops_mean: Math.floor(state.iopsMean),
        iops: state.iops,
        bw: state.bytes,
      },
    },
  };
}

/** The lines that fio prints below a job's totals. */
export function goalLines(unit: JobRecord): string[] {
  const lines: string[] = [];
  if (unit.job.latencyGoal) {
    const json = latencyGoalJson(unit);
    const found = unit.latencyGoal?.settled === false ? " (still searching)" : "";
    lines.push(
      `     latency   : target=${Math.round(json.latency_target)}, ` +
        `window=${json.latency_window}, percentile=${json.latency_percentile.toFixed(2)}%, ` +
        `depth=${json.latency_depth}${found}`,
    );
  }
  const { steadyState: wanted } = unit.job;
  if (wanted && unit.steadyState) lines.push(steadyStateLine(wanted, unit.steadyState));
  return lines;
}

function steadyStateLine(wanted: SteadyState, state: SteadyStateRecord): string {
  const what = wanted.criterion === "slope" ? "slope" : "mean dev";
  const unit = wanted.inPercent ? "%" : "";
  const found =
    state.found === undefined
      ? `=unknown after ${state.iops.length} of ${secondsOf(wanted)} s`
      : `=${state.found.toFixed(3)}${unit}`;
  return (
    `  steadystate  : attained=${state.attained ? "yes" : "no"}, ` +
    `bw=${binaryBytes(state.bytesMean)}/s (${decimalBytes(state.bytesMean)}/s), ` +
    `iops=${fioNumber(state.iopsMean)}, ${wanted.measure} ${what}${found}`
  );
}

const secondsOf = ({ windowMs }: SteadyState): number => Math.floor(windowMs / 1000);

/** What was found, in I/Os or bytes a second (a slope: each second) rather than in percent. */
function inUnits(wanted: SteadyState, { found, iopsMean, bytesMean }: SteadyStateRecord): number {
  if (found === undefined) return 0;
  const mean = wanted.measure === "iops" ? iopsMean : bytesMean;
  return rounded(wanted.inPercent ? (found * mean) / 100 : found);
}
