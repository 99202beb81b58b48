import { z } from "zod";
import { LARGEST_COUNT, LONGEST_RUN_MS } from "../../src/scenario/limits.ts";
import { acceptedWords } from "../../src/scenario/nearest_name.ts";
import { parseBytes, SIZE_FORMS } from "../fio/units.ts";
import { TIME_PATTERN, timeMs } from "../time_text.ts";

/**
 * Values of a scenario file's keys. What is wrong with one is an issue whose message says what is
 * accepted; schema_problems.ts adds where it stands and what was found.
 */

const TIME_FORM = "a number with ns, us, ms, s, m, h or d behind it, such as 50ms or 2s";
const SIZE_FORM = `${SIZE_FORMS.replace(/, or arithmetic.*/, "")}, such as 16m (k is 1024)`;
const SIZE_PATTERN = /^(0[xX][0-9a-fA-F]+|[0-9]+)([bB]|[kKmMgGtTpP]([iI]?[bB]|[iI])?)?$/;

/** A time in ms from `leastMs` on; 0 needs no unit. */
export function time(leastMs: number, mostMs = LONGEST_RUN_MS) {
  const range = mostMs === LONGEST_RUN_MS ? "up to a day" : `up to ${mostMs / 1000}s`;
  const least = leastMs === 0 ? "" : ` and more than 0`;
  const error = `${TIME_FORM}; ${range}${least}`;
  const text = z.string({ error }).regex(TIME_PATTERN, { error });
  const given = leastMs === 0 ? z.union([text, z.literal(0)], { error }) : text;
  return given.transform((value, context) => {
    const ms = value === 0 ? 0 : (timeMs(value) ?? Number.NaN);
    if (ms >= leastMs && ms <= mostMs && (leastMs === 0 || ms > 0)) return ms;
    context.issues.push({ code: "custom", message: error, input: value });
    return z.NEVER;
  });
}

/** A size in bytes, in fio's units. */
export function size() {
  const error = SIZE_FORM;
  const text = z.string({ error }).regex(SIZE_PATTERN, { error });
  const number = z.int({ error }).min(1, { error }).max(LARGEST_COUNT, { error });
  return z.union([number, text], { error }).transform((value, context) => {
    const parsed = parseBytes(String(value), { kbBase: 1024, computed: false, note: () => {} });
    if (parsed.ok && parsed.value > 0) return parsed.value;
    context.issues.push({ code: "custom", message: error, input: value });
    return z.NEVER;
  });
}

/** A whole number. */
export function whole(least: number, most: number, unit = "") {
  const error = `a whole number${unit} from ${least} to ${most}`;
  return z.int({ error }).min(least, { error }).max(most, { error });
}

/** One of the words, each with its meaning. */
export function word<T>(words: ReadonlyMap<string, T>, form: string) {
  return z
    .enum([...words.keys()], {
      error: ({ input }) =>
        typeof input === "string" ? acceptedWords(input, words.keys(), form) : form,
    })
    .transform((text) => words.get(text) as T);
}

/** One of the names, which mean themselves. */
export function name<const T extends string>(names: readonly T[]) {
  const form = names.join(", ");
  return z.enum(names, {
    error: ({ input }) => (typeof input === "string" ? acceptedWords(input, names, form) : form),
  });
}

/** YAML 1.2 takes yes and no for texts. */
export function yesNo() {
  return z
    .union([z.boolean(), z.enum(["yes", "no"])], { error: "yes or no" })
    .transform((given) => given === true || given === "yes");
}

export function text(what: string) {
  return z.string({ error: what }).min(1, { error: what });
}

/** A text that goes to terminals and into files. */
export function printable(what: string) {
  const error = `${what}, without control characters`;
  return text(what).refine((given) => !/\p{Cc}/u.test(given), { error });
}

export function list<T extends z.ZodType>(of: T, what: string) {
  return z.array(of, { error: what }).min(1, { error: what });
}

/** A mapping of the named keys alone. The message of unknown keys is the list of known ones. */
export function mapping<T extends z.ZodRawShape>(shape: T, what: string) {
  const keys = Object.keys(shape).join(", ");
  return z.strictObject(shape, {
    error: ({ code }) => (code === "unrecognized_keys" ? keys : `${what}: ${keys}`),
  });
}
