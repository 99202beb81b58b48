import { type Command, Option } from "commander";
import { placeActors, planFor } from "../../src/executors/threads/placement.ts";
import { runThreads } from "../../src/executors/threads/run_threads.ts";
import { EXIT_INTERRUPTED } from "../../src/results/exit_status.ts";
import { checkWritable } from "../../src/results/write_output.ts";
import { DEFAULT_RUN } from "../../src/scenario/defaults.ts";
import { DEFAULT_MACHINE } from "../../src/scenario/machine_spec.ts";
import { makeScenario } from "../../src/scenario/make_scenario.ts";
import { ConfigurationError, type Problem } from "../../src/scenario/problem.ts";
import { COUNT_NAMES } from "../../src/scenario/scenario.ts";
import { type JobFile, NO_JOBS, readJobFile } from "../fio/read_job_file.ts";
import { OUTPUT_FORMATS, type RunFlags, readFlags } from "../flags.ts";
import { NO_FILE, surroundings } from "../job_input.ts";
import { optionHelp } from "../option_help.ts";
import { checkFiles, FURTHER_OUTPUTS, furtherFiles, type RunFiles } from "../outputs.ts";
import { ProgressLine } from "../progress.ts";
import { onInterrupt } from "../terminal.ts";
import { thresholdHelp } from "../threshold_help.ts";
import { writeResults } from "../write_results.ts";

/** Adds `pinlab run`; `ended` hears the exit status. */
export function addRunCommand(program: Command, ended: (status: number) => void): void {
  const command = program
    .command("run")
    .summary("drive the emulated machine with a fio job file")
    .description(
      "Runs a fio job file, unchanged, on the emulated machine: one worker thread per job and " +
        "clone, every pin through the chosen way of counting. FILE may be - (standard input).",
    )
    .argument("[FILE]", "a fio job file")
    .addOption(new Option("--executor <name>", "who runs the actors").default("threads"))
    .option("--scheme <count>", `where pins are counted: ${COUNT_NAMES.join(", ")} (default: bias)`)
    .option("--bias <n>", "GUP_PIN_COUNTING_BIAS, 2 to 1048576 (default: 1024)")
    .option("--rules <kernel>", "5.0, 5.7 or 6.13 (default: 6.13 for hybrid, else 5.0)")
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
    .option("--show-config", "print the scenario that would run, as JSON, and end")
    .option("--quiet", "no progress on standard error")
    .option("--cmdhelp [option]", "what pinlab makes of fio's options, or of one, and end")
    .action(async (file: string | undefined, flags: RunFlags) => {
      ended(await runCommand(file, flags));
    });
  for (const { flag, about } of FURTHER_OUTPUTS) command.option(`${flag} <file>`, about);
}

async function runCommand(file: string | undefined, flags: RunFlags): Promise<number> {
  if (flags.cmdhelp) {
    process.stdout.write(optionHelp(flags.cmdhelp));
    return 0;
  }
  if (flags.threshold?.includes("help")) {
    process.stdout.write(thresholdHelp());
    return 0;
  }
  const problems: Problem[] = [];
  const { machine, run, thresholds, format } = readFlags(flags, problems);
  const progress = new ProgressLine(process.stderr, flags.quiet ?? false);
  const jobs = readJobs(file, problems, progress);
  const output = flags.output === "-" ? undefined : flags.output;
  const further = furtherFiles(flags);
  checkFiles({ inputs: inputsOf(file, jobs), output, further }, problems);
  if (problems.length > 0) throw new ConfigurationError(problems);
  const notes = [...jobs.notes, ...notesOf(flags)];
  const source = file ?? "-";
  const { name, groups } = jobs;
  const scenario = makeScenario({ name, groups, notes, source, machine, run, thresholds });
  const trace = flags.trace === undefined ? undefined : {};
  planFor(scenario, scenario.groups.map(placeActors), trace);
  if (flags.showConfig) {
    process.stdout.write(`${JSON.stringify(scenario, null, 2)}\n`);
    return 0;
  }
  if (output !== undefined) checkWritable(output);
  for (const { path } of further) checkWritable(path);
  const interrupt = onInterrupt(() => process.exit(EXIT_INTERRUPTED));
  try {
    const record = await runThreads(scenario, {
      signal: interrupt.signal,
      trace,
      onProgress: (now) => progress.update(now),
    }).finally(() => progress.end());
    return writeResults(record, { format, output, further });
  } finally {
    // An interrupt while the results are being written changes nothing any more.
    interrupt.remove();
  }
}

/** What the run reads: the job file and the logs that its jobs replay. */
function inputsOf(file: string | undefined, { groups }: JobFile): RunFiles["inputs"] {
  const logs = groups.flatMap(({ jobs }) => jobs.flatMap(({ replay }) => replay?.files ?? []));
  return [
    ...(file === undefined || file === "-" ? [] : [{ what: "the job file itself", path: file }]),
    ...logs.map((path) => ({ what: "a log that is replayed", path })),
  ];
}

/** What was asked for and makes no difference. */
function notesOf({ bias, scheme = DEFAULT_MACHINE.scheme }: RunFlags): string[] {
  const counts = scheme.split("+")[0];
  if (bias === undefined || counts === "bias" || counts === "hybrid") return [];
  return [`--bias ${bias}: ${scheme} counts pins without a bias`];
}

/** The file's jobs; what is wrong with it is added to `problems`. */
function readJobs(file: string | undefined, problems: Problem[], progress: ProgressLine): JobFile {
  if (file === undefined) {
    problems.push(NO_FILE);
    return NO_JOBS;
  }
  try {
    return readJobFile({
      source: file,
      ...surroundings(process.env),
      onScan: (now) => progress.reading(now.path, now.bytes, now.totalBytes),
    });
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    problems.push(...error.problems);
    return NO_JOBS;
  } finally {
    progress.end();
  }
}
