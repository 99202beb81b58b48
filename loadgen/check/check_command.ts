import { Check, type CheckResult } from "../../src/executors/check/check.ts";
import { RACES } from "../../src/executors/check/races.ts";
import { replayed } from "../../src/executors/check/replayed.ts";
import { checkJson } from "../../src/results/check_json.ts";
import { detailLines, effortWords, headLine, resultLine } from "../../src/results/check_text.ts";
import {
  EXIT_INVARIANT,
  EXIT_LIMIT,
  type ExitReason,
  exitStatusOf,
} from "../../src/results/exit_status.ts";
import { wrapped } from "../../src/results/words.ts";
import { ConfigurationError, type Problem } from "../../src/scenario/problem.ts";
import { LiveLine } from "../live_line.ts";
import { type AskedCheck, type CheckFlags, readCheck } from "./check_flags.ts";
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
  const results =
    flags.replay === undefined ? checkAll(asked, flags) : replayOne(asked, flags.replay);
  if (asked.format === "json")
    process.stdout.write(`${JSON.stringify(checkJson(results), null, 2)}\n`);
  if (flags.trace !== undefined) writeTraceFile(flags.trace, results);
  return exitStatusOf(results.flatMap((result) => reasonOf(result) ?? []));
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

function checkAll({ subjects, options, format }: AskedCheck, flags: CheckFlags): CheckResult[] {
  const line = new LiveLine(process.stderr, flags.quiet === true);
  const say = (text: string): void => {
    line.end();
    if (format === "normal") process.stdout.write(`${text}\n`);
  };
  say(headLine());
  let lastNs = 0;
  return subjects.map((subject, index) => {
    const onProgress = (effort: CheckResult["effort"]): void => {
      const nowNs = line.due(lastNs);
      if (nowNs === undefined) return;
      lastNs = nowNs;
      line.write(`${index + 1}/${subjects.length} ${subject.race.name}: ${effortWords(effort)}`);
    };
    const result = new Check(subject, { ...options, onProgress }).run();
    say(
      [
        resultLine(result),
        ...(isWorthTelling(result, subjects.length) ? detailLines(result) : []),
      ].join("\n"),
    );
    return result;
  });
}

/** Of many an expected counterexample is one line; alone it is told. */
function isWorthTelling({ subject, outcome }: CheckResult, count: number): boolean {
  const { race, machine, twist } = subject;
  const isExpected = outcome.kind === race.expects(machine, twist);
  return count === 1 || (outcome.kind !== "stopped" && !isExpected);
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
function reasonOf({ subject, outcome }: CheckResult): ExitReason | undefined {
  const { race, machine, twist } = subject;
  if (outcome.kind === "stopped") return { status: EXIT_LIMIT, message: outcome.words };
  if (outcome.kind === race.expects(machine, twist)) return undefined;
  return { status: EXIT_INVARIANT, message: `${race.name}: ${outcome.kind}` };
}
