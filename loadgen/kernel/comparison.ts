/** What was done and what was pinned for it, by the kernel or by the emulator. */
export interface Totals {
  readonly ios: number;
  readonly bytes: number;
  /** Pages. */
  readonly acquired: number;
  readonly released: number;
}

/** One job of the file, its clones together. */
export interface ComparedJob {
  readonly name: string;
  readonly ioengine: string;
  readonly group: number;
  readonly clones: number;
  /** By fio's own totals; what it pinned is not known, the kernel's counters being global. */
  readonly fio: { readonly ios: number; readonly bytes: number; readonly refused: boolean };
  readonly emulator: Totals & { readonly refused: boolean };
}

export interface Comparison {
  readonly name: string;
  readonly source: string;
  readonly kernel: Totals;
  readonly emulator: Totals;
  readonly jobs: readonly ComparedJob[];
  readonly environment: {
    /** `uname -r`. */
    readonly kernel: string;
    readonly fio: string;
    readonly fileSystem: string;
    /** Of the file that direct I/O goes to; undefined: not told, or no such file. */
    readonly extents: number | undefined;
    readonly scratchBytes: number;
  };
  readonly notes: readonly string[];
}

/** Counts agree when they differ by no more than this share of the kernel's; zero only with 0. */
export const TOLERANCE = 0.001;

export type Verdict =
  | { readonly kind: "agree" }
  /** Both refuse the same jobs, and what they did not refuse agrees. */
  | { readonly kind: "both-refuse"; readonly jobs: readonly string[] }
  | { readonly kind: "disagree"; readonly why: readonly string[] };

export function verdictOf({ kernel, emulator, jobs }: Comparison): Verdict {
  const why: string[] = [];
  for (const { name, fio, emulator: emulated } of jobs) {
    if (fio.refused === emulated.refused) continue;
    const [one, other] = fio.refused ? ["kernel", "emulator"] : ["emulator", "kernel"];
    why.push(`the ${one} refuses the buffers of ${name}, the ${other} does not`);
  }
  for (const count of ["acquired", "released"] as const) {
    if (agree(kernel[count], emulator[count])) continue;
    why.push(`pins ${count}: kernel ${kernel[count]}, emulator ${emulator[count]}`);
  }
  if (why.length > 0) return { kind: "disagree", why };
  const refused = jobs.filter(({ fio }) => fio.refused).map(({ name }) => name);
  return refused.length > 0 ? { kind: "both-refuse", jobs: refused } : { kind: "agree" };
}

export function agree(kernel: number, emulator: number): boolean {
  if (kernel === 0 || emulator === 0) return kernel === emulator;
  return Math.abs(emulator - kernel) <= TOLERANCE * kernel;
}

/** undefined: there was no I/O to share the pins. */
export function pinsPerIo({ ios, acquired }: Totals): number | undefined {
  return ios === 0 ? undefined : acquired / ios;
}
