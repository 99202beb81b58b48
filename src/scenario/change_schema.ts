import { z } from "zod";
import { LARGEST_SAMPLE, LONGEST_RUN_MS } from "./limits.ts";
import type { Change, TimedChange } from "./timed_change.ts";

/** The shape of a change; whether the running machine can make it, the executor says. */

const name = z.string().min(1).max(256);
const whole = z.number().int().min(0).max(LARGEST_SAMPLE);

export const changeSchema = z.discriminatedUnion("knob", [
  z.strictObject({ knob: z.literal("bias"), value: whole }),
  z.strictObject({ knob: z.literal("scheme"), value: name }),
  z.strictObject({ knob: z.literal("on-pinned"), value: name }),
  z.strictObject({ knob: z.literal("sample"), value: whole }),
  z.strictObject({ knob: z.literal("rate"), value: z.number().min(0).max(1e6) }),
  z.strictObject({ knob: z.literal("iodepth"), job: name, value: whole }),
  z.strictObject({ knob: z.literal("actor"), actor: name, value: z.boolean() }),
  z.strictObject({ knob: z.literal("pause"), value: z.boolean() }),
]) satisfies z.ZodType<Change>;

export const timedChangeSchema = z.strictObject({
  group: z.number().int().min(0).default(0),
  atMs: z.number().min(0).max(LONGEST_RUN_MS),
  change: changeSchema,
  forMs: z.number().min(0).max(LONGEST_RUN_MS).optional(),
}) satisfies z.ZodType<TimedChange>;
