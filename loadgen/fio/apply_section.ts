import { modelledEngine } from "./engines.ts";
import type { Notes } from "./notes.ts";
import type { FioOption, ModelledOption } from "./option.ts";
import { findOption, optionHint } from "./option_table.ts";
import type { Problems } from "./problems.ts";
import type { ValueContext } from "./reader.ts";
import type { Section } from "./sections.ts";
import type { Settings } from "./settings.ts";
import { shown, shownBare } from "./shown.ts";
import { type Entry, type Surroundings, substitute } from "./substitute.ts";

interface Outcome {
  readonly problems: Problems;
  readonly notes: Notes;
}

/**
 * Reads a section's options into `settings`, the last of two winning. As in fio, `kb_base` counts
 * for the whole section and an engine's option needs that engine, wherever it is named.
 */
export function applySection(
  section: Section,
  settings: Settings,
  surroundings: Surroundings,
  outcome: Outcome,
): void {
  const entries = section.lines.map((line) => substitute(line, surroundings));
  const early = entries.filter(({ key }) => key === "kb_base");
  const own: [Entry, FioOption][] = [];
  for (const entry of [...early, ...entries.filter((one) => !early.includes(one))]) {
    const option = applyEntry(entry, settings, outcome);
    if (option?.engines) own.push([entry, option]);
  }
  for (const [entry, option] of own) checkEngine(entry, option, settings, outcome.problems);
}

function applyEntry(entry: Entry, settings: Settings, outcome: Outcome): FioOption | undefined {
  const { key, where } = entry;
  const { problems, notes } = outcome;
  const option = findOption(key);
  if (!option) {
    problems.add(where, `unknown option ${shown(key)}`, () => optionHint(key));
    return undefined;
  }
  settings.at.set(option.name, where);
  switch (option.status) {
    case "accepted":
      notes.accept(option.name);
      break;
    case "later":
      if (entry.value === undefined || !option.inert.includes(entry.value.trim())) {
        notes.addOfEmulator(`${option.name} (${where}): not honoured yet, ${option.instead}`);
      }
      break;
    case "refused":
      problems.add(where, `${option.name}: ${option.reason}`, "a job without it");
      break;
    case "modelled":
      applyModelled(entry, option, settings, outcome);
  }
  return option;
}

function applyModelled(
  entry: Entry,
  option: ModelledOption,
  settings: Settings,
  { problems, notes }: Outcome,
): void {
  const { key, where, value } = entry;
  const context: ValueContext = {
    kbBase: settings.kbBase,
    computed: entry.computed,
    note: (text) => notes.add(`${key} (${where}): ${text}`),
  };
  const trimmed = value?.trim();
  const fault = faultBefore(entry, option) ?? option.read(settings, trimmed, context);
  if (fault !== undefined) {
    settings.malformed.add(option.name);
    problems.add(where, `${key}: ${fault}`, `${key} takes ${option.accepts}`);
    return;
  }
  settings.malformed.delete(option.name);
  for (const name of entry.unset) {
    context.note(`\${${name}} is not set and stands for nothing, as in fio`);
  }
}

/** What is wrong with a value whatever the option. */
function faultBefore(entry: Entry, option: ModelledOption): string | undefined {
  const { value, unset } = entry;
  const trimmed = value?.trim();
  if (trimmed === "") {
    return unset.length > 0 ? `no value: \${${unset.join("}, ${")}} is not set` : "no value";
  }
  if (trimmed !== undefined && /^\[.*\]$/s.test(trimmed)) {
    return `${shown(trimmed)} is a placeholder; fill it in`;
  }
  const behindBlank = value !== trimmed && option.blank === "digits";
  if (behindBlank && !/^\d+$/.test(trimmed ?? "")) {
    const mended = shownBare(`${entry.key}=${trimmed}`);
    return `a blank behind =, where fio drops units and knows no words; write ${mended}`;
  }
  return undefined;
}

function checkEngine(
  entry: Entry,
  option: FioOption,
  settings: Settings,
  problems: Problems,
): void {
  const engines = option.engines ?? [];
  if (engines.includes(settings.ioengine) || !modelledEngine(settings.ioengine)) return;
  const found = `${option.name} is no option of ioengine=${settings.ioengine}`;
  problems.add(entry.where, found, `it belongs to ioengine=${engines.join(", ")}`);
}
