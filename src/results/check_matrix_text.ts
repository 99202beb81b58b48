import type { CheckResult } from "../executors/check/check.ts";
import type { Axis, Race } from "../executors/check/race.ts";
import { schemeName } from "../scenario/machine_words.ts";
import type { InvariantName } from "../scenario/promises.ts";
import { axisValue, columnsOf, isPosted, isUnexpected, type MatrixColumn } from "./check_matrix.ts";
import { commandLine, parameterWords, replayLine } from "./check_text.ts";
import { type SpannedRow, spannedTable } from "./spanned_table.ts";
import { binaryBytes, spanWords, wholeWords, wrapped } from "./words.ts";

/** The verdicts of a race on many machines: a row a scheme, a column for values that matter. */

const WIDTH = 96;
const PASSED = "ok";
const REFUSED = "·";
/** Before the number of preemptions up to which all was tried. */
const BOUND = "≤";
/** What a cell says of the invariant that is broken. */
const BROKEN: Readonly<Record<InvariantName, string>> = {
  "no-false-negative": "neg",
  "verdict-stable": "stb",
  "no-dirty-without-mkwrite": "mkw",
  "no-dirty-without-buffers": "buf",
  "no-lost-dma-write": "dma",
  "fsync-durable": "fsy",
  "stable-under-writeback": "swb",
  "no-overflow": "ovf",
  "no-use-after-free": "uaf",
  "no-sleep-in-atomic": "slp",
  "no-deadlock": "dlk",
  "conserved-refcount": "ref",
};

export function matrixText(race: Race, results: readonly CheckResult[]): string {
  const columns = columnsOf(race.matters, results);
  const shown = race.matters.filter((_, depth) => splits(columns, depth));
  const marks = marksOf(results);
  const heads = shown.length === 0 ? [["", " verdict"]] : headRows(race, shown, columns);
  const rows = schemeRows(race, results, columns, marks);
  const words = [...axisWords(race, shown, results), legend(rows, marks)];
  const lines = [
    `${race.name}: ${race.title}`,
    "",
    ...spannedTable([...heads, ...rows]),
    "",
    ...words.flatMap((one) => wrapped(one, WIDTH)),
    ...columns.flatMap(unexpectedLines),
  ];
  return `${lines.join("\n")}\n`;
}

/** All of them together. */
export function sumLine(results: readonly CheckResult[], seconds: number): string {
  const kinds = (["passed", "violated", "stopped"] as const).map((kind) => {
    const count = results.filter(({ outcome }) => outcome.kind === kind).length;
    return `${wholeWords(count)} ${kind}`;
  });
  const unexpected = `${wholeWords(results.filter(isUnexpected).length)} not as expected`;
  const states = results.reduce((sum, { effort }) => sum + (effort.states ?? 0), 0);
  const bytes = binaryBytes(Math.max(...results.map(({ effort }) => effort.bytes)));
  const effort = `${wholeWords(states)} states in ${spanWords(seconds)}, ${bytes} at the most`;
  const checks = results.length === 1 ? "1 check" : `${wholeWords(results.length)} checks`;
  return `${checks}: ${kinds.join(", ")}; ${unexpected}; ${effort}`;
}

/** Has the axis more than one column where those before it have one? */
function splits(columns: readonly MatrixColumn[], depth: number): boolean {
  const groups = (length: number): number => new Set(columns.map((c) => groupOf(c, length))).size;
  return groups(depth + 1) > groups(depth);
}

function groupOf({ values }: MatrixColumn, length: number): string {
  return JSON.stringify(values.slice(0, length));
}

/** A row an axis: a value stands over all columns that are about it. */
function headRows(race: Race, shown: readonly Axis[], columns: readonly MatrixColumn[]) {
  return shown.map((axis): SpannedRow => {
    const depth = race.matters.indexOf(axis);
    const every = new Set(columns.flatMap(({ values }) => values[depth] ?? [])).size;
    const cells = columns.map((column, i) => {
      const before = columns[i - 1];
      if (before && groupOf(before, depth + 1) === groupOf(column, depth + 1)) return undefined;
      const values = column.values[depth] ?? [];
      return ` ${values.length === every ? "any" : values.join(", ")}`;
    });
    return [axis, ...cells];
  });
}

