import type { Threshold } from "../../scenario/scenario.ts";
import { type EarlyEnd, failsAlready } from "../judge.ts";
import { type LiveRun, liveFigures } from "./live_figures.ts";

const LOOK_EVERY_MS = 1000;
/** What was measured for less is no rate yet. */
const LEAST_MEASURED_MS = 100;

/**
 * Ends a run as soon as a threshold with `abortOnFail` fails. It only reads: the actors go on
 * meanwhile, so that figures of one look may differ by what was done during it.
 */
export class ThresholdWatch {
  /** The threshold that ended the run. */
  ended: EarlyEnd | undefined;
  private readonly thresholds: readonly Threshold[];

  constructor(thresholds: readonly Threshold[]) {
    this.thresholds = thresholds.filter(({ abortOnFail }) => abortOnFail);
  }

  /**
   * Shall the run end? To be asked often while a group is measured, with the ms for which it has
   * been; `beforeMs` were measured in the groups before it.
   */
  ofGroup(run: LiveRun, beforeMs: number): (elapsedMs: number) => boolean {
    const due = new Map(
      this.thresholds.map((one) => [one, Math.max(one.delayAbortMs, LEAST_MEASURED_MS)]),
    );
    return (elapsedMs) => {
      const now = this.thresholds.filter((one) => elapsedMs >= (due.get(one) ?? 0));
      if (now.length === 0) return this.ended !== undefined;
      for (const one of now) due.set(one, elapsedMs + LOOK_EVERY_MS);
      const figures = liveFigures(run, now);
      for (const threshold of now) {
        const value = failsAlready(threshold, figures);
        if (value === undefined) continue;
        this.ended = { threshold, atMs: beforeMs + elapsedMs, value };
        return true;
      }
      return false;
    };
  }
}
