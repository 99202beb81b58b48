import type { Job } from "../../src/scenario/scenario.ts";
import type { Problems } from "./problems.ts";
import { shown } from "./shown.ts";

/**
 * As in fio: all jobs of a reporting group have the same steady state, or none of them has one;
 * whether they are reported as one does not matter. `before` are those above it in the file.
 */
export function checkSteadyState(
  before: readonly Job[],
  job: Job,
  where: string,
  problems: Problems,
): void {
  const words = JSON.stringify(job.steadyState);
  const other = before.find(
    ({ reportingGroup, steadyState }) =>
      reportingGroup === job.reportingGroup && JSON.stringify(steadyState) !== words,
  );
  if (!other) return;
  const found = `another steadystate than that of job ${shown(other.name)} of the same group`;
  problems.add(where, found, "the same steadystate options, or new_group, or a stonewall");
}
