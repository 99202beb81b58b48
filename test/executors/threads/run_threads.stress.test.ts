import { afterAll, describe, expect, test } from "vitest";
import { brokenPromises } from "../../../src/results/record_facts.ts";
import { schemeName } from "../../../src/scenario/machine_words.ts";
import { timedRun } from "../../support/runs.ts";
import {
  ALL_SCHEMES,
  KNOWN_FINDINGS,
  knownFinding,
  OF_THE_MACHINE,
  operationsOf,
  type Scheme,
  stressInput,
} from "../../support/stress.ts";

/**
 * `npm run stress` (PINLAB_STRESS=long, or a number): each scheme until so many operations are
 * done, run by run with a seed of its own; in `npm test` one run of a moment each.
 */
const ASKED = process.env.PINLAB_STRESS;
const OPERATIONS = ASKED === undefined ? 1 : ASKED === "long" ? 1e8 : Number(ASKED);
const RUN_MS = ASKED === undefined ? 800 : 10_000;

const NAMED = ALL_SCHEMES.map((scheme): [string, Scheme] => [schemeName(scheme), scheme]);

/** A line of the table in the end. */
const rows: string[] = [];

afterAll(() => {
  if (ASKED !== undefined) console.log(["", ...rows, ""].join("\n"));
});

/** One row: the scheme, its runs and operations, and how often each promise was broken. */
function row(name: string, runs: number, done: number, found: ReadonlyMap<string, number>): string {
  const broken = [...found].map(([what, count]) => `${what} ${count}`).join(", ");
  const millions = (done / 1e6).toFixed(1);
  return `${name.padEnd(22)}${runs} runs ${millions.padStart(7)} M operations  ${broken || "none"}`;
}

describe("all patterns and actors at once, on real threads", () => {
  test.each(NAMED)(
    "%s: every count is what it must be in the end",
    async (name, scheme) => {
      let [done, runs] = [0, 0];
      const found = new Map<string, number>();
      while (done < OPERATIONS) {
        runs++;
        const record = await timedRun(stressInput(scheme, RUN_MS, runs));
        expect(record.jobs.filter(({ error }) => error !== 0)).toEqual([]);
        expect(record.invariants.checked).toEqual(expect.arrayContaining([...OF_THE_MACHINE]));
        for (const { name: invariant, count, first } of brokenPromises(record)) {
          found.set(invariant, (found.get(invariant) ?? 0) + count);
          expect(knownFinding(name), `seed ${runs}: ${invariant}: ${first}`).toContain(invariant);
        }
        done += operationsOf(record);
        if (ASKED !== undefined) console.log(row(name, runs, done, found));
      }
      rows.push(row(name, runs, done, found));
    },
    ASKED === undefined ? 20_000 : 1_200_000,
  );

  test("no finding excuses what every machine keeps", () => {
    for (const { invariants } of KNOWN_FINDINGS) {
      expect(OF_THE_MACHINE.filter((name) => invariants.includes(name))).toEqual([]);
    }
  });
});

describe("the first experiment: O_DIRECT reads into a shared mapping, and reclaim", () => {
  const experiment = (machine: Scheme) =>
    timedRun({
      machine: { ...machine, rules: "5.0" },
      run: { durationMs: 1500, warmupMs: 0 },
      serviceNs: [10_000, 20_000, 40_000],
      jobs: [
        { name: "reader", clones: 2, iodepth: 16, random: true, bufferFile: "/data" },
        { name: "flusher", pattern: "writeback", file: "/data", everyMs: 5 },
        { name: "reclaim", pattern: "reclaim", everyMs: 1 },
      ],
    });
  const crashes = async (machine: Scheme): Promise<number> => {
    const { violated } = (await experiment(machine)).invariants;
    return violated.find(({ name }) => name === "no-dirty-without-buffers")?.count ?? 0;
  };

  test("refcount, the world before 2019: pages become dirty without buffers", async () => {
    expect(await crashes({ scheme: "refcount", sync: "none" })).toBeGreaterThan(0);
  });

  test.each([...(["lru-count", "bias", "mapcount", "hybrid", "exact", "exact-side"] as const)])(
    "%s with skip/bounce: none",
    async (scheme) => {
      expect(await crashes({ scheme, sync: "none" })).toBe(0);
    },
  );

  test.each(["bias", "mapcount"] as const)("%s+barrier with skip/bounce: none", async (scheme) => {
    expect(await crashes({ scheme, sync: "barrier" })).toBe(0);
  });
});
