import { LARGEST_COUNT, LONGEST_RUN_MS, MOST_PERCENTILES } from "../../src/scenario/limits.ts";
import { nearestName } from "../../src/scenario/nearest_name.ts";
import { bad, good, type Parsed, type Reader } from "./reader.ts";
import { shown } from "./shown.ts";
import { parseBytes, parseTimeMs, SIZE_FORMS, TIME_FORMS, TIME_FORMS_US } from "./units.ts";

function between(value: number, least: number, most: number, text: string): Parsed<number> {
  if (value < least) return bad(`${shown(text)} is less than ${least}`);
  if (value > most) return bad(`${shown(text)} is more than ${most}`);
  return good(value);
}

/** A count: sizes and counts are one type in fio, so `numjobs=1k` is legal there and here. */
export function count(least: number, most: number, why = ""): Reader<number> {
  return {
    accepts: `a whole number from ${least} to ${most}${why}`,
    blank: "digits",
    parse(text, context) {
      const parsed = parseBytes(text, context);
      return parsed.ok ? between(parsed.value, least, most, text) : parsed;
    },
  };
}

/** A size in bytes. */
export function bytes(least: number, most = LARGEST_COUNT): Reader<number> {
  const limits = most < LARGEST_COUNT ? `, ${least} to ${most} bytes` : "";
  return { ...count(least, most), accepts: SIZE_FORMS + limits };
}

/** A size, or a share of the file in percent. */
export type Extent = { readonly bytes: number } | { readonly percent: number };

export const extent: Reader<Extent> = {
  accepts: `${SIZE_FORMS}; or 1% to 100%`,
  blank: "digits",
  parse(text, context) {
    const percent = /^(\d+)%$/.exec(text);
    if (!percent) {
      const parsed = parseBytes(text, context);
      return parsed.ok ? good({ bytes: parsed.value }) : parsed;
    }
    const share = between(Number(percent[1]), 1, 100, text);
    return share.ok ? good({ percent: share.value }) : share;
  },
};

/** Milliseconds. */
export const duration: Reader<number> = {
  accepts: TIME_FORMS,
  blank: "digits",
  parse: parseTimeMs,
};

/** Milliseconds, up to a day. */
export const dayAtMost: Reader<number> = {
  accepts: `${TIME_FORMS}, up to a day`,
  blank: "digits",
  parse(text, context) {
    const parsed = parseTimeMs(text, context);
    return parsed.ok ? notTooLong(parsed.value, text) : parsed;
  },
};

/** Nanoseconds, up to a day; a bare number counts microseconds. */
export const microseconds: Reader<number> = {
  accepts: `${TIME_FORMS_US}, up to a day`,
  blank: "digits",
  parse(text, context) {
    const parsed = parseTimeMs(text, context, "us");
    const checked = parsed.ok ? notTooLong(parsed.value, text) : parsed;
    return checked.ok ? good(Math.round(checked.value * 1e6)) : checked;
  },
};

function notTooLong(ms: number, text: string): Parsed<number> {
  return ms <= LONGEST_RUN_MS ? good(ms) : bad(`${shown(text)} is more than a day`);
}

/** fio's boolean: it wants its 0 or 1. */
export const boolean: Reader<boolean> = {
  accepts: "0 or 1",
  blank: "digits",
  parse(text) {
    if (text === "0" || text === "1") return good(text === "1");
    return bad(`${shown(text)} is neither 0 nor 1`);
  },
};

/** fio's switch: standing alone means 1. */
export const flag: Reader<boolean> = { ...boolean, accepts: "nothing, 0 or 1", alone: true };

/** One of the given words; what follows a colon is `rest`. */
export interface Word {
  readonly word: string;
  readonly rest: string | undefined;
}

export function oneOf(words: readonly string[], withRest = false): Reader<Word> {
  return {
    accepts: words.join(", "),
    blank: "digits",
    parse(text) {
      const colon = withRest ? text.indexOf(":") : -1;
      const word = colon < 0 ? text : text.slice(0, colon);
      if (words.includes(word)) {
        return good({ word, rest: colon < 0 ? undefined : text.slice(colon + 1).trim() });
      }
      const near = nearestName(word, words);
      return bad(shown(word) + (near === undefined ? "" : `; did you mean ${near}?`));
    },
  };
}

/** Free text. */
export const text: Reader<string> = {
  accepts: "text",
  blank: "any",
  parse: (value) => (value === "" ? bad("no value") : good(value)),
};

/** At most 20 percentiles separated by colons, above 0 up to 100; sorted. */
export const percentiles: Reader<number[]> = {
  accepts: "1 to 20 numbers above 0 up to 100, separated by colons",
  blank: "any",
  parse(value) {
    const parts = value.split(":").map((part) => part.trim());
    if (parts.length > MOST_PERCENTILES) return bad(`${parts.length} percentiles`);
    const list: number[] = [];
    for (const part of parts) {
      const number = /^(\d+\.?\d*|\.\d+)$/.test(part) ? Number(part) : Number.NaN;
      if (!(number > 0 && number <= 100)) return bad(`${shown(part)} is no percentile`);
      list.push(number);
    }
    return good([...new Set(list)].sort((a, b) => a - b));
  },
};
