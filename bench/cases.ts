import type { ScenarioInput } from "../src/scenario/make_scenario.ts";
import type { CountName, Job } from "../src/scenario/scenario.ts";

/** A loop of gup_test, and the share of the twin's throughput that the core is to reach. */
export interface GupCase {
  readonly name: string;
  readonly pagesPerCall: number;
  readonly bufferPages: number;
  readonly walk: Job["walk"];
  readonly folioOrder: number;
  readonly bar: number | undefined;
  readonly goal: number | undefined;
}

const RUNS = {
  bufferPages: 4096,
  walk: "sequential",
  folioOrder: 0,
  bar: 0.75,
  goal: 0.95,
} as const;

export const RUN_32: GupCase = { name: "runs of 32 pages", pagesPerCall: 32, ...RUNS };
export const RUN_256: GupCase = { name: "runs of 256 pages", pagesPerCall: 256, ...RUNS };
export const HOT: GupCase = {
  name: "one hot page",
  pagesPerCall: 1,
  bufferPages: 16,
  walk: "hot",
  folioOrder: 0,
  bar: 0.4,
  goal: 0.7,
};
export const RANDOM: GupCase = {
  name: "random single pages of 256 Ki",
  pagesPerCall: 1,
  bufferPages: 2 ** 18,
  walk: "random",
  folioOrder: 0,
  bar: 0.4,
  goal: 0.7,
};
/** One call covers a 2 MiB folio; the same call over small pages is what it is compared with. */
export const HUGE: GupCase = {
  name: "one 2 MiB folio a call",
  pagesPerCall: 512,
  bufferPages: 8192,
  walk: "sequential",
  folioOrder: 9,
  bar: undefined,
  goal: undefined,
};
export const HUGE_AS_SMALL: GupCase = { ...HUGE, name: "512 small pages a call", folioOrder: 0 };

export const BARRED_CASES: readonly GupCase[] = [RUN_32, RUN_256, HOT, RANDOM];
/** Those that the C twin knows: the counts with a fast path of their own. */
export const SCHEMES: readonly CountName[] = ["refcount", "bias", "hybrid", "exact", "exact-side"];

/** The scenario of one gup_test actor; nothing is timed from inside. */
export function gupScenario(gup: GupCase, scheme: CountName): ScenarioInput {
  const { pagesPerCall, bufferPages, walk, folioOrder } = gup;
  const job = { pattern: "gup_test", pagesPerCall, bufferPages, walk, folioOrder } as const;
  return scenarioOf({ ...job, runtimeMs: 1 }, scheme);
}

/** Reads of 4 KiB by O_DIRECT without an end, one operation in `sample` timed. */
export function directScenario(sample: number): ScenarioInput {
  const scenario = scenarioOf({ pattern: "direct_io", random: true, iodepth: 16 }, "bias");
  return { ...scenario, run: { seed: 1, sample } };
}

function scenarioOf(job: object, scheme: CountName): ScenarioInput {
  return {
    name: "bench",
    source: "bench",
    // The bias fits 512 pages on one head under every scheme.
    machine: { scheme, bias: 1024 },
    run: { seed: 1, sample: 0 },
    jobs: [{ name: "job", ...job }],
  };
}
