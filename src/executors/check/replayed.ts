import type { CheckResult } from "./check.ts";
import { decodeToken } from "./token.ts";
import { type Subject, Trial } from "./trial.ts";

/** The one schedule of a token; a string says why it cannot be read. */
export function replayed(subject: Subject, token: string): CheckResult | string {
  const content = decodeToken(subject, token);
  if (content.kind === "refused") return content.found;
  const { schedule, leftOut } = content;
  const trial = new Trial(subject, leftOut);
  const breach = trial.replay(schedule);
  const steps = schedule.reduce((sum, { units }) => sum + units, 0);
  const { plan } = trial.world.machine;
  const effort = { schedules: 1, transitions: schedule.length, steps, states: undefined };
  const bytes = plan.bytes;
  const outcome: CheckResult["outcome"] =
    breach === undefined
      ? { kind: "stopped", reason: "sampled", words: "the one schedule broke nothing" }
      : { kind: "violated", counterexample: { breach, schedule, leftOut, token } };
  return { subject, outcome, effort: { ...effort, bytes }, seconds: 0 };
}
