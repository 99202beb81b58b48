import type { CheckResult } from "../../src/executors/check/check.ts";
import { CheckThread } from "../../src/executors/check/check_thread.ts";
import type { Effort } from "../../src/executors/check/outcome.ts";
import { RACES } from "../../src/executors/check/races.ts";
import { replayed } from "../../src/executors/check/replayed.ts";
import type { Subject } from "../../src/executors/check/trial.ts";
import { checkJson } from "../../src/results/check_json.ts";
import { isUnexpected } from "../../src/results/check_matrix.ts";
import { matrixText, sumLine } from "../../src/results/check_matrix_text.ts";
import { commandLine, detailLines, headLine, resultLine } from "../../src/results/check_text.ts";
import {
  EXIT_INTERRUPTED,
  EXIT_INVARIANT,
  EXIT_LIMIT,
  type ExitReason,
  exitStatusOf,
} from "../../src/results/exit_status.ts";
import { INTERRUPTED } from "../../src/results/record_facts.ts";
import { wrapped } from "../../src/results/words.ts";
import { ConfigurationError, type Problem } from "../../src/scenario/problem.ts";
import { onInterrupt } from "../terminal.ts";
import { type AskedCheck, type CheckFlags, readCheck } from "./check_flags.ts";
import { CheckProgress } from "./check_progress.ts";
import { checkTraceFile, writeTraceFile } from "./trace_file.ts";

/** `pinlab check`: the exit status. Results go to standard output as they come. */
export async function checkCommand(names: readonly string[], flags: CheckFlags): Promise<number> {
  if (flags.list) {
    process.stdout.write(listText());
    return 0;
  }
  const problems: Problem[] = [];
  const asked = readCheck(names, flags, problems);
  if (flags.replay !== undefined && asked.subjects.length > 1) {
    const accepted = "one race on one machine: name both, as the replay line does";
    problems.push({ where: "--replay", found: `${asked.subjects.length} checks`, accepted });
  }
  if (problems.length > 0) throw new ConfigurationError(problems);
  if (flags.trace !== undefined) checkTraceFile(flags.trace);
  const interrupt = onInterrupt(() => process.exit(EXIT_INTERRUPTED));
  const results =
    flags.replay === undefined
      ? await checkAll(asked, flags, interrupt.signal)
      : replayOne(asked, flags.replay);
  if (asked.format === "json")
    process.stdout.write(`${JSON.stringify(checkJson(results), null, 2)}\n`);
  if (flags.trace !== undefined) writeTraceFile(flags.trace, results);
  interrupt.remove();
  const reasons = results.flatMap((result) => reasonOf(result) ?? []);
  if (interrupt.signal.aborted) reasons.push({ status: EXIT_INTERRUPTED, message: INTERRUPTED });
  for (const { status, message } of reasons) {
    // A limit stands in its row.
    if (status !== EXIT_LIMIT) console.error(`pinlab: ${message}`);
  }
  return exitStatusOf(reasons);
}

function listText(): string {
  const lines = RACES.flatMap(({ name, title, story, actors, twists = [], machines }) => [
    name,
    ...[title, `actors: ${actors.join("; ")}`, `machines: ${machines.length}`].map(
      (words) => `    ${words}`,
    ),
    ...twists.map((twist) => `    --variant ${twist.name}: ${twist.words}`),
    ...wrapped(story, 88).map((line) => `      ${line}`),
    "",
  ]);
  return `${lines.join("\n")}\n`;
}

async function checkAll(
  { subjects, options, format }: AskedCheck,
  flags: CheckFlags,
  signal: AbortSignal,
): Promise<CheckResult[]> {
  const progress = new CheckProgress(process.stderr, flags.quiet === true, subjects.length);
  const say = (text: string | undefined): void => {
    if (text === undefined || format !== "normal") return;
    progress.clear();
    process.stdout.write(`${text}\n`);
  };
  if (!flags.matrix) say(headLine());
  const thread = new CheckThread();
  signal.addEventListener("abort", () => thread.interrupt());
  const results: CheckResult[] = [];
  for (const subject of subjects) {
    const onProgress = (effort: Effort): void => progress.update(subject.race.name, effort);
    const result = await thread.run(subject, { ...options, onProgress });
    results.push(result);
    progress.ended();
    say(flags.matrix ? tableOf(results, subjects, signal) : rowsOf(result, subjects));
    if (signal.aborted) break;
  }
  await thread.close();
  progress.clear();
  if (results.length > 1) say(sumLine(results, progress.seconds));
  return results;
}

function rowsOf(result: CheckResult, { length }: readonly Subject[]): string {
  return [resultLine(result), ...(isWorthTelling(result, length) ? detailLines(result) : [])].join(
    "\n",
  );
}

/** The table of a race whose last result this is, or of what there is of it. */
function tableOf(
  results: readonly CheckResult[],
  subjects: readonly Subject[],
  { aborted }: AbortSignal,
): string | undefined {
  const race = subjects[results.length - 1]?.race;
  if (race === undefined || (subjects[results.length]?.race === race && !aborted)) return undefined;
  return matrixText(
    race,
    results.filter(({ subject }) => subject.race === race),
  );
}

/** Of many an expected counterexample is one line; alone it is told. */
function isWorthTelling(result: CheckResult, count: number): boolean {
  return count === 1 || result.outcome.kind === "stopped" || isUnexpected(result);
}

function replayOne({ subjects: [subject], format }: AskedCheck, token: string): CheckResult[] {
  if (subject === undefined) return [];
  const result = replayed(subject, token);
  if (typeof result === "string") {
    const accepted = "a token that pinlab check has printed for this race, machine and version";
    throw new ConfigurationError([{ where: "--replay", found: result, accepted }]);
  }
  if (format === "normal") {
    process.stdout.write(
      `${[headLine(), resultLine(result), ...detailLines(result)].join("\n")}\n`,
    );
  }
  return [result];
}

/** An outcome that was not the expected one, or a limit. */
function reasonOf(result: CheckResult): ExitReason | undefined {
  const { subject, outcome } = result;
  if (outcome.kind === "stopped") return { status: EXIT_LIMIT, message: outcome.words };
  if (!isUnexpected(result)) return undefined;
  const message = `${commandLine(subject)}: ${outcome.kind}, which was not expected`;
  return { status: EXIT_INVARIANT, message };
}
