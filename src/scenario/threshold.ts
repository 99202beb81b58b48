import { LONGEST_RUN_MS } from "./limits.ts";
import { findMetric, type MetricKind, metricNames } from "./metrics.ts";
import { acceptedWords } from "./nearest_name.ts";
import type { Problem } from "./problem.ts";
import { THRESHOLD_SIGNS, type Threshold } from "./scenario.ts";

/** Looked at first after so much measured time, unless `abortOnFail=DELAY` says otherwise. */
const DEFAULT_DELAY_MS = 1000;

const TIMES: ReadonlyMap<string, number> = new Map([
  ["ns", 1],
  ["us", 1e3],
  ["ms", 1e6],
  ["s", 1e9],
]);
const LONG_TIMES = new Map([...TIMES, ["m", 60e9], ["h", 3600e9]]);
const SCALES: ReadonlyMap<string, number> = new Map([
  ["", 1],
  ["k", 1e3],
  ["M", 1e6],
  ["G", 1e9],
  ["Ki", 2 ** 10],
  ["Mi", 2 ** 20],
  ["Gi", 2 ** 30],
]);

interface Units {
  readonly what: string;
  /** Factor of each unit; "" is none. */
  readonly scales: ReadonlyMap<string, number>;
  /** What may stand behind the unit and changes nothing. */
  readonly tail: RegExp;
  readonly accepted: string;
}

const POWERS = "k, M, G (powers of 1000) or Ki, Mi, Gi (powers of 1024)";
const UNITS: Readonly<Record<MetricKind, Units>> = {
  time: {
    what: "a time",
    scales: TIMES,
    tail: /$/,
    accepted: "a number with ns, us, ms or s behind it, such as 5us",
  },
  rate: {
    what: "a rate",
    scales: SCALES,
    tail: /(?:\/s)?$/,
    accepted: `a number a second; ${POWERS} may stand behind it, such as 100k`,
  },
  bandwidth: {
    what: "bytes a second",
    scales: SCALES,
    tail: /B?(?:\/s)?$/,
    accepted: `bytes a second; ${POWERS} may stand behind it, such as 100Mi`,
  },
  count: {
    what: "a count",
    scales: SCALES,
    tail: /$/,
    accepted: `a number; ${POWERS} may stand behind it, such as 10k`,
  },
  bytes: {
    what: "bytes",
    scales: SCALES,
    tail: /B?$/,
    accepted: `bytes; ${POWERS} may stand behind it, such as 4Gi`,
  },
  share: {
    what: "a share",
    scales: new Map([["%", 1 / 100]]),
    tail: /$/,
    accepted: "percent, such as 99.9%",
  },
};

export const THRESHOLD_FORM =
  "METRIC SIGN VALUE, such as pin_fast.p99<5us or violations==0, then abortOnFail[=DELAY] if " +
  "it shall end the run";

/** Reads `pin_fast.p99<5us abortOnFail`; what is wrong with it is added to `problems`. */
export function parseThreshold(
  text: string,
  where: string,
  problems: Problem[],
): Threshold | undefined {
  try {
    return new ThresholdText(text).read();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { column, what, accepted } = error;
    problems.push({ where, found: `${JSON.stringify(text)}, column ${column}: ${what}`, accepted });
    return undefined;
  }
}

/** A threshold of a program: a text, or one that was read before. */
export function readThreshold(
  given: string | Threshold,
  where: string,
  problems: Problem[],
): Threshold[] {
  if (typeof given !== "string" && findMetric(given.metric)?.name === given.metric) return [given];
  const text = typeof given === "string" ? given : `${given.metric}${given.sign}0`;
  const read = parseThreshold(text, where, problems);
  return read === undefined ? [] : [read];
}

/** Why a text is no threshold, and from which column (1 is the first) on. */
class Refusal {
  constructor(
    readonly column: number,
    readonly what: string,
    readonly accepted: string,
  ) {}
}

class ThresholdText {
  private at = 0;

  constructor(private readonly text: string) {}

