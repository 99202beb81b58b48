import type { PageState } from "../executors/check/page_state.ts";
import type { Timeline } from "../executors/check/timeline.ts";
import { usesBias } from "../scenario/machine_words.ts";
import type { MachineSpec } from "../scenario/scenario.ts";
import { entryBits, valueWords } from "./check_event_words.ts";
import { wrapped } from "./words.ts";

/** One property of a page, as the scheme sees it; undefined: it has none. */
type Row = readonly [label: string, words: (state: PageState) => string | undefined];

const LABEL = 14;

/** A table of the pages that changed: at the start, and when the invariant broke. */
export function stateLines(
  { before, after }: Timeline,
  machine: MachineSpec,
  width: number,
): string[] {
  if (before.length === 0) return [];
  const column = Math.floor((width - LABEL) / 2);
  const line = (label: string, left: string, right: string): string =>
    `${label.padEnd(LABEL)}${left.padEnd(column)}${right}`.trimEnd();
  const lines = [line("", "before", "when it broke")];
  for (const [i, first] of before.entries()) {
    const last = after[i] ?? first;
    lines.push(`page ${first.pfn}`);
    for (const [label, words] of rowsOf(machine)) {
      const [left, right] = [words(first), words(last)];
      if (left === undefined && right === undefined) continue;
      const [lefts, rights] = [left ?? "–", right ?? "–"].map((cell) => wrapped(cell, column - 2));
      const height = Math.max(lefts?.length ?? 0, rights?.length ?? 0);
      for (let at = 0; at < height; at++) {
        lines.push(line(at === 0 ? `  ${label}` : "", lefts?.[at] ?? "", rights?.[at] ?? ""));
      }
    }
  }
  return lines;
}

function rowsOf(machine: MachineSpec): readonly Row[] {
  return [
    ["mapping", ownerWords],
    ["flags", ({ flags }) => valueWords("flags", flags)],
    ["refcount", ({ refcount }) => refcountWords(refcount, machine)],
    ["_mapcount", (state) => mapcountWords(state, machine)],
    ["pin count", ({ counted }) => (counted === undefined ? undefined : String(counted))],
    ["entries", entriesWords],
    ["ledger", ledgerWords],
    ["content", contentWords],
  ];
}

function ownerWords({ owner, index }: PageState): string {
  return owner === "file" ? `page ${index} of the file` : owner;
}

/** `1028 = 1 × 1024 + 4`. */
function refcountWords(refcount: number, machine: MachineSpec): string {
  const { bias } = machine;
  if (!usesBias(machine) || refcount < bias) return String(refcount);
  return `${refcount} = ${Math.floor(refcount / bias)} × ${bias} + ${refcount % bias}`;
}

/** `1 = 2 mappings + 0 pins − 1`: all that the scheme has to tell them apart. */
function mapcountWords({ mapcount, entries }: PageState, { scheme }: MachineSpec): string {
  const words = valueWords("mapcount", mapcount);
  if (scheme !== "mapcount" || words === "free") return words;
  const pins = mapcount + 1 - entries.length;
  return `${words} = ${entries.length} mapped + ${pins} pinned − 1`;
}

function entriesWords({ entries }: PageState): string {
  const words = entries.map(({ index, value }) => `PTE ${index} ${entryBits(value)}`);
  return words.join(", ") || "none";
}

function ledgerWords({ held }: PageState): string {
  const words = held.flatMap((pins, cpu) => {
    return pins === 0 ? [] : [`${pins} ${pins === 1 ? "pin" : "pins"} of CPU${cpu}`];
  });
  return words.join(", ") || "not pinned";
}

function contentWords({ content, onDisk }: PageState): string | undefined {
  if (onDisk === undefined) return content === 0 ? undefined : valueWords("content", content);
  return `${valueWords("content", content)}; on disk: ${valueWords("content", onDisk)}`;
}
