import { Check } from "../../src/executors/check/check.ts";
import { pinVsMkclean } from "../../src/executors/check/races/pin_vs_mkclean.ts";
import { completeMachine } from "../../src/scenario/machine_spec.ts";
import { type MachineSpec, TEST_AT_NAMES, TLB_NAMES } from "../../src/scenario/scenario.ts";
import { median } from "../statistics.ts";
import { ms, type Table } from "../table.ts";
import { type Finding, SpinWorkshop, spinVersion } from "./verifier.ts";

/** What the verdict on pin-vs-mkclean depends on, for `bias` without SYNC. */
export type Configuration = Pick<MachineSpec, "testAt" | "recheck" | "tlb">;

/** Every value of each. */
export const CONFIGURATIONS: readonly Configuration[] = TEST_AT_NAMES.flatMap((testAt) =>
  (["none", "before-lock"] as const).flatMap((recheck) =>
    TLB_NAMES.map((tlb) => ({ testAt, recheck, tlb })),
  ),
);

/** Comes to a verdict on a configuration. */
interface Checker {
  readonly name: string;
  readonly run: () => Finding;
}

/** Runs each configuration by SPIN and by `pinlab check`; they must come to the same verdict. */
export function besideSpin(configurations: readonly Configuration[], runs: number): Table {
  const workshop = new SpinWorkshop();
  try {
    const rows = configurations.map((configuration) => {
      const checkers = checkersOf(workshop, configuration);
      return row(configuration, findingsOf(configuration, checkers, runs));
    });
    const build = (median(workshop.buildsNs) / 1e9).toFixed(1);
    return {
      title: "Beside SPIN: the race pin-vs-mkclean, scheme bias",
      note:
        "the model (bench/spin/pin_vs_mkclean.pml) is written by hand at the level of accesses, " +
        "those that both CPUs make; pinlab runs the real core with all its other accesses. " +
        "In a cell: SPIN without and with partial order reduction, then pinlab; " +
        `medians of ${runs} runs in turn on one thread. SPIN's ms are its process from start to ` +
        `end (${spinVersion()}, not the ${build} s of spin -a and gcc before it), pinlab's a ` +
        "Check from an empty machine on, its random executions and, if violated, the shortening " +
        "of the counterexample included",
      head: ["configuration", "SPIN", "pinlab", "states", "transitions", "ms", "states/s"],
      rows,
    };
  } finally {
    workshop.close();
  }
}

/** SPIN without and with its reduction, and pinlab. */
export function checkersOf(workshop: SpinWorkshop, configuration: Configuration): Checker[] {
  const { testAt, recheck, tlb } = configuration;
  const constants = {
    TEST_AT: constantOf(testAt),
    RECHECK: constantOf(recheck),
    TLB: constantOf(tlb),
  };
  const full = workshop.verifierOf(constants, false);
  const reduced = workshop.verifierOf(constants, true);
  return [
    { name: "SPIN", run: () => full.run() },
    { name: "SPIN with reduction", run: () => reduced.run() },
    { name: "pinlab", run: () => check(configuration) },
  ];
}

function constantOf(name: string): string {
  return name.toUpperCase().replaceAll("-", "_");
}

/** As `pinlab check` does it. */
function check(configuration: Configuration): Finding {
  const machine = completeMachine({ scheme: "bias", ...configuration, pages: 16 });
  const options = { strategy: "dfs", timeMs: Number.POSITIVE_INFINITY } as const;
  const { outcome, effort, seconds } = new Check({ race: pinVsMkclean, machine }, options).run();
  const { states, transitions } = effort;
  return { verdict: outcome.kind, states, transitions, ns: seconds * 1e9 };
}

/** Of each checker what it finds every time, and the median of its times. */
export function findingsOf(
  configuration: Configuration,
  checkers: readonly Checker[],
  runs: number,
): Finding[] {
  const times: number[][] = checkers.map(() => []);
  let found: Finding[] = [];
  for (let run = 0; run < runs; run++) {
    found = checkers.map((checker) => checker.run());
    mustAgree(configuration, checkers, found);
    for (const [i, { ns }] of found.entries()) times[i]?.push(ns);
  }
  return found.map((finding, i) => ({ ...finding, ns: median(times[i] ?? []) }));
}

function mustAgree(
  configuration: Configuration,
  checkers: readonly Checker[],
  found: readonly Finding[],
): void {
  if (new Set(found.map(({ verdict }) => verdict)).size === 1) return;
  const verdicts = checkers.map(({ name }, i) => `${name}: ${found[i]?.verdict}`);
  throw new Error(`the verdicts differ on ${wordsOf(configuration)}: ${verdicts.join(", ")}`);
}

function wordsOf({ testAt, recheck, tlb }: Configuration): string {
  return `test-at=${testAt} recheck=${recheck} tlb=${tlb}`;
}

function row(configuration: Configuration, found: readonly Finding[]): string[] {
  const [spin, , pinlab] = found;
  const all = (words: (finding: Finding) => string) => found.map(words).join(", ");
  return [
    wordsOf(configuration),
    String(spin?.verdict),
    String(pinlab?.verdict),
    all(({ states }) => String(states ?? "–")),
    all(({ transitions }) => String(transitions)),
    all(({ ns }) => ms(ns)),
    all(({ states, ns }) => (states === undefined ? "–" : rate(states, ns))),
  ];
}

/** `0.52 M` states a second. */
function rate(states: number, ns: number): string {
  return `${((states / ns) * 1e3).toFixed(2)} M`;
}
