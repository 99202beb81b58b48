import { BIAS_MAX, BIAS_MIN } from "../assembly/shared/codes.ts";
import { LARGEST_COUNT, LARGEST_SAMPLE, LONGEST_RUN_MS } from "../src/scenario/limits.ts";
import type { ScenarioInput } from "../src/scenario/make_scenario.ts";
import { acceptedWords } from "../src/scenario/nearest_name.ts";
import type { Problem } from "../src/scenario/problem.ts";
import {
  RECHECK_NAMES,
  RULES_NAMES,
  TEST_AT_NAMES,
  type Threshold,
  TLB_NAMES,
  VARIANT_NAMES,
} from "../src/scenario/scenario.ts";
import {
  POLICY_FORM,
  POLICY_WORDS,
  SCHEME_FORM,
  SCHEME_WORDS,
} from "../src/scenario/scheme_words.ts";
import { parseThreshold } from "../src/scenario/threshold.ts";
import { timeMs } from "./time_text.ts";

/** What commander hands over: strings, as they were typed. */
export interface RunFlags {
  readonly executor: string;
  readonly scheme?: string;
  readonly variant?: string;
  readonly bias?: string;
  readonly onPinned?: string;
  readonly rules?: string;
  readonly testAt?: string;
  readonly recheck?: string;
  readonly tlb?: string;
  readonly stablePages?: string;
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
  readonly report?: string;
  readonly live?: string;
  readonly host?: string;
  readonly showConfig?: boolean;
  readonly showSchema?: boolean;
  readonly quiet?: boolean;
  readonly cmdhelp?: boolean | string;
}

export const OUTPUT_FORMATS = ["normal", "json", "json+"] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

const YES_NO: ReadonlyMap<string, boolean> = new Map([
  ["yes", true],
  ["no", false],
]);

/** Where each key of a scenario's machine is asked for on the command line. */
export const FLAG_OF: ReadonlyMap<string, string> = new Map([
  ["machine.scheme", "--scheme"],
  ["machine.sync", "--scheme"],
  ["machine.variant", "--variant"],
  ["machine.bias", "--bias"],
  ["machine.onPinned", "--on-pinned"],
  ["machine.rules", "--rules"],
  ["machine.testAt", "--test-at"],
  ["machine.recheck", "--recheck"],
  ["machine.tlb", "--tlb"],
  ["machine.stablePages", "--stable-pages"],
]);

export interface AskedFor {
  readonly machine: NonNullable<ScenarioInput["machine"]>;
  readonly run: NonNullable<ScenarioInput["run"]>;
  readonly thresholds: readonly Threshold[];
  readonly format: OutputFormat;
  /** undefined: nobody is to watch. */
  readonly live: LiveAddress | undefined;
}

/** Where the dashboard is to listen. */
export interface LiveAddress {
  /** undefined: the usual port, or another one if that is taken. */
  readonly port: number | undefined;
  /** undefined: this machine alone. */
  readonly host: string | undefined;
}

/** The value of a bare `--live`. */
export const ANY_PORT = "any";
/** The port that is tried first where none was asked for. */
export const USUAL_PORT = 5665;
const LAST_PORT = 65_535;

/**
 * `--live` takes its port behind `=` alone, so that `--live job.fio` names a job; the parser takes
 * the next word for an optional value.
 */
export function withLivePort(argv: readonly string[]): string[] {
  return argv.map((word) => (word === "--live" ? `--live=${ANY_PORT}` : word));
}

/** What the flags ask for, undefined the default; whatever is wrong is added to `problems`. */
export function readFlags(flags: RunFlags, problems: Problem[]): AskedFor {
  const reader = new FlagReader(problems);
  reader.oneOf("--executor", flags.executor, ["threads"]);
  return {
    machine: readMachine(flags, reader),
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
    live: readLive(flags, problems),
  };
}

/** The flags that say what the machine is. */
export type MachineFlags = Pick<
  RunFlags,
  | "scheme"
  | "variant"
  | "bias"
  | "onPinned"
  | "rules"
  | "testAt"
  | "recheck"
  | "tlb"
  | "stablePages"
>;

export function readMachine(flags: MachineFlags, reader: FlagReader): AskedFor["machine"] {
  return {
    ...reader.wordOf("--scheme", flags.scheme, SCHEME_WORDS, SCHEME_FORM),
    variant: reader.oneOf("--variant", flags.variant, VARIANT_NAMES),
    bias: reader.whole("--bias", flags.bias, BIAS_MIN, BIAS_MAX),
    onPinned: reader.wordOf("--on-pinned", flags.onPinned, POLICY_WORDS, POLICY_FORM),
    rules: reader.oneOf("--rules", flags.rules, RULES_NAMES),
    testAt: reader.oneOf("--test-at", flags.testAt, TEST_AT_NAMES),
    recheck: reader.oneOf("--recheck", flags.recheck, RECHECK_NAMES),
    tlb: reader.oneOf("--tlb", flags.tlb, TLB_NAMES),
    stablePages: reader.wordOf("--stable-pages", flags.stablePages, YES_NO, "yes or no"),
  };
}

function readLive({ live, host }: RunFlags, problems: Problem[]): LiveAddress | undefined {
  if (live === undefined) {
    if (host === undefined) return undefined;
    problems.push({ where: "--host", found: `"${host}" without --live`, accepted: "both" });
    return undefined;
  }
  const port = live === ANY_PORT ? undefined : readPort("--live", live, problems);
  return { port, host };
}

/** A port to listen on; 0 is any that is free. */
export function readPort(
  flag: string,
  text: string | undefined,
  problems: Problem[],
): number | undefined {
  return new FlagReader(problems).whole(flag, text, 0, LAST_PORT);
}

export class FlagReader {
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
    return found ?? this.refuse(flag, text, acceptedWords(text, names, names.join(", ")));
  }

  /** One of the known words. */
  wordOf<T>(
    flag: string,
    text: string | undefined,
    words: ReadonlyMap<string, T>,
    form: string,
  ): T | undefined {
    if (text === undefined) return undefined;
    return words.get(text) ?? this.refuse(flag, text, acceptedWords(text, words.keys(), form));
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
    const ms = timeMs(/^[\d.]+$/.test(text) ? `${text}s` : text) ?? Number.NaN;
    if (ms >= lowMs && ms <= LONGEST_RUN_MS) return ms;
    return this.refuse(flag, text, `a time from ${lowMs}ms to 24h, such as 500ms, 10s or 2m`);
  }
}
