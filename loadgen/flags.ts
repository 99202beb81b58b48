import { BIAS_MAX, BIAS_MIN } from "../assembly/shared/codes.ts";
import { DEFAULT_MACHINE, DEFAULT_RUN } from "../src/scenario/defaults.ts";
import type { Problem } from "../src/scenario/problem.ts";
import type { CountName, MachineSpec, RulesName, RunSpec } from "../src/scenario/scenario.ts";

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
  readonly showConfig?: boolean;
  readonly quiet?: boolean;
  readonly cmdhelp?: boolean | string;
}

export const COUNTS: readonly CountName[] = ["refcount", "bias", "hybrid", "exact", "exact-side"];
const RULES: readonly RulesName[] = ["5.0", "5.7", "6.13"];
export const OUTPUT_FORMATS = ["normal", "json", "json+"] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];
const UNIT_MS: Readonly<Record<string, number>> = {
  us: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};
const LONGEST_MS = 86_400_000;

/** The machine and run that the flags ask for; whatever is wrong is added to `problems`. */
export function readFlags(
  flags: RunFlags,
  problems: Problem[],
): { machine: MachineSpec; run: RunSpec; format: OutputFormat } {
  const reader = new FlagReader(problems);
  reader.oneOf("--executor", flags.executor, ["threads"]);
  const scheme = reader.scheme(flags.scheme) ?? DEFAULT_MACHINE.scheme;
  const fallback = scheme === "hybrid" ? "6.13" : DEFAULT_MACHINE.rules;
  const { seed, duration, warmup, sample } = flags;
  return {
    machine: {
      ...DEFAULT_MACHINE,
      scheme,
      bias: reader.whole("--bias", flags.bias, BIAS_MIN, BIAS_MAX) ?? DEFAULT_MACHINE.bias,
      rules: reader.oneOf("--rules", flags.rules, RULES) ?? fallback,
    },
    run: {
      seed: reader.whole("--seed", seed, 0, Number.MAX_SAFE_INTEGER) ?? DEFAULT_RUN.seed,
      durationMs: reader.duration("--duration", duration, 1) ?? DEFAULT_RUN.durationMs,
      warmupMs: reader.duration("--warmup", warmup, 0) ?? DEFAULT_RUN.warmupMs,
      sample: reader.whole("--sample", sample, 0, 2 ** 30) ?? DEFAULT_RUN.sample,
    },
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
    const known = COUNTS.find((name) => name === count);
    if (known && sync === "none" && rest.length === 0) return known;
    const accepted = `${COUNTS.join(", ")} (the only way to synchronise so far is none)`;
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
    const [, digits = "", unit = "s"] = /^(\d+(?:\.\d+)?)(us|ms|s|m|h)?$/.exec(text) ?? [];
    const ms = digits === "" ? Number.NaN : Number(digits) * (UNIT_MS[unit] ?? 1000);
    if (ms >= lowMs && ms <= LONGEST_MS) return ms;
    return this.refuse(flag, text, `a time from ${lowMs}ms to 24h, such as 500ms, 10s or 2m`);
  }
}
