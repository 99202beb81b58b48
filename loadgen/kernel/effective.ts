import { findOption } from "../fio/option_table.ts";
import type { Line, Section } from "../fio/sections.ts";
import { type Entry, type Surroundings, substitute } from "../fio/substitute.ts";

/** An option that is in force for a job. */
export interface Effective {
  /** The option's own name, whatever alias was written. */
  readonly option: string;
  readonly entry: Entry;
  /** As it was written: fio itself replaces `${NAME}` and `$keyword` in it. */
  readonly line: Line;
}

/** The options of each job section in the order fio reads them: every [global] above it first. */
export function effectiveOptions(
  sections: readonly Section[],
  surroundings: Surroundings,
): Effective[][] {
  const jobs: Effective[][] = [];
  const global: Effective[] = [];
  for (const section of sections) {
    const own = section.lines.flatMap((line) => {
      const entry = substitute(line, surroundings);
      const option = findOption(entry.key)?.name;
      return option === undefined ? [] : [{ option, entry, line }];
    });
    if (section.global) global.push(...own);
    else jobs.push([...global, ...own]);
  }
  return jobs;
}

/** The value that wins, trimmed; undefined: not named, or without a value. */
export function lastValue(options: readonly Effective[], name: string): string | undefined {
  return options.findLast(({ option }) => option === name)?.entry.value?.trim();
}
