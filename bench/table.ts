import type { Estimate } from "./statistics.ts";

/** One section of the report. */
export interface Table {
  readonly title: string;
  readonly note: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** As Markdown, padded so that it also reads well on a terminal. */
export function renderTable({ title, note, head, rows }: Table): string {
  const width = head.map((name, i) =>
    Math.max(name.length, ...rows.map((row) => (row[i] ?? "").length)),
  );
  const line = (cells: readonly string[]) =>
    `| ${width.map((columns, i) => (cells[i] ?? "").padEnd(columns)).join(" | ")} |`;
  const rule = `|${width.map((columns) => "-".repeat(columns + 2)).join("|")}|`;
  return [`### ${title}`, "", `${note}.`, "", line(head), rule, ...rows.map(line)].join("\n");
}

/** A ratio with its interval. */
export function share({ median, low, high }: Estimate): string {
  return `${median.toFixed(2)} [${low.toFixed(2)}, ${high.toFixed(2)}]`;
}

export function ns(value: number): string {
  return value.toFixed(value < 10 ? 2 : 1);
}

export function ms(valueNs: number): string {
  return (valueNs / 1e6).toFixed(1);
}

export function mib(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(1);
}

export function million(value: number): string {
  return (value / 1e6).toFixed(1);
}

export function factor(value: number): string {
  return `×${value.toFixed(2)}`;
}

/** A time, ns, with its interval. */
export function interval({ median, low, high }: Estimate): string {
  return `${ns(median)} [${ns(low)}, ${ns(high)}]`;
}
