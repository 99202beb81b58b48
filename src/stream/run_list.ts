import type { Named } from "./state.ts";

/** What a server knows of finished runs: the answer to GET /api/runs. */
export interface RunList {
  readonly runs: readonly RunSummary[];
  /** Files that are no results, and why. */
  readonly skipped: readonly { readonly id: string; readonly reason: string }[];
}

export interface RunSummary {
  readonly id: string;
  readonly name: string;
  readonly startedAtMs: number;
  readonly durationNs: number;
  readonly parameters: readonly Named[];
}
