import type { PerDirection } from "./block_sizes.ts";
import { type FioOption, modelled } from "./option.ts";
import { bad, good, type Reader, splitOutside } from "./reader.ts";
import { boolean, oneOf } from "./scalars.ts";
import { shown } from "./shown.ts";
import { parseBytes, SIZE_FORMS } from "./units.ts";

type Given = PerDirection<number | undefined>;

/**
 * `rate=1m`, `rate=1m,500k`, `rate=,500k`, `rate=1m,`: an empty part keeps what was set before,
 * which is no limit unless a line above set one. One value alone counts for every direction.
 */
const perSecond: Reader<Given> = {
  accepts: `${SIZE_FORMS}, a second; for reads,writes,trims apart with commas`,
  blank: "digits",
  parse(value, context) {
    const arithmetic = value.startsWith("(") || context.computed;
    if (value.startsWith("-")) return bad(`${shown(value)} is negative`);
    const texts = splitOutside(value, arithmetic ? "," : ",:-");
    if (texts.length > 3) return bad("more than read,write,trim");
    if (texts.every((part) => part === "")) return bad(`${shown(value)} is no rate`);
    if (texts.length > 1 && !arithmetic && /[-:]/.test(value)) {
      const [read, write] = texts;
      context.note(`${value} is ${read} for reads and ${write} for writes, as fio reads it`);
    }
    const rates: (number | undefined)[] = [];
    for (const part of texts) {
      const parsed = part === "" ? good(undefined) : parseBytes(part, context);
      if (!parsed.ok) return parsed;
      rates.push(parsed.value);
    }
    const [read, write] = rates;
    return good({ read, write: rates.length === 1 ? read : write });
  },
};

const merged = (old: PerDirection<number>, given: Given): PerDirection<number> => ({
  read: given.read ?? old.read,
  write: given.write ?? old.write,
});

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
