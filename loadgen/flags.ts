import { BIAS_MAX, BIAS_MIN } from "../assembly/shared/codes.ts";
import { LARGEST_COUNT, LARGEST_SAMPLE, LONGEST_RUN_MS } from "../src/scenario/limits.ts";
import type { ScenarioInput } from "../src/scenario/make_scenario.ts";
import type { Problem } from "../src/scenario/problem.ts";
import { COUNT_NAMES, type CountName, RULES_NAMES } from "../src/scenario/scenario.ts";
import { parseThreshold } from "../src/scenario/threshold.ts";

/** What commander hands over: strings, as they were typed. */
export interface RunFlags {
  readonly executor: string;
  readonly scheme?: string;
  readonly bias?: string;
  readonly rules?: string;
  readonly seed?: string;
  readonly duration?: string;
  readonly warmup?: string;
  readonly sample?: string;
  readonly outputFormat: string;
  readonly output?: string;
  readonly hlog?: string;
  readonly junit?: string;
  readonly openmetrics?: string;
  readonly threshold?: readonly string[];
  readonly trace?: string;
  readonly showConfig?: boolean;
  readonly quiet?: boolean;
  readonly cmdhelp?: boolean | string;
}

export const OUTPUT_FORMATS = ["normal", "json", "json+"] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];
const UNIT_MS: Readonly<Record<string, number>> = {
  us: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** What the flags ask for, undefined the default; whatever is wrong is added to `problems`. */
export function readFlags(
  flags: RunFlags,
  problems: Problem[],
): Pick<ScenarioInput, "machine" | "run" | "thresholds"> & { format: OutputFormat } {
  const reader = new FlagReader(problems);
  reader.oneOf("--executor", flags.executor, ["threads"]);
  return {
    machine: {
      scheme: reader.scheme(flags.scheme),
      bias: reader.whole("--bias", flags.bias, BIAS_MIN, BIAS_MAX),
      rules: reader.oneOf("--rules", flags.rules, RULES_NAMES),
    },
    run: {
      seed: reader.whole("--seed", flags.seed, 0, LARGEST_COUNT),
      durationMs: reader.duration("--duration", flags.duration, 1),
      warmupMs: reader.duration("--warmup", flags.warmup, 0),
      sample: reader.whole("--sample", flags.sample, 0, LARGEST_SAMPLE),
    },
    thresholds: (flags.threshold ?? []).flatMap(
      (text) => parseThreshold(text, "--threshold", problems) ?? [],
    ),
    format: reader.oneOf("--output-format", flags.outputFormat, OUTPUT_FORMATS) ?? "normal",
  };
}

class FlagReader {
  constructor(private readonly problems: Problem[]) {}

  private refuse(where: string, text: string, accepted: string): undefined {
    this.problems.push({ where, found: `"${text}"`, accepted });
  }

  oneOf<T extends string>(
    flag: string,
    text: string | undefined,
    names: readonly T[],
  ): T | undefined {
    if (text === undefined) return undefined;
    const found = names.find((name) => name === text);
    return found ?? this.refuse(flag, text, names.join(", "));
  }

  /** COUNT or COUNT+none. */
  scheme(text: string | undefined): CountName | undefined {
    if (text === undefined) return undefined;
    const [count = "", sync = "none", ...rest] = text.split("+");
    const known = COUNT_NAMES.find((name) => name === count);
    if (known && sync === "none" && rest.length === 0) return known;
    const accepted = `${COUNT_NAMES.join(", ")} (the only way to synchronise so far is none)`;
    return this.refuse("--scheme", text, accepted);
  }

  whole(flag: string, text: string | undefined, low: number, high: number): number | undefined {
    if (text === undefined) return undefined;
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= low && value <= high) return value;
    return this.refuse(flag, text, `a whole number from ${low} to ${high}`);
  }

  /** `10s`, `500ms`, `2m`; a bare number is seconds. In ms. */
  duration(flag: string, text: string | undefined, lowMs: number): number | undefined {
    if (text === undefined) return undefined;
    const [, digits = "", unit = "s"] = /^(\d+(?:\.\d+)?)(us|ms|s|m|h|d)?$/.exec(text) ?? [];
    const ms = digits === "" ? Number.NaN : Number(digits) * (UNIT_MS[unit] ?? 1000);
    if (ms >= lowMs && ms <= LONGEST_RUN_MS) return ms;
    return this.refuse(flag, text, `a time from ${lowMs}ms to 24h, such as 500ms, 10s or 2m`);
  }
}
