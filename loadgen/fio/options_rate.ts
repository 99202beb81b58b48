import { type FioOption, modelled } from "./option.ts";
import { type Given, merged, perDirection } from "./per_direction.ts";
import { bad, type Reader, splitOutside } from "./reader.ts";
import { boolean, oneOf } from "./scalars.ts";
import { shown } from "./shown.ts";
import { parseBytes, SIZE_FORMS } from "./units.ts";

/**
 * `rate=1m`, `rate=1m,500k`, `rate=,500k`, `rate=1m,`: an empty part keeps what was set before,
 * which is no limit unless a line above set one. One value alone counts for every direction.
 */
const perSecond: Reader<Given<number>> = {
  accepts: `${SIZE_FORMS}, a second; for reads,writes,trims apart with commas`,
  blank: "digits",
  parse(value, context) {
    const arithmetic = value.startsWith("(") || context.computed;
    if (value.startsWith("-")) return bad(`${shown(value)} is negative`);
    const texts = splitOutside(value, arithmetic ? "," : ",:-");
    if (texts.length > 1 && !arithmetic && /[-:]/.test(value)) {
      const [read, write] = texts;
      context.note(`${value} is ${read} for reads and ${write} for writes, as fio reads it`);
    }
    return perDirection(texts, (part) => parseBytes(part, context));
  },
};

/** How often I/Os are meant to start. */
export const RATE_OPTIONS: readonly FioOption[] = [
  modelled("rate", "bytes a second that a job is to transfer", perSecond, (s, value) => {
    s.pacing = { ...s.pacing, bytesASecond: merged(s.pacing.bytesASecond, value) };
  }),
  modelled(
    "rate_iops",
    "I/Os a second that a job is to start; not together with rate",
    { ...perSecond, accepts: "I/Os a second; for reads,writes,trims apart with commas" },
    (s, value) => {
      s.pacing = { ...s.pacing, iosASecond: merged(s.pacing.iosASecond, value) };
    },
  ),
  modelled(
    "rate_process",
    "how the starts of a rate lie in time: evenly, or at random as arrivals do",
    oneOf(["linear", "poisson"]),
    (s, { word }) => {
      s.pacing = { ...s.pacing, process: word === "poisson" ? "poisson" : "linear" };
    },
  ),
  modelled(
    "rate_ignore_thinktime",
    "a rate does not catch up after a thinktime",
    boolean,
    (s, value) => {
      s.pacing = { ...s.pacing, ignoresThinktime: value };
    },
  ),
];
