import { monotonicNs } from "../src/machine/clock.ts";
import { EXIT_CONFIGURATION, EXIT_INTERRUPTED } from "../src/results/exit_status.ts";

/**
 * A reader that goes away (`pinlab … | head`) ends nothing but the output to it: the run goes on,
 * its files are written, its status stands. Files are written before standard output is.
 */
export function surviveBrokenPipes(): void {
  process.stderr.on("error", () => {});
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") return;
    console.error(`pinlab: cannot write to standard output (${error.code ?? error.message})`);
    process.exit(EXIT_CONFIGURATION);
  });
}

/** A launcher may deliver one Ctrl-C twice; what comes this soon is the same one. */
const SAME_INTERRUPT_NS = 3e8;

/** Ctrl-C, a polite kill, a terminal that went away. */
const ENDING_SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Until a command knows better, an ending signal ends the program: there is nothing to write yet.
 * Returns what makes it stay, once all is written.
 */
export function leaveOnInterrupt(): () => void {
  const handler = (name: NodeJS.Signals): void => {
    if (process.listenerCount(name) === 1) process.exit(EXIT_INTERRUPTED);
  };
  for (const name of ENDING_SIGNALS) process.on(name, handler);
  return () => {
    for (const name of ENDING_SIGNALS) process.off(name, handler);
  };
}

/**
 * The first of the ending signals aborts the signal, so that the run ends and its results are
 * written; the next one calls `onSecond`. Returns the signal and what removes the handlers.
 */
export function onInterrupt(onSecond: () => void): { signal: AbortSignal; remove: () => void } {
  const controller = new AbortController();
  let firstNs: number | undefined;
  const handler = (): void => {
    const nowNs = monotonicNs();
    if (firstNs === undefined) {
      firstNs = nowNs;
      controller.abort();
    } else if (nowNs - firstNs > SAME_INTERRUPT_NS) onSecond();
  };
  for (const name of ENDING_SIGNALS) process.on(name, handler);
  return {
    signal: controller.signal,
    remove: () => {
      for (const name of ENDING_SIGNALS) process.off(name, handler);
    },
  };
}
