import { MOST_ZONES } from "../../src/scenario/limits.ts";
import type { RandomDistribution, Zone } from "../../src/scenario/scenario.ts";
import { bad, good, type Parsed, type Reader, type ValueContext } from "./reader.ts";
import { shown } from "./shown.ts";
import { parseBytes } from "./units.ts";

/** `accessPercent` of the accesses fall into the next `bytes` of the file; 0 is the rest. */
export interface AbsoluteZone {
  readonly accessPercent: number;
  readonly bytes: number;
}

/** Before the size of the file is known. */
export type ReadDistribution =
  | RandomDistribution
  | { readonly kind: "zoned_abs"; readonly zones: readonly AbsoluteZone[] };

const ZIPF_THETA = 1.1;
const PARETO_POWER = 0.2;

function parseNumber(text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback;
  return /^(\d+\.?\d*|\.\d+)$/.test(text) ? Number(text) : Number.NaN;
}

function parsePower(kind: string, rest: string[], context: ValueContext): Parsed<ReadDistribution> {
  const [first, center, ...more] = rest;
  if (more.length > 0) return bad(`${kind} takes one number and a center`);
  if (center !== undefined) {
    const at = parseNumber(center, 0);
    if (!(at >= 0 && at <= 1)) return bad(`center ${shown(center)} is not within 0 to 1`);
    context.note(`the center ${center} is not modelled: the hot offsets lie where they fall`);
  }
  const described = `${kind}:${first}`;
  if (kind === "zipf") {
    const theta = parseNumber(first, ZIPF_THETA);
    if (theta > 0 && theta !== 1 && theta < Number.POSITIVE_INFINITY) return good({ kind, theta });
    return bad(`${shown(described)}: theta is above 0 and not 1`);
  }
  if (kind === "pareto") {
    const power = parseNumber(first, PARETO_POWER);
    if (power > 0 && power < 1) return good({ kind, power });
    return bad(`${shown(described)}: the power lies between 0 and 1`);
  }
  const deviationPercent = parseNumber(first, 0);
  if (deviationPercent >= 0 && deviationPercent < 100) {
    return good({ kind: "normal", deviationPercent });
  }
  return bad(`${shown(described)}: the deviation is 0 or more and below 100`);
}

interface Pair {
  readonly access: number;
  readonly extent: string;
}

function parsePairs(text: string): Parsed<readonly Pair[]> {
  const parts = text.split(":").map((part) => part.trim());
  if (parts.at(-1) === "") parts.pop();
  if (parts.length === 0) return bad("no zones");
  if (parts.length > MOST_ZONES) return bad(`${parts.length} zones; fio takes ${MOST_ZONES}`);
  const pairs: Pair[] = [];
  for (const part of parts) {
    const [access = "", extent = ""] = part.split("/");
    if (!/^\d{1,3}$/.test(access)) return bad(`${shown(part)}: no whole percentage of accesses`);
    pairs.push({ access: Number(access), extent });
  }
  const sum = pairs.reduce((total, pair) => total + pair.access, 0);
  return sum === 100 ? good(pairs) : bad(`the accesses add up to ${sum} percent, not 100`);
}

/** Zones without a size share what is left of the file, in whole percents as in fio. */
function relativeZones(pairs: readonly Pair[]): Parsed<ReadDistribution> {
  const given: number[] = [];
  for (const { extent } of pairs) {
    if (!/^\d{0,3}$/.test(extent)) return bad(`${shown(extent)}: no whole percentage of the file`);
    given.push(Number(extent));
  }
  const sum = given.reduce((total, percent) => total + percent, 0);
  const blanks = given.filter((percent) => percent === 0).length;
  if (sum > 100) return bad(`the zones take ${sum} percent of the file`);
  const each = blanks > 0 ? Math.floor((100 - sum) / blanks) : 0;
  if (blanks > 0 && each === 0) return bad(`${blanks} zones share ${100 - sum} percent`);
  const zones: Zone[] = pairs.map((pair, i) => ({
    accessPercent: pair.access,
    sizePercent: given[i] || each,
  }));
  return good({ kind: "zoned", zones });
}

function absoluteZones(pairs: readonly Pair[], context: ValueContext): Parsed<ReadDistribution> {
  const zones: AbsoluteZone[] = [];
  for (const { access, extent } of pairs) {
    const size = parseBytes(extent === "" ? "0" : extent, context);
    if (!size.ok) return size;
    zones.push({ accessPercent: access, bytes: size.value });
  }
  return good({ kind: "zoned_abs", zones });
}

/** `random`, `zipf:θ`, `pareto:h`, `normal:σ`, `zoned:access/size…`, `zoned_abs:access/bytes…`. */
export const distribution: Reader<{ read: ReadDistribution; write: ReadDistribution }> = {
  accepts:
    "random, zipf:theta, pareto:power, normal:deviation, zoned:access/size:…, " +
    "zoned_abs:access/bytes:…",
  blank: "digits",
  parse(text, context) {
    const [kind = "", ...rest] = text.split(":");
    if (kind === "random") {
      return good({ read: { kind: "random" }, write: { kind: "random" } });
    }
    if (kind === "zipf" || kind === "pareto" || kind === "normal") {
      const power = parsePower(kind, rest, context);
      return power.ok ? good({ read: power.value, write: power.value }) : power;
    }
    if (kind !== "zoned" && kind !== "zoned_abs") return bad(shown(text));
    const made = rest
      .join(":")
      .split(",")
      .map((part): Parsed<ReadDistribution> => {
        const pairs = parsePairs(part);
        if (!pairs.ok) return pairs;
        return kind === "zoned" ? relativeZones(pairs.value) : absoluteZones(pairs.value, context);
      });
    for (const one of made) if (!one.ok) return one;
    const [read, write = read] = made;
    if (!read?.ok || !write?.ok || made.length > 3) return bad("more than read,write,trim");
    return good({ read: read.value, write: write.value });
  },
};
