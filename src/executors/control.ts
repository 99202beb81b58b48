/** A knob, and what it is turned to. */
export type Change =
  | { readonly knob: "bias"; readonly value: number }
  | { readonly knob: "scheme"; readonly value: string }
  | { readonly knob: "on-pinned"; readonly value: string }
  | { readonly knob: "sample"; readonly value: number }
  | { readonly knob: "rate"; readonly value: number }
  | { readonly knob: "iodepth"; readonly job: string; readonly value: number }
  | { readonly knob: "actor"; readonly actor: string; readonly value: boolean }
  | { readonly knob: "pause"; readonly value: boolean };

export interface ChangeRecord {
  readonly group: number;
  /** Measured ms of the group, pauses left out, when the change took effect. */
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
  | { readonly kind: "refused"; readonly reason: string };
