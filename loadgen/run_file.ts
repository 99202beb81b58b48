import type { ScenarioInput } from "../src/scenario/make_scenario.ts";
import { ConfigurationError } from "../src/scenario/problem.ts";
import type { Scenario } from "../src/scenario/scenario.ts";
import { isScenarioName } from "../src/scenario/scenario_name.ts";
import { JOB_FILE_LIMITS, type JobFileInput, readJobFile } from "./fio/read_job_file.ts";
import { readText, sourceName } from "./fio/read_text.ts";
import type { Places } from "./places.ts";

/** What a run takes from its file, whatever the file is written in. */
export interface RunFile
  extends Pick<
    Scenario,
    "name" | "groups" | "files" | "serviceNs" | "thresholds" | "changes" | "notes"
  > {
  readonly machine: NonNullable<ScenarioInput["machine"]>;
  readonly run: NonNullable<ScenarioInput["run"]>;
  readonly places: Places;
  /** What a sweep goes through: values by key. */
  readonly matrix: Readonly<Record<string, readonly unknown[] | undefined>>;
}

const NOTHING: Omit<RunFile, "name" | "groups" | "notes"> = {
  machine: {},
  run: {},
  files: [],
  serviceNs: [],
  thresholds: [],
  changes: [],
  places: new Map(),
  matrix: {},
};

/** A result keeps what the run did over time. */
const RESULT_BYTES = 64 * 2 ** 20;

/** What a file that cannot be read comes to. */
export const NO_RUN_FILE: RunFile = { ...NOTHING, name: "", groups: [], notes: [] };

/**
 * Reads a scenario in YAML or a fio job file: .yaml and .yml are YAML, every other name is fio's;
 * what comes from standard input is told by its first line.
 *
 * @throws ConfigurationError with every problem of the file at once (exit status 104)
 */
export async function readRunFile(input: JobFileInput): Promise<RunFile> {
  const isNamedJson = input.source.endsWith(".json");
  const read = readText(input.source, isNamedJson ? RESULT_BYTES : JOB_FILE_LIMITS.bytes);
  if (!read.ok) {
    const where = sourceName(input.source);
    throw new ConfigurationError([{ where, found: read.found, accepted: read.accepted }]);
  }
  const given = { ...input, text: read.text };
  if (isResult(input.source, read.text)) {
    const { readResultFile } = await import("./result_file.ts");
    return readResultFile(sourceName(input.source), read.text);
  }
  if (isYaml(input.source, read.text)) {
    // A dozen files and a parser that job files do not need.
    const { readScenarioFile } = await import("./scenario_file/read_scenario_file.ts");
    return readScenarioFile(given);
  }
  const { name, groups, notes } = readJobFile(given);
  return { ...NOTHING, name, groups, notes };
}

/** No job file begins with a brace; of standard input, a scenario may. */
function isResult(source: string, text: string): boolean {
  const isJson = /^\s*\{/.test(text);
  return source === "-" ? isJson && text.includes('"pinlab"') : isJson && !isScenarioName(source);
}

/** A job file begins with a [section], a scenario with a key, a brace or a document's start. */
function isYaml(source: string, text: string): boolean {
  if (source !== "-") return isScenarioName(source);
  const first = text.split("\n").find((line) => !/^\s*(?:[#;].*)?$/.test(line)) ?? "";
  return /^(?:---|%YAML|\{|"?'?[\w/.-]+"?'?\s*:(?:\s|$))/.test(first);
}
