/** A knob, and what it is turned to. */
export type Change =
  | { readonly knob: "bias"; readonly value: number }
  /** COUNT or COUNT+SYNC. */
  | { readonly knob: "scheme"; readonly value: string }
  | { readonly knob: "on-pinned"; readonly value: string }
  /** One operation in so many is timed; 0: none. */
  | { readonly knob: "sample"; readonly value: number }
  /** Percent of the arrival rates that the jobs were given. */
  | { readonly knob: "rate"; readonly value: number }
  | { readonly knob: "iodepth"; readonly job: string; readonly value: number }
  | { readonly knob: "actor"; readonly actor: string; readonly value: boolean }
  | { readonly knob: "pause"; readonly value: boolean };

/** A change that a scenario makes by itself. */
export interface TimedChange {
  /** The stonewall group, from 0, and measured ms of it, pauses left out. */
  readonly group: number;
  readonly atMs: number;
  readonly change: Change;
  /** Of a pause: ms until everybody goes on; undefined: the host says when. */
  readonly forMs?: number | undefined;
}
