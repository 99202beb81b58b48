import { nearestName } from "./nearest_name.ts";
import type { FioOption } from "./option.ts";
import { GROUPING_OPTIONS } from "./options_grouping.ts";
import { LIMIT_OPTIONS } from "./options_limits.ts";
import { MEMORY_OPTIONS } from "./options_memory.ts";
import {
  ACCEPTED_OPTIONS,
  ENGINE_OPTIONS,
  LATER_OPTIONS,
  REFUSED_OPTIONS,
} from "./options_other.ts";
import { REPLAY_OPTIONS } from "./options_replay.ts";
import { SHAPE_OPTIONS } from "./options_shape.ts";

/** Every option of fio 3.33; parsing, limits and help all come from here. */
export const OPTION_TABLE: readonly FioOption[] = Object.freeze([
  ...SHAPE_OPTIONS,
  ...LIMIT_OPTIONS,
  ...MEMORY_OPTIONS,
  ...GROUPING_OPTIONS,
  ...REPLAY_OPTIONS,
  ...LATER_OPTIONS,
  ...REFUSED_OPTIONS,
  ...ACCEPTED_OPTIONS,
  ...ENGINE_OPTIONS,
]);

const BY_NAME: ReadonlyMap<string, FioOption> = new Map(
  OPTION_TABLE.flatMap((option) =>
    [option.name, ...option.aliases].map((name): [string, FioOption] => [name, option]),
  ),
);

/** The option of this exact name or alias; fio tells `io-size` from `io_size`. */
export function findOption(name: string): FioOption | undefined {
  return BY_NAME.get(name);
}

/** What to write in place of an unknown name. */
export function optionHint(name: string): string {
  const near = nearestName(name, BY_NAME.keys());
  if (near !== undefined) return `an option of fio 3.33; did you mean ${near}?`;
  return "an option of fio 3.33 (fio --cmdhelp lists them)";
}
