import { z } from "zod";
import { monotonicNs } from "../../src/machine/clock.ts";
import { changeSchema } from "../../src/scenario/change_schema.ts";
import type { RefusalCode, Reply, Request } from "../../src/stream/request.ts";

/** What viewers ask for: read, counted, and answered by code where it is not even tried. */

const id = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const requestSchema = z.discriminatedUnion("do", [
  z.strictObject({ id, do: z.literal("change"), change: changeSchema }),
  z.strictObject({ id, do: z.literal("stop") }),
]) satisfies z.ZodType<Request>;

export function errorReply(id: number, code: RefusalCode, reason: string): Reply {
  return { id, outcome: { kind: "error", code, reason } };
}

/** The request in a message, or the reply that says what is wrong with it. */
export function readRequest(text: string): Request | Reply {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return errorReply(-1, "bad-request", "the message is no JSON");
  }
  const { success, data, error } = requestSchema.safeParse(value);
  if (success) return data;
  const given = (value as { id?: unknown } | null)?.id;
  const issue = error.issues[0];
  const where = issue?.path.join(".") || "the request";
  const reason = `${where}: ${issue?.message ?? "not a request"}`;
  return errorReply(Number.isSafeInteger(given) ? (given as number) : -1, "bad-request", reason);
}

const A_SECOND = 10;
const BURST = 20;
const MOST_STRIKES = 100;

/** A viewer's share of requests: ten a second, twenty at once. */
export class RequestRate {
  private left = BURST;
  private lastNs = monotonicNs();
  private strikes = 0;

  /** May one more request be made now? */
  allows(): boolean {
    const nowNs = monotonicNs();
    this.left = Math.min(BURST, this.left + ((nowNs - this.lastNs) / 1e9) * A_SECOND);
    this.lastNs = nowNs;
    if (this.left >= 1) {
      this.left -= 1;
      return true;
    }
    this.strikes += 1;
    return false;
  }

  /** It went on and on. */
  get isOver(): boolean {
    return this.strikes >= MOST_STRIKES;
  }
}