function schemeRows(
  race: Race,
  results: readonly CheckResult[],
  columns: readonly MatrixColumn[],
  marks: ReadonlyMap<string, string>,
): SpannedRow[] {
  return [...new Set(results.map(nameOf))].map((scheme) => [
    scheme,
    ...columns.map((column) => {
      const own = column.results.filter((result) => nameOf(result) === scheme);
      return cellWords(race, own, marks);
    }),
  ]);
}

function nameOf({ subject }: CheckResult): string {
  return schemeName(subject.machine);
}

function cellWords(
  race: Race,
  results: readonly CheckResult[],
  marks: ReadonlyMap<string, string>,
): string {
  if (results.length === 0) return ` ${REFUSED}`;
  const own = new Set(results.map((result) => marks.get(meaningOf(result)) ?? ""));
  // Of several bounds the smallest is true of all, and of what passed too.
  const [weakest, ...stronger] = [...own].filter((mark) => mark.startsWith(BOUND)).sort();
  if (weakest !== undefined) for (const mark of [...stronger, PASSED]) own.delete(mark);
  const words = `${[...own].sort().join(",")}${results.some(isUnexpected) ? "!" : ""}`;
  const posted = results.some(({ subject }) => isPosted(subject.machine, race.matters));
  return posted && race.matters.length > 0 ? `[${words}]` : ` ${words}`;
}

/** By what results mean: their marks. */
function marksOf(results: readonly CheckResult[]): Map<string, string> {
  const marks = new Map<string, string>();
  let stops = 0;
  for (const result of results) {
    const meaning = meaningOf(result);
    if (marks.has(meaning)) continue;
    const { outcome } = result;
    if (outcome.kind === "passed") marks.set(meaning, PASSED);
    else if (outcome.kind === "stopped") {
      const { preemptions } = outcome;
      marks.set(meaning, preemptions === undefined ? `stop${++stops}` : `${BOUND}${preemptions}`);
    } else marks.set(meaning, BROKEN[outcome.counterexample.breach.invariant]);
  }
  return marks;
}

function meaningOf({ outcome }: CheckResult): string {
  if (outcome.kind === "passed") return "passed, every schedule";
  if (outcome.kind === "stopped") return `stopped (${outcome.reason}): ${outcome.words}`;
  return `violated: ${outcome.counterexample.breach.invariant}`;
}

function legend(rows: readonly SpannedRow[], marks: ReadonlyMap<string, string>): string {
  const known = [...marks].flatMap(([meaning, mark]) =>
    mark.startsWith(BOUND) ? [] : [`${mark} = ${meaning}`],
  );
  const signs = [
    [BOUND, `${BOUND}N = stopped: every schedule with up to N preemptions, no proof beyond`],
    ["[", "[ ] = as the scheme was posted"],
    [REFUSED, `${REFUSED} = refused: not sound`],
  ].flatMap(([sign = "", words = ""]) => (rows.flat().join("").includes(sign) ? [words] : []));
  return [...known, ...signs].join("; ");
}

/** What of the axes stands in no row. */
function axisWords({ matters }: Race, shown: readonly Axis[], results: readonly CheckResult[]) {
  return matters
    .filter((axis) => !shown.includes(axis))
    .map((axis) => {
      const values = new Set(results.map(({ subject }) => axisValue(subject.machine, axis)));
      const all = [...values].join(", ");
      return values.size === 1 ? `${axis} is ${all}.` : `${axis} (${all}) changes no verdict.`;
    });
}

/** Of each cell with what was not expected: the first such result, and how to repeat it. */
function unexpectedLines({ results }: MatrixColumn): string[] {
  const unexpected = results.filter(isUnexpected);
  return [...new Set(unexpected.map(nameOf))].flatMap((scheme) => {
    const [first, ...others] = unexpected.filter((result) => nameOf(result) === scheme);
    if (first === undefined) return [];
    const { subject, outcome } = first;
    const expected = subject.race.expects(subject.machine, subject.twist);
    const more = others.length > 0 ? ` (and ${others.length} more of the cell)` : "";
    const repeat =
      outcome.kind === "violated"
        ? `replay: ${replayLine(subject, outcome.counterexample.token)}`
        : `repeat: ${commandLine(subject)}`;
    const own = `${nameOf(first)} ${parameterWords(subject)}`;
    return [`! ${own}: ${outcome.kind}, expected: ${expected}${more}`, `    ${repeat}`];
  });
}