  read(): Threshold {
    const { text } = this;
    const { name, kind } = this.metric();
    const sign = this.sign();
    const limit = this.limit(kind);
    const delayAbortMs = this.abort();
    return {
      text,
      metric: name,
      sign,
      limit,
      abortOnFail: delayAbortMs !== undefined,
      delayAbortMs: delayAbortMs ?? 0,
    };
  }

  private metric(): { name: string; kind: MetricKind } {
    const from = this.skipBlanks();
    const written = this.take(/[^<>=!\s]+/y);
    if (written === "") throw this.refusal(from, "no metric", THRESHOLD_FORM);
    const metric = findMetric(written);
    if (metric) return metric;
    const found = `${JSON.stringify(written)} is no metric`;
    if (findMetric(written.replace(/\.p\(?[\d.]+\)?$/, ".p50"))) {
      throw this.refusal(from, found, "a percentile above 0 and up to 100, such as p99.9");
    }
    const list = "--threshold help lists the metrics";
    throw this.refusal(from, found, acceptedWords(written, metricNames(), list));
  }

  private sign(): Threshold["sign"] {
    const from = this.skipBlanks();
    const written = this.take(/[<>=!]+/y);
    const sign = THRESHOLD_SIGNS.find((known) => known === written);
    if (sign) return sign;
    const found = written === "" ? this.missing("sign") : `${JSON.stringify(written)} is no sign`;
    throw this.refusal(from, found, "<, <=, >, >=, == or !=");
  }

  private limit(kind: MetricKind): number {
    const { what, scales, tail, accepted } = UNITS[kind];
    const from = this.skipBlanks();
    const digits = this.take(/(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?/y);
    if (digits === "") throw this.refusal(from, this.missing("value"), accepted);
    const unitAt = this.skipBlanks();
    const written = this.take(/(?!abort)[a-z/%]+/iy);
    const unit = written.replace(tail, "");
    const scale = scales.get(unit) ?? (Number(digits) === 0 && written === "" ? 1 : undefined);
    if (scale === undefined) {
      const found = written === "" ? "no unit behind" : `${JSON.stringify(written)} is no unit of`;
      throw this.refusal(unitAt, `${found} ${what}`, accepted);
    }
    // Dividing rounds once: 29 % is 0.29.
    const limit = scale < 1 ? Number(digits) / (1 / scale) : Number(digits) * scale;
    if (Number.isFinite(limit)) return limit;
    throw this.refusal(from, `${digits} is too large`, accepted);
  }

  /** Measured ms before the first look; undefined: the run goes on, whatever it sees. */
  private abort(): number | undefined {
    const from = this.skipBlanks();
    if (from === this.text.length) return undefined;
    const rest = this.text.slice(from).replace(/[ \t]+$/, "");
    if (rest === "abortOnFail") return DEFAULT_DELAY_MS;
    const [, digits = "", unit = ""] =
      /^abortOnFail=(\d+(?:\.\d+)?)(ns|us|ms|s|m|h)$/.exec(rest) ?? [];
    const ms = digits === "" ? Number.NaN : (Number(digits) * (LONG_TIMES.get(unit) ?? 1)) / 1e6;
    if (ms <= LONGEST_RUN_MS) return ms;
    const accepted = "the end, abortOnFail, or abortOnFail=DELAY with a time such as 500ms or 10s";
    throw this.refusal(from, JSON.stringify(rest), accepted);
  }

  private skipBlanks(): number {
    this.take(/[ \t]*/y);
    return this.at;
  }

  /** What matches here, and goes past it. */
  private take(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const [found = ""] = pattern.exec(this.text) ?? [];
    this.at += found.length;
    return found;
  }

  private missing(what: string): string {
    const rest = this.text.slice(this.at);
    return rest === "" ? `no ${what}` : `${JSON.stringify(rest)} is no ${what}`;
  }

  private refusal(at: number, what: string, accepted: string): Refusal {
    return new Refusal(at + 1, what, accepted);
  }
}
