import { Check } from "../src/executors/check/check.ts";
import { raceNamed } from "../src/executors/check/races.ts";
import { RandomWalk } from "../src/executors/check/random_walk.ts";
import { DEPTH_MAX, type Subject, Trial } from "../src/executors/check/trial.ts";
import { monotonicNs } from "../src/machine/clock.ts";
import { completeMachine, type MachineInput } from "../src/scenario/machine_spec.ts";
import { schemeName } from "../src/scenario/machine_words.ts";
import { median } from "./statistics.ts";
import { mib, million, type Table } from "./table.ts";

export interface ExplorerSize {
  readonly runs: number;
  /** Of the random walk. */
  readonly executions: number;
  /** Of the races that are exhausted, the first so many. */
  readonly races: number;
}

const EXHAUSTED: readonly (readonly [string, MachineInput])[] = [
  ["pin-vs-mkclean", { scheme: "bias" }],
  ["pin-vs-mkclean", { scheme: "mapcount", sync: "barrier" }],
  ["dio-vs-writeback", { scheme: "bias" }],
  ["pin-writeback-reclaim", { scheme: "bias" }],
  ["two-pins-vs-writeback", { scheme: "bias" }],
];
const SEED = 1;

/** A race of the table of races, on a machine. */
export function subjectOf(name: string, input: MachineInput): Subject {
  const race = raceNamed(name);
  if (race === undefined) throw new Error(`no race ${name}`);
  return { race, machine: completeMachine({ ...input, pages: 16 }) };
}

/** How fast executions follow each other on one thread, invariants and states included. */
export function explorerSpeed({ runs, executions, races }: ExplorerSize): Table {
  return {
    title: "The explorer on one thread",
    note:
      "pinlab check from an empty machine to the verdict, fingerprints of all states and all " +
      "invariants included; a step is an access of the core or the beginning of a call. The " +
      "first row: whole executions one after the other, chosen at random; " +
      `medians of ${runs} runs`,
    head: ["race", "executions", "states", "M steps", "s", "M steps/s", "k executions/s", "MiB"],
    rows: [
      walked(subjectOf("try-get-vs-put", { scheme: "exact" }), runs, executions),
      ...EXHAUSTED.slice(0, races).map(([name, input]) => exhausted(subjectOf(name, input), runs)),
    ],
  };
}

function exhausted(subject: Subject, runs: number): string[] {
  const options = { strategy: "dfs", timeMs: Number.POSITIVE_INFINITY } as const;
  const results = Array.from({ length: runs }, () => new Check(subject, options).run());
  const seconds = median(results.map((result) => result.seconds));
  const { schedules, states, steps, bytes } = (results[0] as (typeof results)[number]).effort;
  return row(subject, { schedules, states, steps, bytes }, seconds);
}

function walked(subject: Subject, runs: number, executions: number): string[] {
  const { explorer, world } = new Trial(subject);
  const walk = new RandomWalk(SEED);
  const seconds: number[] = [];
  // The first run warms up.
  for (let run = 0; run <= runs; run++) {
    const limits = { depth: DEPTH_MAX, schedules: explorer.counts.schedules + executions };
    const begun = monotonicNs();
    explorer.explore(walk, limits, false);
    if (run > 0) seconds.push((monotonicNs() - begun) / 1e9);
  }
  const [schedules, steps] = [executions, explorer.counts.steps / (runs + 1)];
  const { bytes } = world.machine.plan;
  return row(subject, { schedules, states: undefined, steps, bytes }, median(seconds));
}

interface Done {
  readonly schedules: number;
  readonly states: number | undefined;
  readonly steps: number;
  readonly bytes: number;
}

function row({ race, machine }: Subject, done: Done, seconds: number): string[] {
  return [
    `${race.name} ${schemeName(machine)}`,
    String(done.schedules),
    String(done.states ?? "–"),
    million(done.steps),
    seconds.toFixed(2),
    million(done.steps / seconds),
    (done.schedules / seconds / 1e3).toFixed(0),
    mib(done.bytes),
  ];
}
