import { repeatParts } from "./exit_status.ts";
import type { InvariantBreach, RunRecord } from "./record.ts";
import { brokenPromises, expectedFindings, hasFiles } from "./record_facts.ts";
import { indented, LABEL, labelled, paragraph, WIDTH } from "./report_layout.ts";
import { timesWords } from "./words.ts";

/** What became of each invariant, and how to see a broken promise once more. */

export function invariantLines(record: RunRecord): string[] {
  const { checked, violated } = record.invariants;
  if (checked.length === 0 && violated.length === 0) return labelled("invariants", "none checked");
  if (violated.length === 0 && !hasFiles(record)) {
    return [...labelled("invariants", checked.join(", ")), ...paragraph("all hold")];
  }
  return [
    ...labelled("invariants", verdictWords(record)),
    ...fateLines(record),
    ...violated.flatMap((breach) => paragraph(breachWords(breach))),
    ...(brokenPromises(record).length > 0 ? repeatLines(record) : []),
  ];
}

function verdictWords(record: RunRecord): string {
  const broken = brokenPromises(record).length;
  const expected = expectedFindings(record).length;
  const parts: string[] = [];
  if (broken > 0) parts.push(broken === 1 ? "1 PROMISE BROKEN" : `${broken} PROMISES BROKEN`);
  if (expected > 0) parts.push(`${expected} violated as expected of this scheme`);
  return parts.length === 0 ? "all hold" : parts.join(", ");
}

/** Promised ones that only another executor can decide are told as such. */
function fateLines(record: RunRecord): string[] {
  const { checked, promised, violated } = record.invariants;
  const decided = new Set([...checked, ...violated.map(({ name }) => name)]);
  const undecided = hasFiles(record) ? promised.filter((name) => !decided.has(name)) : [];
  const names = [...decided, ...undecided];
  const width = Math.max(...names.map((name) => name.length));
  return names.map((name) => {
    const breach = violated.find((one) => one.name === name);
    const fate = decided.has(name) ? fateWords(breach) : `not decided by ${record.executor}`;
    const promise = promised.includes(name) ? "promised" : "";
    return indented(`${name.padEnd(width)}  ${promise.padEnd("promised".length)}  ${fate}`);
  });
}

function fateWords(breach: InvariantBreach | undefined): string {
  if (breach === undefined) return "held";
  return breach.expected ? "violated as expected" : "BROKEN";
}

function breachWords({ name, count, expected, first }: InvariantBreach): string {
  const kind = expected ? "expected of this scheme" : "BROKEN PROMISE";
  return `${name} violated ${timesWords(count)} (${kind}), first: ${first}`;
}

/** A command that can be pasted: lines end between its flags, with a backslash. */
function repeatLines(record: RunRecord): string[] {
  const parts = repeatParts(record);
  if (parts === undefined) return [];
  const width = WIDTH - LABEL - 4 - " \\".length;
  const lines: string[] = [];
  for (const part of parts) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + 1 + part.length <= width) {
      lines[lines.length - 1] = `${line} ${part}`;
    } else {
      lines.push(lines.length === 0 ? part : `  ${part}`);
    }
  }
  const [first = "", ...rest] = lines.map((line, i) =>
    i === lines.length - 1 ? line : `${line} \\`,
  );
  return [`  ${"repeat".padEnd(LABEL)}: ${first}`, ...rest.map(indented)];
}
