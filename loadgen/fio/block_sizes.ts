import { LARGEST_BLOCK_BYTES, MOST_BLOCK_SIZES } from "../../src/scenario/limits.ts";
import type { BlockSizeShare } from "../../src/scenario/scenario.ts";
import { type Given, perDirection } from "./per_direction.ts";
import { bad, good, type Parsed, type Reader, splitOutside, type ValueContext } from "./reader.ts";
import { shown } from "./shown.ts";
import { parseBytes, SIZE_FORMS } from "./units.ts";

function parseBlock(text: string, context: ValueContext): Parsed<number> {
  const parsed = parseBytes(text, context);
  if (!parsed.ok) return parsed;
  if (parsed.value < 1) return bad(`${shown(text)} is less than 1 byte`);
  if (parsed.value > LARGEST_BLOCK_BYTES) return bad(`${shown(text)} is 4 GiB or more`);
  return parsed;
}

/**
 * `bs=4k`, `bs=4k,8k`, `bs=,8k`. A colon or a dash parts like a comma, as in fio; `bsrange` is
 * what gives a range.
 */
export const blocks: Reader<Given<number>> = {
  accepts: `${SIZE_FORMS}; for reads,writes,trims apart with commas`,
  blank: "digits",
  parse(text, context) {
    if (text === "" || text.startsWith("-")) return bad(`${shown(text)} is no size`);
    const arithmetic = text.startsWith("(") || context.computed;
    const parts = splitOutside(text, arithmetic ? "," : ",:-");
    if (parts.length > 1 && !arithmetic && /[-:]/.test(text)) {
      const [read, write] = parts;
      context.note(`${text} is ${read} for reads and ${write} for writes, as fio reads it`);
    }
    return perDirection(parts, (part) => parseBlock(part, context));
  },
};

/** `bsrange=4k-16k`, `bsrange=4k-16k,8k-32k`. */
export const blockRanges: Reader<Given<readonly BlockSizeShare[]>> = {
  accepts: "smallest-largest, as 4k-16k; for reads,writes,trims apart with commas",
  blank: "digits",
  parse(text, context) {
    return perDirection(splitOutside(text, ","), (part) => parseRange(part, context));
  },
};

function parseRange(text: string, context: ValueContext): Parsed<readonly BlockSizeShare[]> {
  const ends = splitOutside(text, text.includes("-") ? "-" : ":");
  if (ends.length !== 2) return bad(`${shown(text)} is no range`);
  const [low, high] = ends.map((end) => parseBlock(end, context));
  if (!low?.ok) return low ?? bad("no size");
  if (!high?.ok) return high ?? bad("no size");
  const minBytes = Math.min(low.value, high.value);
  return good([{ minBytes, maxBytes: Math.max(low.value, high.value), percent: 100 }]);
}

function parseShares(text: string, context: ValueContext): Parsed<readonly BlockSizeShare[]> {
  const parts = text.split(":").map((part) => part.trim());
  if (parts.at(-1) === "") parts.pop();
  if (parts.length === 0) return bad("no sizes");
  if (parts.length > MOST_BLOCK_SIZES)
    return bad(`${parts.length} sizes; fio takes ${MOST_BLOCK_SIZES}`);
  const sizes: number[] = [];
  const percents: number[] = [];
  for (const part of parts) {
    const [size = "", percent = ""] = part.split("/");
    const parsed = parseBlock(size, context);
    if (!parsed.ok) return parsed;
    if (!/^\d*$/.test(percent) || Number(percent) > 100 || part.split("/").length > 2) {
      return bad(`${shown(part)}: the percentage is no whole number up to 100`);
    }
    sizes.push(parsed.value);
    percents.push(Number(percent));
  }
  return withBlanksFilled(sizes, percents);
}

/**
 * Sizes without a percentage (or with 0) share what is left, in whole percents; what the
 * division leaves over falls to the largest share, as it does when fio draws.
 */
function withBlanksFilled(sizes: number[], percents: number[]): Parsed<readonly BlockSizeShare[]> {
  const given = percents.reduce((sum, percent) => sum + percent, 0);
  const blanks = percents.filter((percent) => percent === 0).length;
  if (given > 100 || (given === 100 && blanks > 0) || (given < 100 && blanks === 0)) {
    const extra = blanks > 0 ? ` and ${blanks} sizes have none` : "";
    return bad(`the percentages add up to ${given}${extra}`);
  }
  const each = blanks > 0 ? Math.floor((100 - given) / blanks) : 0;
  if (blanks > 0 && each === 0) return bad(`${blanks} sizes share ${100 - given} percent`);
  const shares = percents.map((percent) => (percent === 0 ? each : percent));
  const left = 100 - shares.reduce((sum, percent) => sum + percent, 0);
  const largest = shares.lastIndexOf(Math.max(...shares));
  return good(
    sizes.map((bytes, i) => ({
      minBytes: bytes,
      maxBytes: bytes,
      percent: (shares[i] ?? 0) + (i === largest ? left : 0),
    })),
  );
}

/** `bssplit=4k/60:64k/40`; blank percentages share the rest. */
export const blockShares: Reader<Given<readonly BlockSizeShare[]>> = {
  accepts: "size/percent:size/percent…, percentages adding up to 100; reads,writes,trims apart",
  blank: "any",
  parse(text, context) {
    return perDirection(text.split(","), (part) => parseShares(part.trim(), context));
  },
};
