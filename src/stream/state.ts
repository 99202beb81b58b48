import type { ChangeRecord } from "../executors/control.ts";

export type { ChangeRecord };

/** What a viewer is told besides figures: who the run is, how its knobs stand, what happened. */

/** The first message of a connection. */
export interface Hello {
  readonly version: number;
  /** May this viewer turn the knobs? */
  readonly role: "control" | "view";
  /** undefined: nothing runs here, only finished runs are kept. */
  readonly run: RunInfo | undefined;
}

export interface Named {
  readonly name: string;
  readonly value: string;
}

/** A job of the run, as its knobs need it; `rates` in words, empty if nothing paces it. */
export interface JobInfo {
  readonly name: string;
  readonly group: number;
  readonly pattern: string;
  readonly clones: number;
  readonly iodepth: number;
  readonly rates: readonly string[];
}

/** What does not change while a run runs. */
export interface RunInfo {
  /** Of this run alone: a server that was started again has another one. */
  readonly id: string;
  /** The scenario's name and where it was read. */
  readonly name: string;
  readonly source: string;
  readonly startedAtMs: number;
  readonly executor: string;
  readonly seed: number;
  readonly groups: number;
  readonly actors: number;
  readonly pages: number;
  readonly jobs: readonly JobInfo[];
  /** Names of operations and counters; frames name them by their index. */
  readonly ops: readonly string[];
  readonly counters: readonly string[];
  readonly clockReadNs: number;
  readonly clockGrainNs: number;
  readonly environment: readonly Named[];
  /** Invariants that this executor decides. */
  readonly checked: readonly string[];
  /** The line that repeats it. */
  readonly command: string;
}

/** How the knobs stand, and what the thresholds say; the last one counts. */
export interface RunState {
  /** scheme, bias, on-pinned …: every parameter that a verdict depends on, in words. */
  readonly machine: readonly Named[];
  readonly sample: number;
  readonly ratePercent: number;
  readonly paused: boolean;
  readonly iodepths: readonly {
    readonly job: string;
    readonly iodepth: number;
    readonly most: number;
  }[];
  readonly actors: readonly { readonly name: string; readonly job: string; readonly on: boolean }[];
  /** Of the phase, ms; undefined: not known. */
  readonly limitMs: number | undefined;
  readonly thresholds: readonly ThresholdState[];
  /** Invariants that scheme, policy and rules promise. */
  readonly promised: readonly string[];
}

export interface ThresholdState {
  readonly text: string;
  /** In words with its unit; undefined: nothing of it was measured yet. */
  readonly value: string | undefined;
  readonly ok: boolean;
}

/** Something that happened at a moment of the run. */
export type StreamEvent =
  | { readonly kind: "change"; readonly atUs: number; readonly change: ChangeRecord }
  | {
      readonly kind: "violation";
      readonly atUs: number;
      readonly name: string;
      /** Not promised: a finding, not a broken promise. */
      readonly expected: boolean;
      readonly words: string;
    }
  /** The result can be fetched under that name. */
  | {
      readonly kind: "finished";
      readonly atUs: number;
      readonly result: string;
      readonly interrupted: boolean;
    };
