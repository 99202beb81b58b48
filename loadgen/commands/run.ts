import { type Command, Option } from "commander";
import type { Recorder } from "../../dashboard/server/recorder.ts";
import { placeActors, planFor } from "../../src/executors/threads/placement.ts";
import { runThreads } from "../../src/executors/threads/run_threads.ts";
import { EXIT_INTERRUPTED, repeatLine } from "../../src/results/exit_status.ts";
import { checkWritable } from "../../src/results/write_output.ts";
import { DEFAULT_RUN } from "../../src/scenario/defaults.ts";
import { ConfigurationError, type Problem } from "../../src/scenario/problem.ts";
import { RECHECK_NAMES, TEST_AT_NAMES } from "../../src/scenario/scenario.ts";
import { POLICY_FORM, SCHEME_FORM } from "../../src/scenario/scheme_words.ts";
import { scenarioOf } from "../asked_scenario.ts";
import { type LiveAddress, OUTPUT_FORMATS, type RunFlags, readFlags } from "../flags.ts";
import { NO_FILE, surroundings } from "../job_input.ts";
import type { LivePage } from "../live.ts";
import { optionHelp } from "../option_help.ts";
import { checkFiles, FURTHER_OUTPUTS, furtherFiles, type RunFiles } from "../outputs.ts";
import { placed } from "../places.ts";
import { ProgressLine } from "../progress.ts";
import { NO_RUN_FILE, type RunFile, readRunFile } from "../run_file.ts";
import { onInterrupt } from "../terminal.ts";
import { thresholdHelp } from "../threshold_help.ts";
import { variantHelp } from "../variant_help.ts";
import { writeResults } from "../write_results.ts";

/** Adds `pinlab run`; `ended` hears the exit status. */
export function addRunCommand(program: Command, ended: (status: number) => void): void {
  const command = program
    .command("run")
    .summary("drive the emulated machine with a fio job file or a scenario")
    .description(
      "Runs a fio job file, unchanged, or a scenario in YAML on the emulated machine: one worker " +
        "thread per job and clone, every pin through the chosen way of counting. FILE may be - " +
        "(standard input). Flags win over a scenario's keys.",
    )
    .argument("[FILE]", "a fio job file, or a scenario (.yaml, .yml)")
    .addOption(new Option("--executor <name>", "who runs the actors").default("threads"))
    .option("--scheme <scheme>", `${SCHEME_FORM} (default: bias)`)
    .option("--variant <name>", "one thing done wrong, or as it was first done; help lists all")
    .option("--bias <n>", "GUP_PIN_COUNTING_BIAS, 2 to 1048576 (default: 1024)")
    .option(
      "--on-pinned <policy>",
      `what writeback does with a pinned page: ${POLICY_FORM} (default: skip/bounce; refcount: ` +
        "ignore)",
    )
    .option("--rules <kernel>", "5.0, 5.7 or 6.13 (default: 6.13 for hybrid, else 5.0)")
    .option(
      "--test-at <when>",
      `when writeback asks whether a page is pinned: ${TEST_AT_NAMES.join(", ")} (default: as ` +
        "the scheme was posted)",
    )
    .option(
      "--recheck <when>",
      `when gup reads the page-table entry once more: ${RECHECK_NAMES.join(", ")} (default: as ` +
        "the scheme was posted)",
    )
    .option(
      "--tlb <kind>",
      "a flush waits for CPUs with interrupts off: ipi (default), or does " + "not: broadcast",
    )
    .option("--stable-pages <yes|no>", "writers wait for pages under writeback (default: yes)")
    .option("--seed <n>", "repeats a run's random choices (default: 1)")
    .option("--duration <time>", "each stonewall group runs this long, whatever its size says")
    .option("--warmup <time>", "left out of the figures (default: 1s)")
    .option(
      "--sample <n>",
      `time about one operation in n, 0: none; at most one a queue (default: ` +
        `${DEFAULT_RUN.sample})`,
    )
    .addOption(new Option("--output-format <format>", OUTPUT_FORMATS.join(", ")).default("normal"))
    .option("--output <file>", "write the results there; - is standard output, the default")
    .addOption(
      new Option(
        "--threshold <expr>",
        "exit 99 unless it holds, repeatable: pin_fast.p99<5us; help lists all",
      ).argParser((text: string, before: readonly string[] = []) => [...before, text]),
    )
    .option("--live [port]", "show the run on a page while it runs; --live=PORT at that port")
    .option("--host <address>", "let the page be reached from elsewhere, at this address")
    .option("--show-config", "print the scenario that would run, as JSON, and end")
    .option("--show-schema", "print the JSON Schema of scenario files, for editors, and end")
    .option("--quiet", "no progress on standard error")
    .option("--cmdhelp [option]", "what pinlab makes of fio's options, or of one, and end")
    .action(async (file: string | undefined, flags: RunFlags) => {
      ended(await runCommand(file, flags));
    });
  for (const { flag, about } of FURTHER_OUTPUTS) command.option(`${flag} <file>`, about);
}

