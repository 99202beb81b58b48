import { describe, expect, test } from "vitest";
import { brokenPromises } from "../../../src/results/record_facts.ts";
import { schemeName } from "../../../src/scenario/machine_words.ts";
import { timedRun } from "../../support/runs.ts";
import {
  ALL_SCHEMES,
  knownFinding,
  operationsOf,
  type Scheme,
  stressInput,
} from "../../support/stress.ts";

/** `npm run stress`: each scheme until so many operations are done; in `npm test` a moment each. */
const IS_LONG = process.env.PINLAB_STRESS === "long";
const OPERATIONS = IS_LONG ? 1e8 : 1;
const SLICE_MS = IS_LONG ? 10_000 : 400;

const NAMED = ALL_SCHEMES.map((scheme): [string, Scheme] => [schemeName(scheme), scheme]);

describe("all patterns and actors at once, on real threads", () => {
  test.each(NAMED)(
    "%s: every count is what it must be in the end",
    async (name, scheme) => {
      let done = 0;
      const found = new Map<string, number>();
      while (done < OPERATIONS) {
        const record = await timedRun(stressInput(scheme, SLICE_MS));
        expect(record.jobs.filter(({ error }) => error !== 0)).toEqual([]);
        for (const { name: invariant, count, first } of brokenPromises(record)) {
          found.set(invariant, (found.get(invariant) ?? 0) + count);
          expect(knownFinding(scheme), first).toContain(invariant);
        }
        done += operationsOf(record);
        if (IS_LONG) {
          const findings = [...found].map(([what, count]) => `, ${what} ${count} times`).join("");
          console.log(`${name}: ${Math.round(done / 1e6)} million operations${findings}`);
        }
      }
      expect(done).toBeGreaterThanOrEqual(OPERATIONS);
    },
    IS_LONG ? 600_000 : 20_000,
  );
});

describe("the first experiment: O_DIRECT reads into a shared mapping, and reclaim", () => {
  const experiment = (machine: Scheme) =>
    timedRun({
      machine: { ...machine, rules: "5.0" },
      run: { durationMs: 2000, warmupMs: 0 },
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

  test.each(["bias", "hybrid", "exact", "exact-side"] as const)(
    "%s with skip: none",
    async (scheme) => {
      expect(await crashes({ scheme, sync: "none" })).toBe(0);
    },
  );
});
