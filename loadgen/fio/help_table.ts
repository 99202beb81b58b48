import type { FioOption, OptionStatus } from "./option.ts";
import { OPTION_TABLE } from "./option_table.ts";

/** One line of the help on fio options. */
export interface HelpRow {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly status: OptionStatus;
  /** Values taken, for a modelled option; empty for others. */
  readonly accepts: string;
  readonly help: string;
  /** The ioengines that have it; empty: all. */
  readonly engines: readonly string[];
}

function helpOf(option: FioOption): string {
  if (option.status === "later") return `${option.help}; not honoured yet: ${option.instead}`;
  if (option.status === "refused") return `${option.help}; refused: ${option.reason}`;
  return option.help;
}

/** The option table as documentation and `--help` show it, by status, then by name. */
export function helpTable(): readonly HelpRow[] {
  const order: readonly OptionStatus[] = ["modelled", "later", "refused", "accepted"];
  return OPTION_TABLE.map((option) => ({
    name: option.name,
    aliases: option.aliases,
    status: option.status,
    accepts: option.status === "modelled" ? option.accepts : "",
    help: helpOf(option),
    engines: option.engines ?? [],
  })).sort(
    (a, b) => order.indexOf(a.status) - order.indexOf(b.status) || (a.name < b.name ? -1 : 1),
  );
}