async function runCommand(file: string | undefined, flags: RunFlags): Promise<number> {
  const told = await toldOnly(flags);
  if (told !== undefined) {
    process.stdout.write(told);
    return 0;
  }
  const problems: Problem[] = [];
  const asked = readFlags(flags, problems);
  const progress = new ProgressLine(process.stderr, flags.quiet ?? false);
  const given = await readFile(file, problems, progress);
  const output = flags.output === "-" ? undefined : flags.output;
  const further = furtherFiles(flags);
  checkFiles({ inputs: inputsOf(file, given), output, further }, problems);
  if (problems.length > 0) throw new ConfigurationError(problems);
  const scenario = scenarioOf(file ?? "-", given, asked);
  const trace = flags.trace === undefined ? undefined : {};
  placed(given.places, () => planFor(scenario, scenario.groups.map(placeActors), trace));
  if (flags.showConfig) {
    process.stdout.write(`${JSON.stringify(scenario, null, 2)}\n`);
    return 0;
  }
  if (output !== undefined) checkWritable(output);
  for (const { path } of further) checkWritable(path);
  const page = asked.live && (await openPage(asked.live, repeatLine({ scenario }) ?? ""));
  const recorder = page ?? (flags.report === undefined ? undefined : await makeRecorder());
  const interrupt = onInterrupt(() => process.exit(EXIT_INTERRUPTED));
  try {
    const record = await runThreads(scenario, {
      signal: page ? AbortSignal.any([interrupt.signal, page.stopped]) : interrupt.signal,
      trace,
      onProgress: (now) => progress.update(now),
      control: recorder?.control,
      observer: recorder?.observer,
    }).finally(() => progress.end());
    const { timeline } = recorder ?? {};
    const status = writeResults(record, { format: asked.format, output, further, timeline });
    await page?.stay(record, timeline, (text) => process.stderr.write(text), interrupt.signal);
    return status;
  } finally {
    page?.close();
    // An interrupt while the results are being written changes nothing any more.
    interrupt.remove();
  }
}

/** The page beside the run, and its addresses told. */
async function openPage(live: LiveAddress, command: string): Promise<LivePage> {
  // A server, and the files that look at a machine: a run that nobody watches needs none of them.
  const { addressLines, LivePage } = await import("../live.ts");
  const page = await LivePage.open(live, command);
  process.stderr.write(addressLines(page.addresses));
  return page;
}

async function makeRecorder(): Promise<Recorder> {
  const { Recorder } = await import("../../dashboard/server/recorder.ts");
  return new Recorder();
}

/** What flags ask to be told in place of a run; undefined: nothing. */
async function toldOnly(flags: RunFlags): Promise<string | undefined> {
  if (flags.cmdhelp) return optionHelp(flags.cmdhelp);
  if (flags.threshold?.includes("help")) return thresholdHelp();
  if (flags.variant === "help") return variantHelp();
  if (!flags.showSchema) return undefined;
  const { scenarioJsonSchema } = await import("../scenario_file/json_schema.ts");
  return scenarioJsonSchema();
}

/** What the run reads: the job file and the logs that its jobs replay. */
function inputsOf(file: string | undefined, { groups }: RunFile): RunFiles["inputs"] {
  const logs = groups.flatMap(({ jobs }) => jobs.flatMap(({ replay }) => replay?.files ?? []));
  return [
    ...(file === undefined || file === "-" ? [] : [{ what: "the job file itself", path: file }]),
    ...logs.map((path) => ({ what: "a log that is replayed", path })),
  ];
}

/** What the file says; what is wrong with it is added to `problems`. */
async function readFile(
  file: string | undefined,
  problems: Problem[],
  progress: ProgressLine,
): Promise<RunFile> {
  if (file === undefined) {
    problems.push(NO_FILE);
    return NO_RUN_FILE;
  }
  try {
    return await readRunFile({
      source: file,
      ...surroundings(process.env),
      onScan: (now) => progress.reading(now.path, now.bytes, now.totalBytes),
    });
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    problems.push(...error.problems);
    return NO_RUN_FILE;
  } finally {
    progress.end();
  }
}
