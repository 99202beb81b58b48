import {
  EXIT_COUNTS_DISAGREE,
  EXIT_DONE,
  EXIT_INTERRUPTED,
} from "../../src/results/exit_status.ts";
import { ConfigurationError } from "../../src/scenario/problem.ts";
import { NO_FILE } from "../job_input.ts";
import { ProgressLine } from "../progress.ts";
import { onInterrupt } from "../terminal.ts";
import { compareCounts } from "./compare_counts.ts";
import { type Comparison, verdictOf } from "./comparison.ts";
import { checkHost } from "./host.ts";
import { kernelJson } from "./json.ts";
import { readPlan } from "./read_plan.ts";
import { StageLine } from "./stage_line.ts";
import { kernelText, verdictWords } from "./text.ts";

const FORMATS = ["normal", "json"] as const;

export interface KernelFlags {
  readonly format: string;
  readonly quiet?: boolean;
}

/** Does what `pinlab kernel` asks for, and returns the exit status. */
export async function kernelCommand(file: string | undefined, flags: KernelFlags): Promise<number> {
  const format = FORMATS.find((name) => name === flags.format);
  if (format === undefined) {
    const accepted = FORMATS.join(", ");
    throw new ConfigurationError([{ where: "--format", found: `"${flags.format}"`, accepted }]);
  }
  if (file === undefined) throw new ConfigurationError([NO_FILE]);
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
