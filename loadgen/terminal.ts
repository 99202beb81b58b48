import { monotonicNs } from "../src/machine/clock.ts";
import { EXIT_CONFIGURATION } from "../src/results/exit_status.ts";

/**
 * A reader that goes away (`pinlab … | head`) ends nothing but the output to it: the run goes on,
 * its files are written, its status stands. Files are written before standard output is.
 */
export function surviveBrokenPipes(): void {
  process.stderr.on("error", () => {});
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") return;
    console.error(`pinlab: cannot write to standard output: ${error.code ?? error.message}`);
    process.exit(EXIT_CONFIGURATION);
  });
}

/** A launcher may deliver one Ctrl-C twice; what comes this soon is the same one. */
const SAME_INTERRUPT_NS = 3e8;

/**
 * The first SIGINT or SIGTERM aborts the signal, so that the run ends and its results are
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
  process.on("SIGINT", handler);
  process.on("SIGTERM", handler);
  return {
    signal: controller.signal,
    remove: () => {
      process.off("SIGINT", handler);
      process.off("SIGTERM", handler);
    },
  };
}
