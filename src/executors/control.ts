import type { MachineSpec } from "../scenario/scenario.ts";
import type { Change } from "../scenario/timed_change.ts";

/** A knob that was turned; a result lists them all. */
export interface ChangeRecord {
  readonly group: number;
  /** Measured ms of the group, pauses left out, when the change took effect; 0 in its warm-up. */
  readonly atMs: number;
  readonly knob: Change["knob"];
  /** The job or the actor, where the knob is one's own. */
  readonly of: string | undefined;
  readonly from: string;
  readonly to: string;
  /** How long nobody worked for it; undefined: nobody was stopped. */
  readonly pauseMs: number | undefined;
}

export type ChangeOutcome =
  | { readonly kind: "changed"; readonly change: ChangeRecord }
  /** Nothing was changed; one sentence says what was found and what is accepted. */
  | { readonly kind: "refused"; readonly reason: string };

/** How the knobs of the running group stand. */
export interface ControlState {
  readonly machine: MachineSpec;
  readonly sample: number;
  readonly ratePercent: number;
  readonly paused: boolean;
  readonly actors: readonly { readonly name: string; readonly job: string; readonly on: boolean }[];
  readonly iodepths: readonly {
    readonly job: string;
    readonly iodepth: number;
    readonly most: number;
  }[];
}

/** What the executor offers while a group runs. */
export interface ControlTarget {
  state(): ControlState;
  change(change: Change): Promise<ChangeOutcome>;
}

/** Turns the knobs of the run that it was given to, one after the other. */
export class RunControl {
  private target: ControlTarget | undefined;
  private last: Promise<unknown> = Promise.resolve();

  /** The executor's: what runs now. */
  bind(target: ControlTarget | undefined): void {
    this.target = target;
  }

  /** undefined: nothing runs. */
  get state(): ControlState | undefined {
    return this.target?.state();
  }

  /** When every change that was asked for has been answered. */
  async idle(): Promise<void> {
    await this.last;
  }

  /** Never rejects. */
  change(change: Change): Promise<ChangeOutcome> {
    const outcome = this.last.then(() => this.turn(change));
    this.last = outcome;
    return outcome;
  }

  private async turn(change: Change): Promise<ChangeOutcome> {
    if (this.target === undefined) return { kind: "refused", reason: "nothing runs now" };
    try {
      return await this.target.change(change);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return { kind: "refused", reason: `the change failed: ${why}` };
    }
  }
}
