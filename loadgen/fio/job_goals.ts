import type { LatencyGoal, SteadyState } from "../../src/scenario/pace.ts";
import type { Job } from "../../src/scenario/scenario.ts";
import type { Remarks } from "./remarks.ts";
import type { Settings } from "./settings.ts";

/** What a job is after, if its options ask for it. */
export function jobGoals(
  settings: Settings,
  remarks: Remarks,
): Pick<Job, "latencyGoal" | "steadyState"> {
  return {
    latencyGoal: latencyGoalOf(settings, remarks),
    steadyState: steadyStateOf(settings, remarks),
  };
}

/** fio looks at the goal with each I/O when no window is given. */
const SHORTEST_WINDOW_MS = 0.001;

function latencyGoalOf({ goals }: Settings, remarks: Remarks): LatencyGoal | undefined {
  const { latencyTargetNs, latencyWindowMs, latencyPercentile, latencyRun } = goals;
  if (latencyTargetNs === 0) {
    const given = latencyWindowMs > 0 || latencyRun;
    if (given)
      remarks.note("latency_window and latency_run without a latency_target have no effect");
    return undefined;
  }
  if (latencyPercentile === 0) {
    remarks.note("latency_percentile=0 asks nothing of any I/O: iodepth stays as it is");
    return undefined;
  }
  if (latencyWindowMs === 0) {
    remarks.note("latency_target without a latency_window: each I/O decides on the depth");
  }
  return {
    targetNs: latencyTargetNs,
    windowMs: Math.max(latencyWindowMs, SHORTEST_WINDOW_MS),
    percentile: latencyPercentile,
    keepsRunning: latencyRun,
  };
}

function steadyStateOf({ goals, at }: Settings, remarks: Remarks): SteadyState | undefined {
  const { steady, steadyWindowMs, steadyRampMs } = goals;
  const windowMs = 1000 * Math.floor(steadyWindowMs / 1000);
  if (windowMs === 0) {
    if (steadyWindowMs > 0) {
      remarks.note("steadystate_duration below a second has no effect, as in fio");
    } else if (at.has("steadystate")) {
      remarks.note("steadystate without a steadystate_duration has no effect");
    }
    return undefined;
  }
  if (windowMs !== steadyWindowMs) {
    remarks.note(`steadystate_duration is ${windowMs / 1000} s: fio counts whole seconds`);
  }
  if (windowMs === 1000 && steady.criterion === "slope") {
    remarks.note("one second has no slope: with steadystate_duration=1 it is never steady");
  }
  return { ...steady, windowMs, rampMs: steadyRampMs };
}
