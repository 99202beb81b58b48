import { binaryBytes, table, wrapped } from "../../src/results/words.ts";
import {
  type ComparedJob,
  type Comparison,
  pinsPerIo,
  TOLERANCE,
  type Totals,
  verdictOf,
} from "./comparison.ts";
import { KERNEL_MACHINE } from "./emulate.ts";

const WIDTH = 80;
const NOTHING = "-";
const DISAGREE = "The kernel and the emulator disagree";

/** The comparison as a person reads it. */
export function kernelText(comparison: Comparison): string {
  const { name, kernel, emulator, jobs, environment: env, notes } = comparison;
  const { scheme, rules } = KERNEL_MACHINE;
  const lines = [
    `${name}: the same I/Os, counted by the kernel and by the emulator`,
    `  kernel  : Linux ${env.kernel}, ${env.fileSystem}, ${env.fio}`,
    `  emulator: scheme=${scheme}, rules=${rules}`,
    `  scratch : ${scratchWords(env)}`,
    "",
    ...indented(table(totalsTable(kernel, emulator))),
    "",
    ...indented(table(jobsTable(jobs))),
    "  fio counts its I/Os job by job; the kernel counts pins for the whole machine.",
    "",
    ...wrapped(verdictWords(comparison), WIDTH),
    ...notes.flatMap((note) => {
      const [first = "", ...rest] = wrapped(note, WIDTH - 6);
      return [`note: ${first}`, ...rest.map((line) => `      ${line}`)];
    }),
  ];
  return `${lines.join("\n")}\n`;
}

function totalsTable(kernel: Totals, emulator: Totals): string[][] {
  const row = (name: string, of: (totals: Totals) => number | undefined, digits = 0) => {
    const [a, b] = [of(kernel), of(emulator)];
    const difference = a === undefined || b === undefined ? undefined : b - a;
    return [name, plain(a, digits), plain(b, digits), signed(difference, digits), share(a, b)];
  };
  return [
    ["", "kernel", "emulator", "difference", ""],
    row("I/Os", ({ ios }) => ios),
    row("bytes", ({ bytes }) => bytes),
    row("pins acquired", ({ acquired }) => acquired),
    row("pins released", ({ released }) => released),
    row("pins per I/O", pinsPerIo, 4),
  ];
}

function jobsTable(jobs: readonly ComparedJob[]): string[][] {
  const head = ["job", "engine", "clones", "fio I/Os", "I/Os", "pins acquired", "pins per I/O"];
  return [
    head,
    ...jobs.map(({ name, ioengine, clones, fio, emulator }) => [
      name,
      ioengine,
      String(clones),
      fio.refused ? "refused" : String(fio.ios),
      emulator.refused ? "refused" : String(emulator.ios),
      String(emulator.acquired),
      plain(pinsPerIo(emulator), 4),
    ]),
  ];
}

/** One sentence. */
export function verdictWords(comparison: Comparison): string {
  const verdict = verdictOf(comparison);
  const percent = `${TOLERANCE * 100} %`;
  switch (verdict.kind) {
    case "agree":
      return comparison.kernel.acquired === 0
        ? "The kernel and the emulator agree: nothing was pinned."
        : `The kernel and the emulator agree: the totals are within ${percent}.`;
    case "both-refuse":
      return (
        `The kernel and the emulator agree: both refuse to pin the buffers of ` +
        `${verdict.jobs.join(", ")} (EFAULT).`
      );
    case "disagree":
      return `${DISAGREE} by more than ${percent}: ${verdict.why.join("; ")}.`;
  }
}

function plain(value: number | undefined, digits: number): string {
  return value === undefined ? NOTHING : value.toFixed(digits);
}

function signed(value: number | undefined, digits: number): string {
  if (value === undefined) return NOTHING;
  const text = value.toFixed(digits);
  return Number(text) > 0 ? `+${text}` : text.replace(/^-(0\.?0*)$/, "$1");
}

function share(kernel: number | undefined, emulator: number | undefined): string {
  if (!kernel || emulator === undefined) return "";
  return `${signed((100 * (emulator - kernel)) / kernel, 3)}%`;
}

function scratchWords({ scratchBytes, extents }: Comparison["environment"]): string {
  if (scratchBytes === 0) return "no file is needed";
  const written = `${binaryBytes(scratchBytes)}, written from end to end`;
  if (extents === undefined) return written;
  return `${written}, ${extents === 1 ? "in one piece" : `in ${extents} pieces`}`;
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`.trimEnd());
}
