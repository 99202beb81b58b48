import type { ChangeRecord } from "../executors/control.ts";
import type { RunRecord } from "./record.ts";
import { indented, labelled } from "./report_layout.ts";
import { durationWords, wrapped } from "./words.ts";

const WORDS_WIDTH = 63;

/** Knobs that were turned while the run ran, one a line. */
export function changeLines(record: RunRecord): string[] {
  const { changes } = record;
  const [first, ...rest] = changes.map((change) => changeWords(change));
  if (first === undefined) return [];
  const lines = rest.flatMap((words) => wrapped(words, WORDS_WIDTH));
  return [...labelled("changes", first), ...lines.map(indented)];
}

/** `at 2.50s bias 1024 → 4096, everybody stopped for 3.20ms`. */
function changeWords({ atMs, knob, of, from, to, pauseMs }: ChangeRecord): string {
  const what = of === undefined ? knob : `${knob} of ${of}`;
  const stopped =
    pauseMs === undefined ? "" : `, everybody stopped for ${durationWords(pauseMs * 1e6)}`;
  return `at ${durationWords(atMs * 1e6)} ${what} ${from} → ${to}${stopped}`;
}
