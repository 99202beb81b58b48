import { type Command, Option } from "commander";
import {
  EXIT_COUNTS_DISAGREE,
  EXIT_DONE,
  EXIT_INTERRUPTED,
} from "../../src/results/exit_status.ts";
import { ConfigurationError } from "../../src/scenario/problem.ts";
import { compareCounts } from "../kernel/compare_counts.ts";
import { type Comparison, verdictOf } from "../kernel/comparison.ts";
import { checkHost } from "../kernel/host.ts";
import { kernelJson } from "../kernel/json.ts";
import { readPlan } from "../kernel/read_plan.ts";
import { StageLine } from "../kernel/stage_line.ts";
import { kernelText, verdictWords } from "../kernel/text.ts";
import { ProgressLine } from "../progress.ts";
import { onInterrupt } from "../terminal.ts";

const FORMATS = ["normal", "json"] as const;

interface KernelFlags {
  readonly format: string;
  readonly quiet?: boolean;
}

/** Adds `pinlab kernel`; `ended` hears the exit status. */
export function addKernelCommand(program: Command, ended: (status: number) => void): void {
  program
    .command("kernel")
    .summary("compare the emulator's pins with the real kernel's")
    .description(
      "Runs a fio job file with the real fio on a scratch file, reads the kernel's pin counters " +
        "around it, replays the very I/Os in the emulator and shows both side by side. FILE may " +
        "be - (standard input). It needs Linux, root and fio, and touches no file but its own.",
    )
    .argument("[FILE]", "a fio job file")
    .addOption(new Option("--format <format>", FORMATS.join(", ")).default("normal"))
    .option("--quiet", "no progress on standard error")
    .action(async (file: string | undefined, flags: KernelFlags) => {
      ended(await kernelCommand(file, flags));
    });
}

async function kernelCommand(file: string | undefined, flags: KernelFlags): Promise<number> {
  const format = FORMATS.find((name) => name === flags.format);
  if (format === undefined) {
    const accepted = FORMATS.join(", ");
    throw new ConfigurationError([{ where: "--format", found: `"${flags.format}"`, accepted }]);
  }
  if (file === undefined) {
    const accepted = "a fio job file, such as examples/randread-4k.fio, or - for standard input";
    throw new ConfigurationError([{ where: "FILE", found: "no file is named", accepted }]);
  }
  const plan = readPlan(file, process.env);
  const host = checkHost();
  const comparison = await watched(plan, host, flags.quiet ?? false);
  if (comparison === undefined) {
    console.error("pinlab: interrupted; nothing was compared, the scratch files are removed");
    return EXIT_INTERRUPTED;
  }
  process.stdout.write(format === "json" ? kernelJson(comparison) : kernelText(comparison));
  if (verdictOf(comparison).kind !== "disagree") return EXIT_DONE;
  console.error(`pinlab: ${verdictWords(comparison)}`);
  return EXIT_COUNTS_DISAGREE;
}

async function watched(
  plan: ReturnType<typeof readPlan>,
  host: ReturnType<typeof checkHost>,
  quiet: boolean,
): Promise<Comparison | undefined> {
  const stage = new StageLine(process.stderr, quiet);
  const progress = new ProgressLine(process.stderr, quiet);
  // What is left then is ended and removed on exit.
  const interrupt = onInterrupt(() => process.exit(EXIT_INTERRUPTED));
  try {
    return await compareCounts(plan, host, {
      signal: interrupt.signal,
      onStage: (text) => stage.update(text),
      onReplay: (now) => {
        stage.end();
        progress.update(now);
      },
    });
  } finally {
    stage.end();
    progress.end();
    interrupt.remove();
  }
}
