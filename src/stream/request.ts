import type { ChangeOutcome } from "../executors/control.ts";
import type { Change } from "../scenario/timed_change.ts";

export type { Change };

/** What a viewer asks of a run: JSON in a text message, answered by a Reply with its `id`. */
export type Request =
  | { readonly id: number; readonly do: "change"; readonly change: Change }
  | { readonly id: number; readonly do: "stop" };

/** Why a request was not even tried; docs/WIRE.md lists the codes. */
export type RefusalCode = "bad-request" | "read-only" | "too-fast" | "no-run";

export type Reply =
  | { readonly id: number; readonly outcome: ChangeOutcome }
  | { readonly id: number; readonly outcome: { readonly kind: "stopping" } }
  | {
      /** -1: the request could not be read as far as its id. */
      readonly id: number;
      readonly outcome: {
        readonly kind: "error";
        readonly code: RefusalCode;
        readonly reason: string;
      };
    };
