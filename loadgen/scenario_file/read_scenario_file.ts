import { basename } from "node:path";
import { serviceQuantilesNs } from "../../src/scenario/service_times.ts";
import { parseThreshold } from "../../src/scenario/threshold.ts";
import { Problems } from "../fio/problems.ts";
import type { JobFileInput } from "../fio/read_job_file.ts";
import { sourceName } from "../fio/read_text.ts";
import type { RunFile } from "../run_file.ts";
import { type Entry, GroupBuilder } from "./group_builder.ts";
import { withHugePages } from "./huge_pages.ts";
import { patternEntry } from "./pattern_schema.ts";
import { jobEntry, type ScenarioFile, scenarioFile } from "./schema.ts";
import { addIssues, withoutFlaws } from "./schema_problems.ts";
import { YamlText } from "./yaml_text.ts";

/** Which part of a scenario a key of the file stands for. */
const PATHS: Readonly<Record<string, string>> = {
  pages: "machine.pages",
  scheme: "machine.scheme",
  variant: "machine.variant",
  bias: "machine.bias",
  rules: "machine.rules",
  "on-pinned": "machine.onPinned",
  "test-at": "machine.testAt",
  recheck: "machine.recheck",
  tlb: "machine.tlb",
  "stable-pages": "machine.stablePages",
};

/**
 * Reads a scenario in YAML.
 *
 * @throws ConfigurationError with every problem of the file at once (exit status 104)
 */
export function readScenarioFile(input: JobFileInput & { readonly text: string }): RunFile {
  const label = sourceName(input.source);
  const problems = new Problems();
  const yaml = YamlText.read(label, input.text, problems);
  if (yaml === undefined) {
    problems.throwIfAny(label);
    throw new Error("a text without problems was not read");
  }
  const top = scenarioFile.safeParse(yaml.value);
  if (!top.success) addIssues(top.error.issues, yaml, problems);
  const sized = Object.keys(listOrMapping(yaml.value, "files"));
  const thresholds = thresholdsOf(yaml, problems);
  const builder = new GroupBuilder(input, yaml, problems);
  for (const entry of entriesOf(yaml, "jobs", jobEntry)) builder.add(entry);
  for (const entry of entriesOf(yaml, "background", patternEntry)) builder.addBackground(entry);
  if (!problems.any) builder.checkFiles(sized);
  problems.sortByLine(label);
  problems.throwIfAny(label);
  if (!top.success) throw new Error("a file without problems was not accepted");
  const { data } = top;
  const places = placesOf(yaml);
  const groups = builder.build(places);
  const { hugepages = "none", matrix = {} } = data;
  return {
    name: data.name ?? (label === "stdin" ? label : basename(label).replace(/\.ya?ml$/, "")),
    machine: machineOf(data),
    run: runOf(data),
    groups: hugepages === "none" ? groups : withHugePages(groups, hugepages),
    files: Object.entries(data.files ?? {}).map(([name, sizeBytes]) => ({ name, sizeBytes })),
    serviceNs: data.device === undefined ? [] : serviceQuantilesNs(data.device.service),
    thresholds,
    changes: data.changes ?? [],
    notes: builder.notes,
    places,
    matrix,
  };
}

function machineOf(data: ScenarioFile): RunFile["machine"] {
  const { pages, scheme, variant, bias, rules, recheck, tlb } = data;
  const { "on-pinned": onPinned, "test-at": testAt, "stable-pages": stablePages } = data;
  return { pages, ...scheme, variant, bias, rules, onPinned, testAt, recheck, tlb, stablePages };
}

function runOf({ seed, duration, warmup, sample }: ScenarioFile): RunFile["run"] {
  return { seed, durationMs: duration, warmupMs: warmup, sample };
}

function placesOf(yaml: YamlText): Map<string, string> {
  const given = Object.keys(yaml.value as object).filter((key) => PATHS[key] !== undefined);
  return new Map(given.map((key) => [PATHS[key] ?? key, yaml.placeOf([key])]));
}

/**
 * The entries of a list that their schema accepts, if need be without the keys that it refuses:
 * what is wrong with the rest is told as well.
 */
function entriesOf(
  yaml: YamlText,
  key: "jobs" | "background",
  schema: typeof jobEntry | typeof patternEntry,
): Entry[] {
  const list = listOrMapping(yaml.value, key);
  if (!Array.isArray(list)) return [];
  return list.flatMap((given, i) => {
    let parsed = schema.safeParse(given);
    if (!parsed.success && typeof given === "object" && given !== null) {
      parsed = schema.safeParse(withoutFlaws(given, parsed.error.issues));
    }
    return parsed.success ? [{ path: [key, i], value: parsed.data as Entry["value"] }] : [];
  });
}

function thresholdsOf(yaml: YamlText, problems: Problems): RunFile["thresholds"] {
  const list = listOrMapping(yaml.value, "thresholds");
  if (!Array.isArray(list)) return [];
  return list.flatMap((text, i) => {
    if (typeof text !== "string" || text === "") return [];
    const found: Parameters<typeof parseThreshold>[2] = [];
    const read = parseThreshold(text, yaml.placeOf(["thresholds", i]), found);
    for (const one of found) problems.add(one.where, one.found, one.accepted);
    return read ?? [];
  });
}

/** A part of the file that may not be what it should be. */
function listOrMapping(value: unknown, key: string): object {
  const part = (value as Record<string, unknown> | null)?.[key];
  return typeof part === "object" && part !== null ? part : [];
}
