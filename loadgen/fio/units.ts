import { LARGEST_COUNT } from "../../src/scenario/limits.ts";
import { evaluate } from "./expression.ts";
import { bad, good, type Parsed, type ValueContext } from "./reader.ts";
import { shown } from "./shown.ts";

const POWERS = "kmgtp";

export const SIZE_FORMS = "a whole number with k, m, g, t or p behind it, or arithmetic in ( )";
export const TIME_FORMS = "seconds, or a whole number with d, h, m, s, ms or us behind it";
export const TIME_FORMS_US = TIME_FORMS.replace("seconds", "microseconds");

function whole(value: number, text: string): Parsed<number> {
  const truncated = Math.trunc(value);
  if (truncated < 0) return bad(`${shown(text)} is negative`);
  if (truncated > LARGEST_COUNT) return bad(`${shown(text)} is larger than 2^53 - 1`);
  return good(truncated);
}

/** A plain count or a size in bytes; `4k`, `4KiB`, `0x1000`, `(4*1k)`. */
export function parseBytes(text: string, context: ValueContext): Parsed<number> {
  const arithmetic = context.computed && /[-+*/%^]/.test(text);
  if (text.startsWith("(") || arithmetic) {
    const result = evaluate(text);
    return result.ok ? whole(result.value, text) : bad(`${shown(text)}: ${result.why}`);
  }
  const match = /^(0x[0-9a-f]+|\d+)([a-z]*)$/i.exec(text);
  if (!match) {
    if (/^-\d/.test(text)) return bad(`${shown(text)} is negative`);
    return bad(`${shown(text)} is not a whole number`);
  }
  const [, digits = "", rawUnit = ""] = match;
  const unit = rawUnit.toLowerCase();
  if (unit === "" || unit === "b") return whole(Number(digits), text);
  const power = POWERS.indexOf(unit.charAt(0)) + 1;
  if (power === 0 || !/^.(|b|i|ib)$/.test(unit)) return bad(`${shown(text)}: no unit ${rawUnit}`);
  const swapped = unit.endsWith("ib");
  const base = (context.kbBase === 1024) === swapped ? 1000 : 1024;
  const value = whole(Number(digits) * base ** power, text);
  if (swapped && base === 1000 && value.ok) {
    context.note(
      `${text} is ${value.value} bytes, as fio reads it: with kb_base=1024 it swaps ` +
        `the IEC and SI units`,
    );
  }
  return value;
}

/** A duration in milliseconds; a bare number counts seconds, or microseconds where fio says so. */
export function parseTimeMs(
  text: string,
  context: ValueContext,
  bare: "s" | "us" = "s",
): Parsed<number> {
  const arithmetic = context.computed && /[-+*/%^]/.test(text);
  if (text.startsWith("(") || arithmetic) {
    const result = evaluate(text, true, bare === "s" ? 1e6 : 1);
    if (!result.ok) return bad(`${shown(text)}: ${result.why}`);
    const checked = whole(result.value, text);
    return checked.ok ? good(checked.value / 1000) : checked;
  }
  const match = /^(\d+)([a-z]*)$/i.exec(text);
  if (!match) {
    if (/^-\d/.test(text)) return bad(`${shown(text)} is negative`);
    return bad(`${shown(text)} is not a duration`);
  }
  const [, digits = "", unit = ""] = match;
  const factor = TIME_US.get(unit === "" ? bare : unit.toLowerCase());
  if (factor === undefined) return bad(`${shown(text)}: no unit ${unit}`);
  const value = whole(Number(digits) * factor, text);
  return value.ok ? good(value.value / 1000) : value;
}

/** Whole microseconds, so that no unit is lost to a fraction of a millisecond. */
const TIME_US: ReadonlyMap<string, number> = new Map([
  ["us", 1],
  ["usec", 1],
  ["ms", 1e3],
  ["msec", 1e3],
  ["s", 1e6],
  ["m", 60e6],
  ["h", 3600e6],
  ["d", 86400e6],
]);
