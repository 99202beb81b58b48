import { chosenParameters, machineParameters } from "../scenario/machine_words.ts";
import { changeLines } from "./changes_text.ts";
import { fileSideLines } from "./file_side_text.ts";
import { invariantLines } from "./invariants_text.ts";
import { pinLines } from "./pins_text.ts";
import type { OpName, OpRecord, RunRecord } from "./record.ts";
import { hasFiles, notesOf, opsOf, timedIos, warmupsMs } from "./record_facts.ts";
import { indented, LABEL, labelled, paragraph, WIDTH } from "./report_layout.ts";
import { foundWords } from "./threshold_words.ts";
import { binaryBytes, countWords, durationWords, shareWords, table, wrapped } from "./words.ts";

/** The part of the report that fio has no words for: what pinning did and what it cost. */

/** Columns that what a threshold found needs beside it. */
const LEAST_FOUND = 24;

export function pinlabLines(record: RunRecord): string[] {
  return [
    ...schemeLines(record),
    ...labelled("machine", machineWords(record)),
    ...labelled("measured", measuredWords(record)),
    ...labelled("measuring", measuringWords(record)),
    ...opLines(record),
    ...pinLines(record),
    ...fileSideLines(record),
    ...vmstatLines(record.vmstat),
    ...invariantLines(record),
    ...thresholdLines(record),
    ...changeLines(record),
    ...traceLines(record),
    ...noteLines(record),
  ];
}

/** Everything that a verdict depends on; without files less does. */
function schemeLines(record: RunRecord): string[] {
  const { machine, run } = record.scenario;
  const parameters = hasFiles(record) ? machineParameters(machine) : chosenParameters(machine);
  const words = [
    ...parameters.map(({ name, value }) => `${name}=${value}`),
    `executor=${record.executor}`,
    `seed=${run.seed}`,
  ].join(", ");
  const head = "Pinning: ";
  const [first = "", ...rest] = wrapped(words, WIDTH - head.length);
  return [head + first, ...rest.map((line) => " ".repeat(head.length) + line)];
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

/** Counters of what only files have; without any they are left out. */
const OF_FILES = ["nr_dirtied", "nr_written", "pgscan", "pgsteal"];

function vmstatLines(vmstat: Readonly<Record<string, number>>): string[] {
  const shown = Object.entries(vmstat).filter(([name, n]) => n !== 0 || !OF_FILES.includes(name));
  const rows = table(shown.map(([name, value]) => [name, String(value)]));
  if (rows.length === 0) return [];
  return ["  vmstat       : whole run, warm-up and teardown included", ...rows.map(indented)];
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
