import type { RunRecord } from "./record.ts";
import { hasFiles } from "./record_facts.ts";
import { labelled, paragraph } from "./report_layout.ts";
import { wholeWords } from "./words.ts";

/** What the file side of the kernel did, and what pins cost it. Counts that are 0 are left out. */

/** A counter and its words: N stands for it; for one there may be words of their own. */
type Part = readonly [count: number | undefined, words: string, forOne?: string];

export function fileSideLines(record: RunRecord): string[] {
  if (!hasFiles(record)) return [];
  const sentences = sentencesOf(record).flatMap(([who, parts]) => {
    const words = parts.flatMap(partWords);
    return words.length === 0 ? [] : [`${who}: ${words.join(", ")}`];
  });
  const [first, ...rest] = sentences;
  if (first === undefined) return labelled("file side", "nothing was done");
  return [...labelled("file side", first), ...rest.flatMap(paragraph)];
}

function sentencesOf({ work, vmstat }: RunRecord): [who: string, parts: Part[]][] {
  const writeback: Part[] = [
    [vmstat.nr_written, "N pages written", "1 page written"],
    [work.skipped, "N skipped as pinned"],
    [work.bounced, "N bounced"],
    [work.waited, "N waited for until unpinned"],
    [work.stuck, "N given up as stuck behind a pin"],
  ];
  const mkclean: Part[] = [
    [work.mkclean, "N pages", "1 page"],
    [work.ptes_cleaned, "N PTEs write-protected", "1 PTE write-protected"],
  ];
  const reclaim: Part[] = [
    [vmstat.pgscan, "N pages scanned", "1 page scanned"],
    [vmstat.pgsteal, "N reclaimed"],
    [work.kept_mapped, "N kept as still mapped"],
    [work.kept_pinned, "N kept as pinned"],
    [work.buffers_dropped, "N stripped of buffers"],
    [work.freeze_failed, "N failed at the refcount freeze"],
  ];
  const gup: Part[] = [
    [work.gup_waited, "waited for writeback N times", "waited for writeback once"],
    [work.pins_uncovered, "N pins taken as plain references", "1 pin taken as a plain reference"],
    [work.pins_refused, "N pages refused by the scheme", "1 page refused by the scheme"],
  ];
  return [
    ["writeback", writeback],
    ["page_mkclean", mkclean],
    ["reclaim", reclaim],
    ["truncate", [[work.truncated, "N pages taken out", "1 page taken out"]]],
    ["gup", gup],
  ];
}

function partWords([count = 0, words, forOne = words]: Part): string[] {
  if (count === 0) return [];
  return [(count === 1 ? forOne : words).replace(/\bN\b/, wholeWords(count))];
}
