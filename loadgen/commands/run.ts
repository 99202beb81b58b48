import { cpus, totalmem } from "node:os";
import { type Command, Option } from "commander";
import { placeActors, planFor, type TraceOptions } from "../../src/executors/threads/placement.ts";
import { runThreads } from "../../src/executors/threads/run_threads.ts";
import {
  EXIT_INTERNAL,
  EXIT_INTERRUPTED,
  type ExitReason,
  exitStatusOf,
  repeatLine,
  runExitReasons,
} from "../../src/results/exit_status.ts";
import { fioJson } from "../../src/results/fio_json.ts";
import { hlog } from "../../src/results/hlog.ts";
import { normalReport } from "../../src/results/normal.ts";
import type { RunRecord } from "../../src/results/record.ts";
import { chromeTrace } from "../../src/results/trace_chrome.ts";
import { ftraceText } from "../../src/results/trace_ftrace.ts";
import { checkWritable, writeOutput } from "../../src/results/write_output.ts";
import { DEFAULT_MACHINE, DEFAULT_RUN } from "../../src/scenario/defaults.ts";
import { makeScenario } from "../../src/scenario/make_scenario.ts";
import { ConfigurationError, EnvironmentFault, type Problem } from "../../src/scenario/problem.ts";
import { COUNT_NAMES, type Scenario } from "../../src/scenario/scenario.ts";
import { type JobFile, readJobFile } from "../fio/read_job_file.ts";
import { OUTPUT_FORMATS, type OutputFormat, type RunFlags, readFlags } from "../flags.ts";
import { optionHelp } from "../option_help.ts";
import { checkFiles } from "../outputs.ts";
import { ProgressLine } from "../progress.ts";
import { onInterrupt } from "../terminal.ts";
import { checkTraceFiles, traceFiles } from "../trace_files.ts";

/** Adds `pinlab run`; `ended` hears the exit status. */
export function addRunCommand(program: Command, ended: (status: number) => void): void {
  program
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
      `time about one operation in n, at most one a queue (default: ${DEFAULT_RUN.sample})`,
    )
    .addOption(new Option("--output-format <format>", OUTPUT_FORMATS.join(", ")).default("normal"))
    .option("--output <file>", "write the results there; - is standard output, the default")
    .option("--hlog <file>", "also write the latencies as an HdrHistogram interval log")
    .option("--trace <file>", "record events: Chrome JSON there, ftrace text beside it (.ftrace)")
    .option("--show-config", "print the scenario that would run, as JSON, and end")
    .option("--quiet", "no progress on standard error")
    .option("--cmdhelp [option]", "what pinlab makes of fio's options, or of one, and end")
    .action(async (file: string | undefined, flags: RunFlags) => {
      ended(await runCommand(file, flags));
    });
}

async function runCommand(file: string | undefined, flags: RunFlags): Promise<number> {
  if (flags.cmdhelp) {
    process.stdout.write(optionHelp(flags.cmdhelp));
    return 0;
  }
  const problems: Problem[] = [];
  const { machine, run, format } = readFlags(flags, problems);
  const jobs = readJobs(file, problems);
  const output = flags.output === "-" ? undefined : flags.output;
  checkFiles({ job: file, output, hlog: flags.hlog }, problems);
  checkTraceFiles(flags.trace, { job: file, output, hlog: flags.hlog }, problems);
  if (problems.length > 0) throw new ConfigurationError(problems);
  const notes = [...jobs.notes, ...notesOf(flags)];
  const scenario = makeScenario({ ...jobs, notes, source: file ?? "-", machine, run });
  const trace = flags.trace === undefined ? undefined : {};
  planFor(scenario, scenario.groups.map(placeActors), trace);
  if (flags.showConfig) {
    process.stdout.write(`${JSON.stringify(scenario, null, 2)}\n`);
    return 0;
  }
  if (output !== undefined) checkWritable(output);
  if (flags.hlog !== undefined) checkWritable(flags.hlog);
  for (const path of traceFiles(flags.trace)) checkWritable(path);
  const record = await runWatched(scenario, flags.quiet ?? false, trace);
  return report(record, format, { output, hlog: flags.hlog, trace: flags.trace });
}

/** What was asked for and makes no difference. */
function notesOf({ bias, scheme = DEFAULT_MACHINE.scheme }: RunFlags): string[] {
  const counts = scheme.split("+")[0];
  if (bias === undefined || counts === "bias" || counts === "hybrid") return [];
  return [`--bias ${bias}: ${scheme} counts pins without a bias`];
}

/** The file's jobs; what is wrong with it is added to `problems`. */
function readJobs(file: string | undefined, problems: Problem[]): JobFile {
  const none: JobFile = { name: "", groups: [], notes: [] };
  if (file === undefined) {
    const accepted = "a fio job file, such as examples/randread-4k.fio, or - for standard input";
    problems.push({ where: "FILE", found: "no file is named", accepted });
    return none;
  }
  try {
    const memoryMb = Math.floor(totalmem() / 2 ** 20);
    return readJobFile({ source: file, env: process.env, cpus: cpus().length, memoryMb });
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    problems.push(...error.problems);
    return none;
  }
}

async function runWatched(
  scenario: Scenario,
  quiet: boolean,
  trace: TraceOptions | undefined,
): Promise<RunRecord> {
  const progress = new ProgressLine(process.stderr, quiet);
  const interrupt = onInterrupt(() => process.exit(EXIT_INTERRUPTED));
  try {
    return await runThreads(scenario, {
      signal: interrupt.signal,
      trace,
      onProgress: (now) => progress.update(now),
    });
  } finally {
    progress.end();
    interrupt.remove();
  }
}

/**
 * Writes whatever can be written, says why the status is not 0, and returns it. A result whose
 * file cannot be written after all goes to standard output: no run is lost.
 */
function report(
  record: RunRecord,
  format: OutputFormat,
  { output, hlog: log, trace }: Pick<RunFlags, "output" | "hlog" | "trace">,
): number {
  const reasons = runExitReasons(record);
  const attempt = (write: () => void): boolean => {
    const fault = faultOf(write);
    if (fault) reasons.push(fault);
    return fault === undefined;
  };
  const make = () => (format === "normal" ? normalReport(record) : fioJson(record, format));
  const written = output !== undefined && attempt(() => writeOutput(output, make()));
  if (log !== undefined) attempt(() => writeOutput(log, hlog(record)));
  const [chrome, ftrace] = traceFiles(trace);
  if (chrome !== undefined) attempt(() => writeOutput(chrome, chromeTrace(record)));
  if (ftrace !== undefined) attempt(() => writeOutput(ftrace, ftraceText(record)));
  if (!written) attempt(() => process.stdout.write(make()));
  for (const { message } of reasons) console.error(`pinlab: ${message}`);
  const status = exitStatusOf(reasons);
  const repeat = status === EXIT_INTERNAL ? repeatLine(record) : undefined;
  if (repeat !== undefined) console.error(`replay: ${repeat}`);
  return status;
}

/** Does it; why that failed, or undefined. */
function faultOf(write: () => void): ExitReason | undefined {
  try {
    write();
    return undefined;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (error instanceof EnvironmentFault) return { status: error.exitStatus, message };
    return { status: EXIT_INTERNAL, message: `internal error: ${message}` };
  }
}
