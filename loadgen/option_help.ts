import { wrapped } from "../src/results/words.ts";
import { nearestName } from "../src/scenario/nearest_name.ts";
import { ConfigurationError } from "../src/scenario/problem.ts";
import { type HelpRow, helpTable } from "./fio/help_table.ts";

const TITLES = {
  modelled: "Modelled: these shape the run.",
  later: "Not honoured yet: the run says so and goes on.",
  refused: "Refused, with the reason.",
  accepted: "Accepted: no effect on pinning.",
} as const;

/** Help on one fio option, or on all of them by what pinlab makes of them. */
export function optionHelp(name: string | true): string {
  const rows = helpTable();
  if (name === true) return allOptions(rows);
  const row = rows.find((known) => known.name === name || known.aliases.includes(name));
  if (row) return oneOption(row);
  const near = nearestName(
    name,
    rows.map((known) => known.name),
  );
  throw new ConfigurationError([
    {
      where: "--cmdhelp",
      found: `"${name}" is no option of fio`,
      accepted: near === undefined ? "a fio option's name" : `did you mean ${near}?`,
    },
  ]);
}

function oneOption(row: HelpRow): string {
  const aliases = row.aliases.length > 0 ? `\n  also    : ${row.aliases.join(", ")}` : "";
  const engines = row.engines.length > 0 ? `\n  engines : ${row.engines.join(", ")}` : "";
  const accepts = row.accepts ? `\n  accepts : ${row.accepts}` : "";
  return `${row.name} (${row.status})\n  ${row.help}${accepts}${aliases}${engines}\n`;
}

function allOptions(rows: readonly HelpRow[]): string {
  const parts: string[] = [];
  for (const [status, title] of Object.entries(TITLES)) {
    const of = rows.filter((row) => row.status === status);
    parts.push(`${title}\n`);
    if (status === "modelled") {
      const width = Math.max(...of.map(({ name }) => name.length));
      for (const row of of) parts.push(modelledRow(row, width));
    } else {
      const lines = wrapped(of.map((row) => row.name).join(" "), 76);
      parts.push(lines.map((line) => `  ${line}\n`).join(""));
    }
    parts.push("\n");
  }
  return parts.join("");
}

/** The name in a column of its own, what it accepts wrapped beside it. */
function modelledRow(row: HelpRow, width: number): string {
  const indent = " ".repeat(2 + width + 1);
  const lines = wrapped(row.accepts, 78 - indent.length);
  return `  ${row.name.padEnd(width)} ${lines.join(`\n${indent}`)}\n`;
}
