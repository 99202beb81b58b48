import { wrapped } from "../src/results/words.ts";
import { metricHelp } from "../src/scenario/metrics.ts";
import { THRESHOLD_FORM } from "../src/scenario/threshold.ts";

const WIDTH = 78;

/** What `--threshold help` prints: the form, then every metric. */
export function thresholdHelp(): string {
  const lines = [
    ...wrapped(`--threshold ${THRESHOLD_FORM}.`, WIDTH),
    ...wrapped(
      "Signs: < <= > >= == !=. Times want a unit: ns, us, ms or s; shares %. Behind other values " +
        "may stand k, M, G (powers of 1000) or Ki, Mi, Gi (powers of 1024). With abortOnFail a " +
        "threshold is looked at once a second, first after DELAY (1s) of measuring; what only " +
        "grows ends the run when it has grown too far, never because it is not there yet.",
      WIDTH,
    ),
  ];
  for (const { names, about } of metricHelp()) {
    lines.push("", ...wrapped(names.join(" "), WIDTH - 2).map((line) => `  ${line}`));
    lines.push(...wrapped(about, WIDTH - 6).map((line) => `      ${line}`));
  }
  return `${lines.join("\n")}\n`;
}
