import { statSync } from "node:fs";
import type { Command } from "commander";
import { ConfigurationError, type Problem } from "../../src/scenario/problem.ts";
import { readPort, USUAL_PORT } from "../flags.ts";
import { onInterrupt } from "../terminal.ts";

interface ServeFlags {
  readonly port?: string;
  readonly host?: string;
  readonly runs: string;
}

/** Adds `pinlab serve`; `ended` hears the exit status. */
export function addServeCommand(program: Command, ended: (status: number) => void): void {
  program
    .command("serve")
    .summary("show finished runs on a page")
    .description(
      "Serves the dashboard over the result files (--output-format json or json+) of a folder: " +
        "their spectra laid over each other, their numbers side by side, and of runs that were " +
        "watched (--live, --report) what they did over time. Ctrl-C ends it.",
    )
    .option("--port <n>", `port to listen on; 0: one that is free (default: ${USUAL_PORT})`)
    .option("--host <address>", "let the page be reached from elsewhere, at this address")
    .option("--runs <folder>", "where the result files are", ".")
    .action(async (flags: ServeFlags) => {
      ended(await serveCommand(flags));
    });
}

async function serveCommand({ port, host, runs }: ServeFlags): Promise<number> {
  const problems: Problem[] = [];
  const asked = readPort("--port", port, problems) ?? USUAL_PORT;
  if (!statSync(runs, { throwIfNoEntry: false })?.isDirectory()) {
    problems.push({ where: "--runs", found: `"${runs}" is no folder`, accepted: "a folder" });
  }
  if (problems.length > 0) throw new ConfigurationError(problems);
  // A server and its packages, which no command without a page needs.
  const { Dashboard } = await import("../../dashboard/server/dashboard.ts");
  const { RunFolder } = await import("../../dashboard/server/run_store.ts");
  const { addressLines, secretOf } = await import("../live.ts");
  const interrupt = onInterrupt(() => process.exit(0));
  const dashboard = await Dashboard.start({
    port: asked,
    host,
    secret: secretOf(process.env),
    store: new RunFolder(runs),
    watched: undefined,
  });
  try {
    process.stdout.write(addressLines(dashboard.addresses));
    await new Promise((resolve) => interrupt.signal.addEventListener("abort", resolve));
    return 0;
  } finally {
    dashboard.close();
    interrupt.remove();
  }
}
