import { describe, expect, test } from "vitest";
import { makeScenario, type ScenarioInput } from "../../src/scenario/make_scenario.ts";
import { ConfigurationError } from "../../src/scenario/problem.ts";

/** What is wrong with an input; it may be of a type that only a program without types makes. */
function problemsOf(input: unknown): string[] {
  try {
    makeScenario(input as ScenarioInput);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return error.problems.map(({ where, found }) => `${where}: ${found}`);
  }
}

const size = (percent: number) => ({ minBytes: 4096, maxBytes: 4096, percent });

describe("a key whose value is undefined", () => {
  test("is a key left out", () => {
    const scenario = makeScenario({
      name: undefined,
      machine: { scheme: "hybrid", bias: undefined, rules: undefined, pages: undefined },
      run: { warmupMs: undefined, sample: 7 },
      jobs: [{ name: "j", iodepth: undefined, readSizes: undefined, pattern: undefined }],
    });
    expect(scenario).toEqual(
      makeScenario({ machine: { scheme: "hybrid" }, run: { sample: 7 }, jobs: [{ name: "j" }] }),
    );
    expect(scenario.groups[0]?.jobs[0]?.iodepth).toBe(1);
  });
});

describe("what is refused, with every problem", () => {
  const endless: object = { name: "m", pattern: "mapper" };
  const circular: unknown[] = [];
  circular.push(circular);
  const rows: [what: string, input: unknown, problem: RegExp][] = [
    ["a bigint", { jobs: [{ iodepth: 4n }] }, /^jobs\.0\.iodepth: 4n$/],
    ["a circle", { jobs: [{ iodepth: circular }] }, /^jobs\.0\.iodepth: a value of type object/],
    ["a symbol", { jobs: [{ name: Symbol("x") }] }, /^jobs\.0\.name: Symbol\(x\)$/],
    ["jobs and groups", { jobs: [{}], groups: [{ jobs: [{}] }] }, /^jobs: /],
    ["neither", {}, /^jobs: no job$/],
    ["too many clones", { jobs: [{ clones: 129 }] }, /^jobs\.0\.clones: 129$/],
    ["too many together", { jobs: [{ clones: 100 }, { clones: 29 }] }, /^groups\.0: 129 actors/],
    ["endless jobs", { jobs: [endless] }, /^groups\.0: only patterns without an end/],
    ["time without a time", { jobs: [{ timeBased: true }] }, /^groups\.0\.jobs\.0: timeBased/],
    ["shares of 90", { jobs: [{ readSizes: [size(60), size(30)] }] }, /^jobs\.0\.readSizes: /],
    ["shares of 0", { jobs: [{ writeSizes: [size(0)] }] }, /^jobs\.0\.writeSizes: /],
    [
      "zones of 90",
      {
        jobs: [
          {
            randomDistribution: { kind: "zoned", zones: [{ accessPercent: 90, sizePercent: 5 }] },
          },
        ],
      },
      /^jobs\.0\.randomDistribution\.zones: /,
    ],
    ["theta 0", { jobs: [{ randomDistribution: { kind: "zipf", theta: 0 } }] }, /theta: 0$/],
    [
      "an endless theta",
      { jobs: [{ randomDistribution: { kind: "zipf", theta: Number.POSITIVE_INFINITY } }] },
      /theta/,
    ],
    ["a bad threshold", { jobs: [{}], thresholds: ["io.p99<5"] }, /^thresholds\.0: "io\.p99<5"/],
    ["a threshold of another type", { jobs: [{}], thresholds: [5] }, /^thresholds\.0: 5$/],
    ["power 1", { jobs: [{ randomDistribution: { kind: "pareto", power: 1 } }] }, /power: 1$/],
  ];
  test.each(rows)("%s", (_, input, problem) => {
    const problems = problemsOf(input);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(problem);
  });

  test("a crowd is told from its sum, without being expanded", () => {
    const groups = Array.from({ length: 3 }, () => ({
      jobs: Array.from({ length: 1000 }, () => ({ clones: 128 })),
    }));
    expect(problemsOf({ groups })).toEqual(
      [0, 1, 2].map((g) => `groups.${g}: 128000 actors in one stonewall group`),
    );
  });
});

describe("what is accepted", () => {
  test.each<[what: string, input: ScenarioInput]>([
    ["thirds", { jobs: [{ readSizes: [size(33.33), size(33.33), size(33.34)] }] }],
    ["a size that is never drawn", { jobs: [{ readSizes: [size(0), size(100)] }] }],
    ["a pattern with a runtime", { jobs: [{ pattern: "mapper", runtimeMs: 5 }] }],
    ["time_based with a duration", { run: { durationMs: 5 }, jobs: [{ timeBased: true }] }],
    ["the largest block", { jobs: [{ readSizes: [{ ...size(100), maxBytes: 2 ** 32 - 1 }] }] }],
    ["blocks of a byte", { jobs: [{ writeSizes: [{ ...size(100), minBytes: 1 }] }] }],
    ["theta 1000", { jobs: [{ randomDistribution: { kind: "zipf", theta: 1000 } }] }],
  ])("%s", (_, input) => {
    expect(problemsOf(input)).toEqual([]);
  });

  test("a scenario is frozen to its leaves, the input is not", () => {
    const input = { jobs: [{ name: "j", readSizes: [size(100)] }] };
    const job = makeScenario(input).groups[0]?.jobs[0];
    expect(Object.isFrozen(job?.readSizes[0])).toBe(true);
    expect(Object.isFrozen(input.jobs[0]?.readSizes[0])).toBe(false);
  });
});

describe("thresholds", () => {
  const jobs = [{}];

  test("may be texts, or what was read of them", () => {
    const texts = ["pin_fast.p99<20us", "violations==0"];
    const { thresholds } = makeScenario({ jobs, thresholds: texts });
    expect(thresholds.map(({ text }) => text)).toEqual(texts);
    expect(thresholds[0]).toMatchObject({ metric: "pin_fast.p99", sign: "<", limit: 20_000 });
    expect(makeScenario({ jobs, thresholds }).thresholds).toEqual(thresholds);
  });

  test("of metrics that there are not are refused, read or not", () => {
    const [read] = makeScenario({ jobs, thresholds: ["violations==0"] }).thresholds;
    const foreign = { ...read, metric: "violation" };
    expect(problemsOf({ jobs, thresholds: [foreign] })).toEqual([
      'thresholds.0: "violation==0", column 1: "violation" is no metric',
    ]);
  });
});
