import { z } from "zod";
import { BIAS_MAX, BIAS_MIN } from "../../assembly/shared/codes.ts";
import { LARGEST_SAMPLE } from "../../src/scenario/limits.ts";
import { POLICY_WORDS, SCHEME_WORDS } from "../../src/scenario/scheme_words.ts";
import type { Change, TimedChange } from "../../src/scenario/timed_change.ts";
import { mapping, name, printable, time, whole, yesNo } from "./leaves.ts";

/** Knobs that a scenario turns by itself: a time, and one knob. */

const when = {
  at: time(0).describe("Measured time of the group, pauses left out."),
  group: whole(0, 1_000_000).optional().describe("The stonewall group, from 0; default 0."),
};

interface When {
  readonly at: number;
  readonly group?: number | undefined;
}

function timed({ at, group = 0 }: When, change: Change, forMs?: number): TimedChange {
  return { group, atMs: at, change, ...(forMs === undefined ? {} : { forMs }) };
}

const works = yesNo().describe("Does it work from then on?");
const schemes = name([...SCHEME_WORDS.keys()]);
const policies = name([...POLICY_WORDS.keys()]);
const samples = whole(0, LARGEST_SAMPLE);
const percent = whole(1, 10_000);
const depth = whole(1, 65_536).describe("The job's queue depth from then on, up to its own.");

export const CHANGE_FORM =
  "a change: at, and one of bias, scheme, on-pinned, sample, rate (percent), iodepth with job, " +
  "actor with on, pause (for how long)";

export const changeEntry = z.union(
  [
    mapping(
      { ...when, bias: whole(BIAS_MIN, BIAS_MAX).describe("The bias from then on.") },
      CHANGE_FORM,
    ).transform((given) => timed(given, { knob: "bias", value: given.bias })),
    mapping(
      { ...when, scheme: schemes.describe("The scheme from then on.") },
      CHANGE_FORM,
    ).transform((given) => timed(given, { knob: "scheme", value: given.scheme })),
    mapping(
      { ...when, "on-pinned": policies.describe("The policy from then on.") },
      CHANGE_FORM,
    ).transform((given) => timed(given, { knob: "on-pinned", value: given["on-pinned"] })),
    mapping(
      { ...when, sample: samples.describe("One operation in so many is timed from then on.") },
      CHANGE_FORM,
    ).transform((given) => timed(given, { knob: "sample", value: given.sample })),
    mapping(
      { ...when, rate: percent.describe("Percent of the jobs' own arrival rates.") },
      CHANGE_FORM,
    ).transform((given) => timed(given, { knob: "rate", value: given.rate })),
    mapping(
      { ...when, iodepth: depth, job: printable("a job").describe("The job.") },
      CHANGE_FORM,
    ).transform((given) => timed(given, { knob: "iodepth", job: given.job, value: given.iodepth })),
    mapping(
      { ...when, actor: printable("an actor").describe("A clone, such as reader.1."), on: works },
      CHANGE_FORM,
    ).transform((given) => timed(given, { knob: "actor", actor: given.actor, value: given.on })),
    mapping(
      { ...when, pause: time(1).describe("Nobody works for so long.") },
      CHANGE_FORM,
    ).transform((given) => timed(given, { knob: "pause", value: true }, given.pause)),
  ],
  { error: CHANGE_FORM },
);
