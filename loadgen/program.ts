/** The command line: `pinlab COMMAND`. Each command is one file in commands/. */
import { Command, CommanderError } from "commander";
import { packageVersion } from "../src/machine/environment.ts";
import { EXIT_CONFIGURATION, EXIT_DONE } from "../src/results/exit_status.ts";
import { addCheckCommand } from "./commands/check.ts";
import { addGupTestCommand } from "./commands/gup_test.ts";
import { addKernelCommand } from "./commands/kernel.ts";
import { addRunCommand } from "./commands/run.ts";
import { addServeCommand } from "./commands/serve.ts";
import { reportFailure } from "./failure.ts";
import { withLivePort } from "./flags.ts";

/** Runs what the arguments ask for, and returns the exit status. */
export async function program(argv: readonly string[]): Promise<number> {
  const pinlab = new Command("pinlab")
    .description("A laboratory for page pinning: what each way of counting DMA pins costs.")
    .version(packageVersion())
    .showHelpAfterError("(pinlab --help lists the commands, pinlab COMMAND --help the flags)")
    .exitOverride();
  let status = EXIT_DONE as number;
  const ended = (code: number): void => {
    status = code;
  };
  addRunCommand(pinlab, ended);
  addCheckCommand(pinlab, ended);
  addServeCommand(pinlab, ended);
  addKernelCommand(pinlab, ended);
  addGupTestCommand(pinlab, ended);
  try {
    if (argv.length === 0) pinlab.outputHelp();
    else await pinlab.parseAsync(withLivePort(argv), { from: "user" });
    return status;
  } catch (error) {
    // commander has told its story; --help and --version end with 0.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_CONFIGURATION;
    return reportFailure(error, argv);
  }
}
