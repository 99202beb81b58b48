import type { InvariantBreach, OpName, OpRecord, PinsRecord, RunRecord } from "./record.ts";
import {
  brokenPromises,
  notesOf,
  opsOf,
  pinnedTests,
  timedIos,
  usesBias,
  warmupsMs,
} from "./record_facts.ts";
import { foundWords } from "./threshold_words.ts";
import { binaryBytes, countWords, durationWords, shareWords, table, wrapped } from "./words.ts";

/** The part of the report that fio has no words for: what pinning did and what it cost. */

const WIDTH = 80;
/** Width of fio's labels: `  cpu          : `. */
const LABEL = 13;
/** Columns that what a threshold found needs beside it. */
const LEAST_FOUND = 24;

export function pinlabLines(record: RunRecord): string[] {
  return [
    `Pinning: ${schemeWords(record)}`,
    ...labelled("machine", machineWords(record)),
    ...labelled("measured", measuredWords(record)),
    ...labelled("measuring", measuringWords(record)),
    ...opLines(record),
    ...pinLines(record.pins),
    ...vmstatLines(record.vmstat),
    ...invariantLines(record),
    ...thresholdLines(record),
    ...traceLines(record),
    ...noteLines(record),
  ];
}

function schemeWords(record: RunRecord): string {
  const { machine, run } = record.scenario;
  const bias = usesBias(machine) ? `, bias=${machine.bias}` : "";
  return (
    `scheme=${machine.scheme}${bias}, rules=${machine.rules}, ` +
    `executor=${record.executor}, seed=${run.seed}`
  );
}

function machineWords(record: RunRecord): string {
  const actors = record.actors === 1 ? "1 actor" : `${record.actors} actors`;
  const cpus = record.environment.cpus === 1 ? "1 CPU" : `${record.environment.cpus} CPUs`;
  return (
    `${record.pages} pages (${binaryBytes(record.pages * 4096)} emulated) ` +
    `in ${binaryBytes(record.memoryBytes)}, ${actors} on ${cpus}`
  );
}

function measuredWords(record: RunRecord): string {
  const parts = [durationWords(record.durationNs)];
  if (record.interrupted) parts[0] += " until interrupted";
  const warmups = [...new Set(warmupsMs(record.scenario))].filter((ms) => ms > 0);
  const words = warmups.map((ms) => durationWords(ms * 1e6)).join(" or ");
  if (warmups.length > 0) parts.push(`warm-up of ${words} left out`);
  const { ios, timed } = timedIos(record);
  if (ios > 0) parts.push(`${countWords(timed)} of ${countWords(ios)} I/Os timed`);
  return parts.join(", ");
}

function measuringWords({ calibration }: RunRecord): string {
  const { clockReadNs, clockGrainNs, samplingShare } = calibration;
  return (
    `clock read=${durationWords(clockReadNs)}, grain=${durationWords(clockGrainNs)}, ` +
    `sampling=${shareWords(samplingShare)} of the time`
  );
}

function opLines(record: RunRecord): string[] {
  const ops = opsOf(record).filter(([, op]) => op.count > 0);
  if (ops.length === 0) return labelled("operations", "none");
  const head = ["operations", "count", "rate/s", "mean", "timed"];
  const rows = table([
    [...head, "p50", "p99", "p99.9", "max", "<res"],
    ...ops.map(([name, op]) => opCells(name, op)),
  ]);
  return [
    "",
    ...rows.map((row) => `  ${row}`),
    ...paragraph(
      "mean: operations timed in batches of 4 and more, the clock's cost taken off. " +
        "p50 to max: operations timed alone (timed). " +
        "<res: share of these that the clock cannot resolve." +
        (record.scenario.groups.length > 1
          ? " rate/s: over the stonewall groups that did any."
          : ""),
    ),
    "",
  ];
}

