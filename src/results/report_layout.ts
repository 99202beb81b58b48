import { wrapped } from "./words.ts";

/** How the report is laid out: fio's labels, and lines that end at a terminal's edge. */

export const WIDTH = 80;
/** Width of fio's labels: `  cpu          : `. */
export const LABEL = 13;

/** `  label        : words`, wrapped below themselves. */
export function labelled(label: string, words: string): string[] {
  const [first = "", ...rest] = wrapped(words, WIDTH - LABEL - 4);
  return [`  ${label.padEnd(LABEL)}: ${first}`, ...rest.map(indented)];
}

/** Words below those of a label. */
export function paragraph(words: string): string[] {
  return wrapped(words, WIDTH - LABEL - 4).map(indented);
}

/** A line below the words of a label. */
export function indented(line: string): string {
  return `${" ".repeat(LABEL + 4)}${line}`;
}
