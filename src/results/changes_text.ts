import type { ChangeRecord } from "../executors/control.ts";
import type { RunRecord } from "./record.ts";
import { labelled, paragraph } from "./report_layout.ts";
import { durationWords } from "./words.ts";

/** Knobs that were turned while the run ran, one a line. */
export function changeLines(record: RunRecord): string[] {
  const { changes } = record;
  const [first, ...rest] = changes.map((change) => changeWords(change));
  if (first === undefined) return [];
  return [...labelled("changes", first), ...rest.flatMap(paragraph)];
}

/** `at 2.50s bias 1024 → 4096, everybody stopped for 3.20ms`. */
function changeWords({ atMs, knob, of, from, to, pauseMs }: ChangeRecord): string {
  const what = of === undefined ? knob : `${knob} of ${of}`;
  const stopped =
    pauseMs === undefined ? "" : `, everybody stopped for ${durationWords(pauseMs * 1e6)}`;
  return `at ${durationWords(atMs * 1e6)} ${what} ${from} → ${to}${stopped}`;
}