function opCells(name: OpName, op: OpRecord): string[] {
  const { latency } = op;
  const mean = op.batchMeanNs === undefined ? "-" : durationWords(op.batchMeanNs);
  const cells = [name, countWords(op.count), countWords(op.rate), mean, countWords(op.sampled)];
  if (latency.count === 0) return [...cells, "-", "-", "-", "-", "-"];
  const percentiles = [50, 99, 99.9].map((percent) => durationWords(latency.percentile(percent)));
  return [...cells, ...percentiles, durationWords(latency.maxNs), shareWords(op.belowResolution)];
}

function pinLines(pins: PinsRecord): string[] {
  const covered = pins.covered === undefined ? "none taken" : shareWords(pins.covered);
  const causes = Object.entries(pins.fastFallbacks).filter(([, times]) => times > 0);
  const fallbacks = causes.map(([cause, times]) => `${cause}=${countWords(times)}`).join(", ");
  return [
    ...labelled(
      "pins",
      pins.covered === undefined
        ? covered
        : `covered=${covered}, refused at overflow=${countWords(pins.refusedOverflow)}`,
    ),
    ...labelled("pinned test", verdictWords(pins)),
    ...labelled("fallbacks", fallbacks === "" ? "none" : fallbacks),
  ];
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

function vmstatLines(vmstat: Readonly<Record<string, number>>): string[] {
  const rows = table(Object.entries(vmstat).map(([name, value]) => [name, String(value)]));
  if (rows.length === 0) return [];
  return ["  vmstat       : whole run, warm-up and teardown included", ...rows.map(indented)];
}

function invariantLines(record: RunRecord): string[] {
  const { checked, violated } = record.invariants;
  const broken = brokenPromises(record).length;
  const verdict = broken === 0 ? "" : `; ${broken} BROKEN`;
  return [
    ...labelled("invariants", checked.length === 0 ? "none checked" : checked.join(", ") + verdict),
    ...violated.flatMap((breach) => paragraph(breachWords(breach))),
    ...(checked.length > 0 && violated.length === 0 ? paragraph("all hold") : []),
  ];
}

function breachWords({ name, count, expected, first }: InvariantBreach): string {
  const times = count === 1 ? "once" : `${countWords(count)} times`;
  const kind = expected ? "expected of this scheme" : "BROKEN PROMISE";
  return `${name} violated ${times} (${kind}), first: ${first}`;
}

/** A verdict, the threshold as it was written, what was found: beside it, or below a long one. */
function thresholdLines(record: RunRecord): string[] {
  const texts = record.thresholds.map(({ threshold }) => threshold.text);
  const column = LABEL + 4 + "FAILED  ".length;
  const beside = column + Math.max(0, ...texts.map((text) => text.length)) + 2;
  const isBelow = WIDTH - beside < LEAST_FOUND;
  const indent = isBelow ? column + 2 : beside;
  return record.thresholds.flatMap((judged, i) => {
    const label = i === 0 ? `  ${"thresholds".padEnd(LABEL)}: ` : indented("");
    const head = `${label}${judged.ok ? "ok    " : "FAILED"}  ${texts[i]}`;
    const found = wrapped(foundWords(record, judged), WIDTH - indent);
    const lines = found.map((line) => " ".repeat(indent) + line);
    return isBelow ? [head, ...lines] : [head.padEnd(indent) + found[0], ...lines.slice(1)];
  });
}

function traceLines({ trace }: RunRecord): string[] {
  if (trace === undefined) return [];
  const { written, kept, dropped, eventsPerCpu } = trace;
  const words =
    `${countWords(kept)} of ${countWords(written)} events kept, ${countWords(dropped)} dropped` +
    (dropped > 0
      ? `: the newest ${countWords(eventsPerCpu)} of each actor and group are kept`
      : "");
  return labelled("trace", words);
}

function noteLines(record: RunRecord): string[] {
  return notesOf(record).flatMap((note) => labelled("note", note));
}

function labelled(label: string, words: string): string[] {
  const [first = "", ...rest] = wrapped(words, WIDTH - LABEL - 4);
  return [`  ${label.padEnd(LABEL)}: ${first}`, ...rest.map(indented)];
}

function paragraph(words: string): string[] {
  return wrapped(words, WIDTH - LABEL - 4).map(indented);
}

function indented(line: string): string {
  return `${" ".repeat(LABEL + 4)}${line}`;
}
