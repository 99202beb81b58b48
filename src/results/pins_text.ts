import type { PinsRecord, RunRecord } from "./record.ts";
import { hasFiles, pinnedTests } from "./record_facts.ts";
import { labelled, paragraph } from "./report_layout.ts";
import { countWords, shareWords, wholeWords } from "./words.ts";

/** What the report says of pins, of the test that looks for them, and of the fast path. */

export function pinLines(record: RunRecord): string[] {
  const { pins } = record;
  const causes = Object.entries(pins.fastFallbacks).filter(([, times]) => times > 0);
  const fallbacks = causes.map(([cause, times]) => `${cause}=${countWords(times)}`).join(", ");
  return [
    ...labelled("pins", coverWords(record)),
    ...labelled("pinned test", verdictWords(pins)),
    ...(hasFiles(record) ? meaningWords(record).flatMap(paragraph) : []),
    ...labelled("fallbacks", fallbacks === "" ? "none" : fallbacks),
  ];
}

function coverWords({ pins, work }: RunRecord): string {
  const { covered, refusedOverflow } = pins;
  const refused = work.pins_refused ?? 0;
  const parts = covered === undefined ? [] : [`covered=${shareWords(covered)}`];
  if (refused > 0) parts.push(`refused by the scheme=${countWords(refused)}`);
  if (covered !== undefined) parts.push(`refused at overflow=${countWords(refusedOverflow)}`);
  return parts.length === 0 ? "none taken" : parts.join(", ");
}

function verdictWords(pins: PinsRecord): string {
  const asked = pinnedTests(pins);
  if (asked === 0) return "never asked";
  const answers: [string, number][] = [
    ["true_positive", pins.truePositive],
    ["false_positive", pins.falsePositive],
    ["true_negative", pins.trueNegative],
    ["false_negative", pins.falseNegative],
    ["undecided", pins.undecided],
    ["unknown", pins.unknown],
  ];
  const words = answers
    .filter(([name, times]) => times > 0 || name.startsWith("false"))
    .map(([name, times]) => `${name}=${countWords(times)}`);
  return `asked=${countWords(asked)}, ${words.join(", ")}`;
}

/** What wrong answers cost: work put off for nothing, DMA that no one expected. */
function meaningWords({ pins, scenario }: RunRecord): string[] {
  const { truePositive, falsePositive, falseNegative, unknown } = pins;
  const { background, fsync } = scenario.machine.onPinned;
  const words: string[] = [];
  if (falsePositive > 0) {
    const share = shareWords(falsePositive / (truePositive + falsePositive));
    const heeded = background !== "ignore" || fsync !== "ignore";
    words.push(
      `false_positive: ${share} of the pages told to be pinned had no device writing to ` +
        (heeded
          ? "them and were skipped, bounced, waited for or kept for nothing."
          : "them and nothing was done about it (on-pinned=ignore)."),
    );
  }
  if (falseNegative > 0) {
    const pages = falseNegative === 1 ? "1 page" : `${wholeWords(falseNegative)} pages`;
    words.push(`false_negative: ${pages} told not to be pinned could be written to by a device.`);
  }
  if (unknown > 0) words.push("unknown: the scheme cannot tell pins from other references.");
  return words;
}
